#include "pipeline/exporter_metrics.h"

#include <utility>

namespace telemill::pipeline {
namespace {

using Labels = std::vector<runtime::Label>;

Labels exporter_label(const ComponentContext& context) { return {{"exporter", context.id.text()}}; }

Labels with_peer(const ComponentContext& context, const Labels& peer) {
  Labels labels = exporter_label(context);
  labels.insert(labels.end(), peer.begin(), peer.end());
  return labels;
}

/// A number with the labels {exporter, data_type}.
runtime::Counter& number(const ComponentContext& context, otlp::Signal signal,
                         const runtime::MetricInfo& info) {
  Labels labels = exporter_label(context);
  labels.emplace_back("data_type", otlp::names(signal).name);
  return context.metrics.counter(info, std::move(labels));
}

}  // namespace

ExporterMetrics::ExporterMetrics(const ComponentContext& context, const Setup& setup)
    : signal_(setup.signal),
      sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
            with_peer(context, setup.peer)),
      send_failed_(context.metrics, "otelcol_exporter_send_failed_",
                   "Items given up after the last attempt.", exporter_label(context)),
      enqueue_failed_(context.metrics, "otelcol_exporter_enqueue_failed_",
                      "Items that the sending queue refused.", exporter_label(context)),
      in_flight_(number(context, setup.signal,
                        {.name = "otelcol_exporter_in_flight_requests",
                         .kind = runtime::MetricKind::up_down_counter,
                         .unit = "{requests}",
                         .help = "Requests with the peer or waiting for their next attempt."})) {
  if (!setup.has_queue) return;
  queue_size_ = &number(context, setup.signal,
                        {.name = "otelcol_exporter_queue_size",
                         .kind = runtime::MetricKind::gauge,
                         .unit = "{batches}",
                         .help = "What the sending queue holds, in units of its sizer."});
  // Series are summed over lanes, and the capacity is one for all.
  if (!context.is_first_lane) return;
  number(context, setup.signal,
         {.name = "otelcol_exporter_queue_capacity",
          .kind = runtime::MetricKind::gauge,
          .unit = "{batches}",
          .help = "What the sending queue can hold, in units of its sizer."})
      .set(setup.queue_capacity);
}

void ExporterMetrics::count_sent(const otlp::Payload& request) noexcept {
  sent_.add(signal_, request.item_count());
}

void ExporterMetrics::count_send_failed(const otlp::Payload& request,
                                        const Outcome& /*outcome*/) noexcept {
  send_failed_.add(signal_, request.item_count());
}

void ExporterMetrics::count_enqueue_failed(const otlp::Payload& request) noexcept {
  enqueue_failed_.add(signal_, request.item_count());
}

}  // namespace telemill::pipeline
