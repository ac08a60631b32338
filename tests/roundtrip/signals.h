#pragma once

#include <cstddef>

#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/trace.pb.h"
#include "otlp/signal.h"

/// What the tests need to know of the oracle's messages, by signal.
namespace telemill::roundtrip {

struct Traces {
  static constexpr otlp::Signal signal = otlp::Signal::traces;
  using Request = oracle::trace::ExportTraceServiceRequest;
  using Resource = oracle::trace::ResourceSpans;
  using Scope = oracle::trace::ScopeSpans;
  using Record = oracle::trace::Span;
  static constexpr unsigned text_field = 5;  // a string of a record

  static auto& resources(Request& request) { return *request.mutable_resource_spans(); }
  static auto& scopes(Resource& resource) { return *resource.mutable_scope_spans(); }
  static auto& records(Scope& scope) { return *scope.mutable_spans(); }
  static size_t items(const Record&) { return 1; }
};

struct Logs {
  static constexpr otlp::Signal signal = otlp::Signal::logs;
  using Request = oracle::logs::ExportLogsServiceRequest;
  using Resource = oracle::logs::ResourceLogs;
  using Scope = oracle::logs::ScopeLogs;
  using Record = oracle::logs::LogRecord;
  static constexpr unsigned text_field = 3;

  static auto& resources(Request& request) { return *request.mutable_resource_logs(); }
  static auto& scopes(Resource& resource) { return *resource.mutable_scope_logs(); }
  static auto& records(Scope& scope) { return *scope.mutable_log_records(); }
  static size_t items(const Record&) { return 1; }
};

struct Metrics {
  static constexpr otlp::Signal signal = otlp::Signal::metrics;
  using Request = oracle::metrics::ExportMetricsServiceRequest;
  using Resource = oracle::metrics::ResourceMetrics;
  using Scope = oracle::metrics::ScopeMetrics;
  using Record = oracle::metrics::Metric;
  static constexpr unsigned text_field = 1;

  static auto& resources(Request& request) { return *request.mutable_resource_metrics(); }
  static auto& scopes(Resource& resource) { return *resource.mutable_scope_metrics(); }
  static auto& records(Scope& scope) { return *scope.mutable_metrics(); }

  /// Calls `visit` with the list of data points, whatever their kind; not at all without data.
  template <class Visit>
  static void visit_points(Record& metric, Visit visit) {
    if (metric.has_gauge()) return visit(*metric.mutable_gauge()->mutable_data_points());
    if (metric.has_sum()) return visit(*metric.mutable_sum()->mutable_data_points());
    if (metric.has_histogram()) return visit(*metric.mutable_histogram()->mutable_data_points());
    if (metric.has_exponential_histogram()) {
      return visit(*metric.mutable_exponential_histogram()->mutable_data_points());
    }
    if (metric.has_summary()) return visit(*metric.mutable_summary()->mutable_data_points());
  }
  static size_t items(const Record& metric) {
    size_t count = 0;
    visit_points(const_cast<Record&>(metric),
                 [&count](auto& points) { count = static_cast<size_t>(points.size()); });
    return count;
  }
};

/// Spans, log records or data points.
template <class Signal>
size_t count_items(typename Signal::Request& request) {
  size_t count = 0;
  for (auto& resource : Signal::resources(request)) {
    for (auto& scope : Signal::scopes(resource)) {
      for (const auto& record : Signal::records(scope)) count += Signal::items(record);
    }
  }
  return count;
}

}  // namespace telemill::roundtrip
