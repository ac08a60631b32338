#pragma once

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "otlp/signal.h"
#include "pipeline/component.h"

namespace telemill::pipeline {

/// What goes into a processor and what comes out of it, as the reference counts it, and at level
/// `detailed` how long it takes in between. One lane; one batch at a time.
class ProcessorItems {
 public:
  ProcessorItems(const ComponentContext& context, otlp::Signal signal)
      : lane_(context.lane),
        incoming_(context.metrics.counter(
            info("otelcol_processor_incoming_items", "Items passed to the processor."),
            labels(context, signal))),
        outgoing_(context.metrics.counter(
            info("otelcol_processor_outgoing_items", "Items that the processor passed on."),
            labels(context, signal))),
        duration_(context.metrics.histogram({.name = "otelcol_processor_internal_duration",
                                             .kind = runtime::MetricKind::histogram,
                                             .unit = "s",
                                             .help = "Time that a batch takes in the processor.",
                                             .level = runtime::MetricLevel::detailed},
                                            labels(context, signal), bounds)) {}

  void add_incoming(size_t items) noexcept {
    incoming_.add(static_cast<int64_t>(items));
    if (duration_.is_recording()) start_ = lane_.read_now();
  }
  /// Before the batch goes on; none when it is refused.
  void add_outgoing(size_t items) noexcept {
    outgoing_.add(static_cast<int64_t>(items));
    if (!duration_.is_recording()) return;
    duration_.record(std::chrono::duration<double>(lane_.read_now() - start_).count());
  }

 private:
  /// The reference's, which are meant for milliseconds.
  static constexpr std::array bounds = {0.,   5.,   10., 25.,   50.,   75.,   100.,  250.,
                                        500., 750., 1e3, 2500., 5000., 7500., 10000.};

  static runtime::MetricInfo info(std::string name, std::string help) {
    return {.name = std::move(name),
            .kind = runtime::MetricKind::counter,
            .unit = "{item}",
            .help = std::move(help)};
  }
  static runtime::Labels labels(const ComponentContext& context, otlp::Signal signal) {
    return {{"processor", context.id.text()},
            {"otel.signal", std::string(otlp::names(signal).name)}};
  }

  runtime::Lane& lane_;
  runtime::Counter& incoming_;
  runtime::Counter& outgoing_;
  runtime::Histogram& duration_;
  TimePoint start_{};
};

}  // namespace telemill::pipeline
