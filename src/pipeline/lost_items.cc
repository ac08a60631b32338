#include "pipeline/lost_items.h"

#include <string>

namespace telemill::pipeline {

LostItems::LostItems(const ComponentContext& context, otlp::Signal signal)
    : metrics_(context.metrics),
      labels_{{"component", context.id.text()}, {"signal", std::string(otlp::names(signal).name)}} {
}

void LostItems::add(size_t items, std::string_view reason) {
  for (const auto& [known, counter] : counters_) {
    if (known == reason) return counter->add(static_cast<int64_t>(items));
  }
  runtime::Labels labels = labels_;
  labels.emplace_back("reason", reason);
  runtime::Counter& counter =
      metrics_.counter({.name = std::string(lost_items_metric),
                        .unit = "{items}",
                        .help = "Items that were acknowledged and then given up"},
                       std::move(labels));
  counter.add(static_cast<int64_t>(items));
  counters_.emplace_back(reason, &counter);
}

}  // namespace telemill::pipeline
