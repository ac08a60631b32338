#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "otlp/signal.h"
#include "pipeline/component.h"

namespace telemill::pipeline {

/// Items that were acknowledged and then given up: the loss ledger, `telemill_lost_items`. Whoever
/// gives up a batch counts it here if, and only if, nobody upstream still waits for its outcome;
/// otherwise the one who waits hears of it and decides. So each lost item is counted once. One
/// signal, one lane.
class LostItems {
 public:
  LostItems(const ComponentContext& context, otlp::Signal signal);

  /// `reason` is a literal, one of a component's few: `rejected`, `retries_exhausted`, `shutdown`.
  void add(size_t items, std::string_view reason);

 private:
  runtime::MetricRegistry& metrics_;
  const runtime::Labels labels_;
  std::vector<std::pair<std::string_view, runtime::Counter*>> counters_;  // by reason
};

inline constexpr std::string_view lost_items_metric = "telemill_lost_items";

}  // namespace telemill::pipeline
