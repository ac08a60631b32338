#include "pipeline/lane_bridge.h"

#include <utility>

namespace telemill::pipeline {
namespace {

/// Brings an outcome home. The way back must not lose it, so a full mailbox is tried again every
/// millisecond.
class Return {
 public:
  Return(runtime::Lane& home, runtime::Lane& here, base::UniqueFunction<void()> task)
      : home_(home), task_(std::move(task)), again_(here, [this] { send(); }) {}

  void send() {
    if (home_.post(task_)) {
      delete this;  // NOLINT(cppcoreguidelines-owning-memory): it owns itself until delivered
    } else {
      again_.schedule(std::chrono::milliseconds(1));
    }
  }

 private:
  runtime::Lane& home_;
  base::UniqueFunction<void()> task_;
  runtime::Timer again_;
};

}  // namespace

void LaneBridge::consume(Batch batch) {
  // The completion stays here, on its own lane; only its address travels.
  auto home = std::make_unique<Completion>(std::move(batch.done));
  base::UniqueFunction<void()> task = [this, payload = std::move(batch.payload),
                                       context = std::move(batch.context),
                                       home = home.get()]() mutable {
    Completion away([this, home](Outcome outcome) {
      base::UniqueFunction<void()> deliver = [this, home, result = std::move(outcome)]() mutable {
        const std::unique_ptr<Completion> owned(home);
        --pending_;
        owned->settle(std::move(result));
      };
      (new Return(from_, to_, std::move(deliver)))->send();  // NOLINT: see Return
    });
    target_.consume(
        {.payload = std::move(payload), .done = std::move(away), .context = std::move(context)});
  };
  if (!to_.post(task)) {
    return home->settle(Outcome::retryable("the component's mailbox is full"));
  }
  ++pending_;
  home.release();  // NOLINT(bugprone-unused-return-value): `deliver` takes it back
}

}  // namespace telemill::pipeline
