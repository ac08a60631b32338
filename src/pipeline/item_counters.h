#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "otlp/signal.h"
#include "runtime/metrics.h"

namespace telemill::pipeline {

/// One counter per signal, named as the reference names them: `prefix` + "spans", "metric_points",
/// "log_records" or "profile_samples". One lane.
class ItemCounters {
 public:
  ItemCounters(runtime::MetricRegistry& metrics, std::string_view prefix, std::string_view help,
               const std::vector<runtime::Label>& labels) {
    for (const otlp::Signal signal : otlp::all_signals) {
      const otlp::SignalNames& names = otlp::names(signal);
      counters_[static_cast<size_t>(signal)] =
          &metrics.counter({.name = std::string(prefix).append(names.items),
                            .kind = runtime::MetricKind::counter,
                            .unit = std::string(names.item_unit),
                            .help = std::string(help)},
                           labels);
    }
  }

  void add(otlp::Signal signal, size_t items) noexcept {
    counters_[static_cast<size_t>(signal)]->add(static_cast<int64_t>(items));
  }

 private:
  std::array<runtime::Counter*, otlp::signal_count> counters_{};
};

}  // namespace telemill::pipeline
