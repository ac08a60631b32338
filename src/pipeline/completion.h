#pragma once

#include <cstddef>
#include <utility>

#include "base/small_vector.h"
#include "base/unique_function.h"
#include "pipeline/outcome.h"

namespace telemill::pipeline {

/// The promise behind a batch: somebody upstream waits to hear how it ended, and hears it exactly
/// once. Dropping it unsettled settles it as a permanent failure, so nobody waits for ever. An
/// empty completion promises nothing: its batch was acknowledged before. Belongs to one lane.
class Completion {
 public:
  Completion() noexcept = default;
  explicit Completion(base::UniqueFunction<void(Outcome)> on_settled) noexcept
      : on_settled_(std::move(on_settled)) {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&& other) noexcept {
    abandon();
    on_settled_ = std::move(other.on_settled_);
    return *this;
  }
  ~Completion() { abandon(); }

  [[nodiscard]] bool is_pending() const noexcept { return static_cast<bool>(on_settled_); }

  void settle(Outcome outcome) {
    if (!on_settled_) return;
    // Empty first: what runs now may come back to this object.
    auto on_settled = std::exchange(on_settled_, {});
    on_settled(std::move(outcome));
  }

 private:
  void abandon() {
    if (on_settled_) settle(Outcome::permanent("dropped without an outcome"));
  }

  base::UniqueFunction<void(Outcome)> on_settled_;
};

/// One completion that settles all of `parts` alike: for batches that were merged.
Completion join(base::SmallVector<Completion, 2> parts);

/// `count` completions for copies or pieces of a batch. `whole` settles when the last of them has:
/// ok if all are, permanent if any is, else retryable with the longest delay.
base::SmallVector<Completion, 2> fork(Completion whole, size_t count);

}  // namespace telemill::pipeline
