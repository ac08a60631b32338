#pragma once

#include <memory>

#include "official/records.h"
#include "opentelemetry/sdk/logs/exporter.h"
#include "opentelemetry/sdk/metrics/push_metric_exporter.h"
#include "opentelemetry/sdk/trace/exporter.h"

/// Known telemetry made by opentelemetry-cpp, with every kind of value and instrument it has.
namespace telemill::official {

// Each gives its records to `exporter` through the SDK's own providers and returns the requests
// that the SDK says they are. A failed test when an export fails.

std::vector<Traces> send_spans(std::unique_ptr<opentelemetry::sdk::trace::SpanExporter> exporter);
std::vector<Metrics> send_metrics(
    std::unique_ptr<opentelemetry::sdk::metrics::PushMetricExporter> exporter);
std::vector<Logs> send_logs(std::unique_ptr<opentelemetry::sdk::logs::LogRecordExporter> exporter);

}  // namespace telemill::official
