#pragma once

#include <utility>
#include <vector>

#include "pipeline/batch.h"

namespace telemill::pipeline {

/// Hands every batch to several consumers, which share its bytes. No branch waits for another; the
/// batch's completion settles when all have (see `fork`).
class FanOut final : public Consumer {
 public:
  explicit FanOut(std::vector<Consumer*> consumers) noexcept : consumers_(std::move(consumers)) {}

  void consume(Batch batch) override {
    if (consumers_.size() == 1) return consumers_.front()->consume(std::move(batch));
    auto completions = fork(std::move(batch.done), consumers_.size());
    for (size_t i = 0; i < consumers_.size(); ++i) {
      consumers_[i]->consume(
          {.payload = batch.payload, .done = std::move(completions[i]), .context = batch.context});
    }
  }

 private:
  const std::vector<Consumer*> consumers_;
};

}  // namespace telemill::pipeline
