#include "pipeline/exporter_metrics.h"

#include <array>
#include <utility>

namespace telemill::pipeline {
namespace {

using runtime::Labels;
using runtime::MetricKind;
using runtime::MetricLevel;

constexpr std::string_view send_failed_prefix = "otelcol_exporter_send_failed_";
constexpr std::string_view send_failed_help = "Items given up after the last attempt.";

constexpr std::array item_bounds = {10., 25., 50., 75., 100., 250., 500., 750., 1e3, 2e3, 3e3,
                                    4e3, 5e3, 6e3, 7e3, 8e3,  9e3,  1e4,  2e4,  3e4, 5e4, 1e5};
constexpr auto byte_bounds = [] {
  std::array<double, 18> bounds{};
  double bound = 128;
  for (double& each : bounds) {
    each = bound;
    bound *= 2;
  }
  return bounds;
}();
static_assert(byte_bounds.back() == 16777216);

/// As the reference's gRPC library calls its codes.
constexpr std::array<std::string_view, 17> code_names = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

std::string_view reason_of(const Outcome& outcome) noexcept {
  const bool is_known = outcome.grpc_code && *outcome.grpc_code < code_names.size();
  return is_known ? code_names[*outcome.grpc_code] : "_OTHER";
}

Labels exporter_label(const ComponentContext& context) { return {{"exporter", context.id.text()}}; }

Labels with_peer(const ComponentContext& context, const Labels& peer) {
  Labels labels = exporter_label(context);
  labels.insert(labels.end(), peer.begin(), peer.end());
  return labels;
}

Labels with_data_type(const ComponentContext& context, otlp::Signal signal) {
  Labels labels = exporter_label(context);
  labels.emplace_back("data_type", otlp::names(signal).name);
  return labels;
}

}  // namespace

ExporterMetrics::ExporterMetrics(const ComponentContext& context, const Setup& setup)
    : registry_(context.metrics),
      scope_(context.metrics),
      signal_(setup.signal),
      exporter_(context.id.text()),
      sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
            with_peer(context, setup.peer)),
      enqueue_failed_(context.metrics, "otelcol_exporter_enqueue_failed_",
                      "Items that the sending queue refused.", exporter_label(context)),
      lost_(context, setup.signal),
      in_flight_(scope_.counter({.name = "otelcol_exporter_in_flight_requests",
                                 .kind = MetricKind::up_down_counter,
                                 .unit = "{requests}",
                                 .help = "Requests with the peer or pausing before a retry."},
                                with_data_type(context, setup.signal))) {
  if (!registry_.exposes(MetricLevel::detailed)) {
    send_failed_.emplace(registry_, send_failed_prefix, send_failed_help, exporter_label(context));
  }
  if (!setup.has_queue) return;
  queue_size_ = &scope_.counter({.name = "otelcol_exporter_queue_size",
                                 .kind = MetricKind::gauge,
                                 .unit = "{batches}",
                                 .help = "What the queue holds, in units of its sizer."},
                                with_data_type(context, setup.signal));
  enqueued_ =
      sizes("otelcol_exporter_enqueue_size", "of what entered the queue.", exporter_label(context));
  if (setup.has_batches) {
    batches_ = sizes("otelcol_exporter_queue_batch_send_size", "of batches that were made.",
                     with_peer(context, setup.peer));
  }
  // Series are summed over lanes, and the capacity is one for all.
  if (!context.is_first_lane) return;
  scope_
      .counter({.name = "otelcol_exporter_queue_capacity",
                .kind = MetricKind::gauge,
                .unit = "{batches}",
                .help = "What the queue can hold, in units of its sizer."},
               with_data_type(context, setup.signal))
      .set(setup.queue_capacity);
}

ExporterMetrics::Sizes ExporterMetrics::sizes(std::string_view prefix, std::string_view help,
                                              const Labels& labels) {
  const std::string name(prefix);
  return {.items = &scope_.histogram({.name = name,
                                      .kind = MetricKind::histogram,
                                      .unit = "{items}",
                                      .help = "Items " + std::string(help),
                                      .level = MetricLevel::detailed},
                                     labels, item_bounds),
          .bytes = &scope_.histogram({.name = name + "_bytes",
                                      .kind = MetricKind::histogram,
                                      .unit = "By",
                                      .help = "Bytes " + std::string(help),
                                      .level = MetricLevel::detailed},
                                     labels, byte_bounds)};
}

void ExporterMetrics::Sizes::record(const otlp::Payload& request) const noexcept {
  if (items == nullptr) return;
  items->record(static_cast<double>(request.item_count()));
  bytes->record(static_cast<double>(request.byte_count()));
}

void ExporterMetrics::count_sent(const otlp::Payload& request) noexcept {
  sent_.add(signal_, request.item_count());
}

void ExporterMetrics::count_send_failed(const otlp::Payload& request, const Outcome& outcome) {
  if (send_failed_) return send_failed_->add(signal_, request.item_count());
  failures_like(outcome).add(static_cast<int64_t>(request.item_count()));
}

/// At most as many series as there are codes, times two.
runtime::Counter& ExporterMetrics::failures_like(const Outcome& outcome) {
  const std::string_view reason = reason_of(outcome);
  const bool is_permanent = outcome.cls == OutcomeClass::permanent;
  runtime::Counter*& counter = failures_[{reason, is_permanent}];
  if (counter == nullptr) {
    const otlp::SignalNames& names = otlp::names(signal_);
    counter = &registry_.counter({.name = std::string(send_failed_prefix).append(names.items),
                                  .kind = MetricKind::counter,
                                  .unit = std::string(names.item_unit),
                                  .help = std::string(send_failed_help)},
                                 {{"exporter", exporter_},
                                  {"error.type", std::string(reason)},
                                  {"error.permanent", is_permanent ? "true" : "false"}});
  }
  return *counter;
}

void ExporterMetrics::count_enqueue_failed(const otlp::Payload& request) noexcept {
  enqueue_failed_.add(signal_, request.item_count());
}

void ExporterMetrics::note_enqueued(const otlp::Payload& request) noexcept {
  enqueued_.record(request);
}

void ExporterMetrics::note_batch(const otlp::Payload& request) noexcept {
  batches_.record(request);
}

}  // namespace telemill::pipeline
