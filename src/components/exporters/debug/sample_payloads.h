#pragma once

#include <oracle/logs.pb.h>
#include <oracle/metrics.pb.h>
#include <oracle/profiles.pb.h>
#include <oracle/trace.pb.h>

#include <string>

#include "otlp/payload.h"

/// What this component's tests show: a request of each signal with most of what it may carry.
namespace telemill::components::exporters::debug {

constexpr uint64_t start_nanos = 1'581'452'772'000'000'321;
constexpr uint64_t end_nanos = 1'581'452'773'000'000'789;

inline otlp::Payload payload_of(otlp::Signal signal, const google::protobuf::Message& message) {
  const auto bytes = base::Slice::copy_of(message.SerializeAsString());
  return {signal, otlp::Walker().walk(signal, bytes).value()};
}

inline void set(auto* list, const std::string& key, const std::string& value) {
  auto& attribute = *list->Add();
  attribute.set_key(key);
  attribute.mutable_value()->set_string_value(value);
}

inline std::string id(size_t size, char first) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i)
    bytes.push_back(static_cast<char>(first + static_cast<char>(i)));
  return bytes;
}

inline oracle::trace::ExportTraceServiceRequest traces() {
  oracle::trace::ExportTraceServiceRequest request;
  auto& resource = *request.add_resource_spans();
  resource.set_schema_url("r-url");
  set(resource.mutable_resource()->mutable_attributes(), "service.name", "shop");
  auto& scope = *resource.add_scope_spans();
  scope.set_schema_url("s-url");
  scope.mutable_scope()->set_name("lib");
  scope.mutable_scope()->set_version("1.2");
  set(scope.mutable_scope()->mutable_attributes(), "scope.key", "v");
  auto& span = *scope.add_spans();
  span.set_trace_id(id(16, 1));
  span.set_span_id(id(8, 17));
  span.set_parent_span_id(id(8, 33));
  span.set_name("GET /\x1b[31m");
  span.set_kind(oracle::trace::Span::SPAN_KIND_SERVER);
  span.set_trace_state("ot=th:0");
  span.set_start_time_unix_nano(start_nanos);
  span.set_end_time_unix_nano(end_nanos);
  span.mutable_status()->set_code(oracle::trace::Status::STATUS_CODE_ERROR);
  span.mutable_status()->set_message("broken");
  span.set_dropped_events_count(1);
  set(span.mutable_attributes(), "http.method", "GET");
  auto& event = *span.add_events();
  event.set_name("retry");
  event.set_time_unix_nano(end_nanos);
  event.set_dropped_attributes_count(2);
  set(event.mutable_attributes(), "n", "1");
  auto& link = *span.add_links();
  link.set_trace_id(id(16, 1));
  link.set_span_id(id(8, 17));
  scope.add_spans()->set_name("plain");
  return request;
}

inline oracle::metrics::Metric& add_metric(oracle::metrics::ScopeMetrics& scope,
                                           const std::string& name) {
  auto& metric = *scope.add_metrics();
  metric.set_name(name);
  metric.set_unit("1");
  return metric;
}

inline oracle::metrics::ExportMetricsServiceRequest metrics() {
  using oracle::metrics::AggregationTemporality;
  oracle::metrics::ExportMetricsServiceRequest request;
  auto& scope = *request.add_resource_metrics()->add_scope_metrics();
  auto& sum = add_metric(scope, "sum-double");
  set(sum.mutable_metadata(), "m", "d");
  sum.mutable_sum()->set_is_monotonic(true);
  sum.mutable_sum()->set_aggregation_temporality(
      AggregationTemporality::AGGREGATION_TEMPORALITY_CUMULATIVE);
  auto& number = *sum.mutable_sum()->add_data_points();
  number.set_start_time_unix_nano(start_nanos);
  number.set_time_unix_nano(end_nanos);
  number.set_as_double(1.23);
  set(number.mutable_attributes(), "label", "x");
  set(number.mutable_attributes(), "other", "y");
  auto& exemplar = *number.add_exemplars();
  exemplar.set_as_int(15);
  exemplar.set_trace_id(id(16, 1));
  set(exemplar.mutable_filtered_attributes(), "e", "f");
  sum.mutable_sum()->add_data_points();

  auto& histogram = *add_metric(scope, "histogram").mutable_histogram();
  auto& bars = *histogram.add_data_points();
  bars.set_count(4);
  bars.set_sum(15);
  bars.set_min(0.5);
  bars.set_max(9);
  for (const uint64_t count : {1U, 3U}) bars.add_bucket_counts(count);
  bars.add_explicit_bounds(1);

  auto& exponential = *add_metric(scope, "exponential").mutable_exponential_histogram();
  exponential.set_aggregation_temporality(AggregationTemporality::AGGREGATION_TEMPORALITY_DELTA);
  auto& point = *exponential.add_data_points();
  point.set_count(5);
  point.set_scale(1);
  point.set_zero_count(1);
  point.mutable_negative()->set_offset(-1);
  for (const uint64_t count : {7U, 8U}) point.mutable_negative()->add_bucket_counts(count);
  point.mutable_positive()->set_offset(1);
  for (const uint64_t count : {9U, 10U}) point.mutable_positive()->add_bucket_counts(count);

  auto& summary = *add_metric(scope, "summary").mutable_summary()->add_data_points();
  summary.set_count(1);
  summary.set_sum(15);
  auto& quantile = *summary.add_quantile_values();
  quantile.set_quantile(0.01);
  quantile.set_value(15);
  add_metric(scope, "empty");
  return request;
}

inline oracle::logs::ExportLogsServiceRequest logs() {
  oracle::logs::ExportLogsServiceRequest request;
  auto& resource = *request.add_resource_logs();
  auto& ref = *resource.mutable_resource()->add_entity_refs();
  ref.set_type("service");
  ref.add_id_keys("service.name");
  auto& log = *resource.add_scope_logs()->add_log_records();
  log.set_time_unix_nano(end_nanos);
  log.set_severity_text("INFO");
  log.set_severity_number(oracle::logs::SEVERITY_NUMBER_INFO);
  log.set_event_name("my.event");
  log.mutable_body()->set_string_value("two\nlines");
  log.set_trace_id(id(16, 1));
  log.set_flags(1);
  auto& attribute = *log.add_attributes();
  attribute.set_key("map");
  set(attribute.mutable_value()->mutable_kvlist_value()->mutable_values(), "k", "v");
  return request;
}

inline oracle::profiles::ExportProfilesServiceRequest profiles() {
  oracle::profiles::ExportProfilesServiceRequest request;
  auto& profile = *request.add_resource_profiles()->add_scope_profiles()->add_profiles();
  profile.set_profile_id(id(16, 1));
  profile.set_time_unix_nano(start_nanos);
  profile.set_duration_nano(5);
  profile.add_samples();
  profile.add_samples();
  return request;
}

}  // namespace telemill::components::exporters::debug
