#pragma once

#include <memory>

#include "pipeline/batch.h"
#include "runtime/lane.h"

namespace telemill::pipeline {

/// Hands batches from one lane to a consumer on another, and their outcomes back. A full mailbox
/// refuses the batch for the moment. Lives on the sending lane, outlives its batches' completions.
class LaneBridge final : public Consumer {
 public:
  LaneBridge(runtime::Lane& from, runtime::Lane& to, Consumer& target) noexcept
      : from_(from), to_(to), target_(target) {}

  void consume(Batch batch) override;
  /// Batches handed over whose outcome has not come back.
  [[nodiscard]] size_t pending() const noexcept { return pending_; }

 private:
  runtime::Lane& from_;
  runtime::Lane& to_;
  Consumer& target_;
  size_t pending_ = 0;
};

}  // namespace telemill::pipeline
