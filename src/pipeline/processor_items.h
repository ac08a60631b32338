#pragma once

#include <string>

#include "otlp/signal.h"
#include "pipeline/component.h"

namespace telemill::pipeline {

/// What goes into a processor and what comes out of it, as the reference counts it. One lane.
class ProcessorItems {
 public:
  ProcessorItems(const ComponentContext& context, otlp::Signal signal)
      : incoming_(counter(context, signal, "otelcol_processor_incoming_items",
                          "Items passed to the processor.")),
        outgoing_(counter(context, signal, "otelcol_processor_outgoing_items",
                          "Items that the processor passed on.")) {}

  void add_incoming(size_t items) noexcept { incoming_.add(static_cast<int64_t>(items)); }
  void add_outgoing(size_t items) noexcept { outgoing_.add(static_cast<int64_t>(items)); }

 private:
  static runtime::Counter& counter(const ComponentContext& context, otlp::Signal signal,
                                   std::string name, std::string help) {
    return context.metrics.counter(
        {.name = std::move(name),
         .kind = runtime::MetricKind::counter,
         .unit = "{item}",
         .help = std::move(help)},
        {{"processor", context.id.text()}, {"otel.signal", std::string(otlp::names(signal).name)}});
  }

  runtime::Counter& incoming_;
  runtime::Counter& outgoing_;
};

}  // namespace telemill::pipeline
