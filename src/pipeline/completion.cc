#include "pipeline/completion.h"

#include <algorithm>
#include <memory>

namespace telemill::pipeline {
namespace {

/// What the copies of a forked batch have in common.
struct Fork {
  Completion whole;
  Outcome worst;

  void add(Outcome outcome) {
    const auto longest = std::max(worst.delay, outcome.delay);
    if (outcome.cls > worst.cls) worst = std::move(outcome);
    worst.delay = longest;
  }
  ~Fork() { whole.settle(std::move(worst)); }
  explicit Fork(Completion completion) noexcept : whole(std::move(completion)) {}
  Fork(const Fork&) = delete;
  Fork& operator=(const Fork&) = delete;
};

}  // namespace

Completion join(base::SmallVector<Completion, 2> parts) {
  const bool anybody_waits =
      std::ranges::any_of(parts, [](const Completion& part) { return part.is_pending(); });
  if (!anybody_waits) return {};
  return Completion([parts = std::move(parts)](Outcome outcome) mutable {
    for (Completion& part : parts) part.settle(outcome);
  });
}

base::SmallVector<Completion, 2> fork(Completion whole, size_t count) {
  base::SmallVector<Completion, 2> copies;
  copies.reserve(count);
  if (!whole.is_pending()) {
    for (size_t i = 0; i < count; ++i) copies.emplace_back();
    return copies;
  }
  const auto shared = std::make_shared<Fork>(std::move(whole));
  for (size_t i = 0; i < count; ++i) {
    copies.emplace_back([held = shared](Outcome outcome) mutable {
      held->add(std::move(outcome));
      held.reset();
    });
  }
  return copies;
}

}  // namespace telemill::pipeline
