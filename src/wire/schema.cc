#include "wire/schema.h"

namespace telemill::wire {
namespace {

constexpr Presence optional = Presence::optional;
constexpr Presence oneof = Presence::oneof;
constexpr Presence repeated = Presence::repeated;

/// Whether `key` is `name`; both are known to be of one size.
bool same_text(const char* key, const Name& name) noexcept {
  size_t at = 0;
  for (; at + 8 <= name.size; at += 8) {
    uint64_t ours = 0;
    uint64_t theirs = 0;
    std::memcpy(&ours, name.text.data() + at, 8);
    std::memcpy(&theirs, key + at, 8);
    if (ours != theirs) return false;
  }
  if (at == name.size) return true;
  if (name.size >= 8) {  // the last eight bytes overlap what is compared already
    uint64_t ours = 0;
    uint64_t theirs = 0;
    std::memcpy(&ours, name.text.data() + name.size - 8, 8);
    std::memcpy(&theirs, key + name.size - 8, 8);
    return ours == theirs;
  }
  for (; at < name.size; ++at) {
    if (key[at] != name.text[at]) return false;
  }
  return true;
}

bool same(std::string_view key, const Name& name) noexcept {
  return key.size() == name.size && same_text(key.data(), name);
}

}  // namespace

size_t Schema::row_of(std::string_view key, size_t guess) const noexcept {
  if (guess < fields.size() && same(key, fields[guess].json_name)) return guess;
  if (key.empty()) return no_row;
  for (size_t slot = hash(key) % row_by_hash.size(); row_by_hash[slot] != no_row;
       slot = (slot + 1) % row_by_hash.size()) {
    const Field& field = fields[row_by_hash[slot]];
    if (same(key, field.json_name) || same(key, field.proto_name)) return row_by_hash[slot];
  }
  return no_row;
}

// NOLINTBEGIN(cert-err58-cpp): constant-initialised tables
namespace schema {
namespace {

constexpr EnumValue span_kind_values[] = {
    {0, "SPAN_KIND_UNSPECIFIED"}, {1, "SPAN_KIND_INTERNAL"}, {2, "SPAN_KIND_SERVER"},
    {3, "SPAN_KIND_CLIENT"},      {4, "SPAN_KIND_PRODUCER"}, {5, "SPAN_KIND_CONSUMER"},
};
constexpr EnumTable span_kind = span_kind_values;

constexpr EnumValue status_code_values[] = {
    {0, "STATUS_CODE_UNSET"}, {1, "STATUS_CODE_OK"}, {2, "STATUS_CODE_ERROR"}};
constexpr EnumTable status_code = status_code_values;

constexpr EnumValue severity_number_values[] = {
    {0, "SEVERITY_NUMBER_UNSPECIFIED"}, {1, "SEVERITY_NUMBER_TRACE"},
    {2, "SEVERITY_NUMBER_TRACE2"},      {3, "SEVERITY_NUMBER_TRACE3"},
    {4, "SEVERITY_NUMBER_TRACE4"},      {5, "SEVERITY_NUMBER_DEBUG"},
    {6, "SEVERITY_NUMBER_DEBUG2"},      {7, "SEVERITY_NUMBER_DEBUG3"},
    {8, "SEVERITY_NUMBER_DEBUG4"},      {9, "SEVERITY_NUMBER_INFO"},
    {10, "SEVERITY_NUMBER_INFO2"},      {11, "SEVERITY_NUMBER_INFO3"},
    {12, "SEVERITY_NUMBER_INFO4"},      {13, "SEVERITY_NUMBER_WARN"},
    {14, "SEVERITY_NUMBER_WARN2"},      {15, "SEVERITY_NUMBER_WARN3"},
    {16, "SEVERITY_NUMBER_WARN4"},      {17, "SEVERITY_NUMBER_ERROR"},
    {18, "SEVERITY_NUMBER_ERROR2"},     {19, "SEVERITY_NUMBER_ERROR3"},
    {20, "SEVERITY_NUMBER_ERROR4"},     {21, "SEVERITY_NUMBER_FATAL"},
    {22, "SEVERITY_NUMBER_FATAL2"},     {23, "SEVERITY_NUMBER_FATAL3"},
    {24, "SEVERITY_NUMBER_FATAL4"},
};
constexpr EnumTable severity_number = severity_number_values;

constexpr EnumValue temporality_values[] = {{0, "AGGREGATION_TEMPORALITY_UNSPECIFIED"},
                                            {1, "AGGREGATION_TEMPORALITY_DELTA"},
                                            {2, "AGGREGATION_TEMPORALITY_CUMULATIVE"}};
constexpr EnumTable temporality = temporality_values;

}  // namespace

// Common. AnyValue and its lists contain each other.
extern const Schema array_value;
extern const Schema key_value_list;

constexpr Field any_value_fields[] = {
    {1, "string_value", Kind::string, oneof},
    {2, "bool_value", Kind::boolean, oneof},
    {3, "int_value", Kind::int64, oneof},
    {4, "double_value", Kind::real, oneof},
    {5, "array_value", array_value, oneof},
    {6, "kvlist_value", key_value_list, oneof},
    {7, "bytes_value", Kind::bytes, oneof},
    {8, "string_value_strindex", Kind::int32, oneof},  // inside profiles only
};
constexpr Schema any_value{"AnyValue", any_value_fields};

constexpr Field array_value_fields[] = {{1, "values", any_value, repeated}};
constexpr Schema array_value{"ArrayValue", array_value_fields};

constexpr Field key_value_fields[] = {
    {1, "key", Kind::string},
    {2, "value", any_value},
    {3, "key_strindex", Kind::int32},  // inside profiles only
};
constexpr Schema key_value{"KeyValue", key_value_fields};

constexpr Field key_value_list_fields[] = {{1, "values", key_value, repeated}};
constexpr Schema key_value_list{"KeyValueList", key_value_list_fields};

constexpr Field scope_fields[] = {
    {1, "name", Kind::string},
    {2, "version", Kind::string},
    {3, "attributes", key_value, repeated},
    {4, "dropped_attributes_count", Kind::uint32},
};
constexpr Schema scope{"InstrumentationScope", scope_fields};

constexpr Field entity_ref_fields[] = {
    {1, "schema_url", Kind::string},
    {2, "type", Kind::string},
    {3, "id_keys", Kind::string, repeated},
    {4, "description_keys", Kind::string, repeated},
};
constexpr Schema entity_ref{"EntityRef", entity_ref_fields};

constexpr Field resource_fields[] = {
    {1, "attributes", key_value, repeated},
    {2, "dropped_attributes_count", Kind::uint32},
    {3, "entity_refs", entity_ref, repeated},
};
constexpr Schema resource{"Resource", resource_fields};

// Traces
constexpr Field span_event_fields[] = {
    {1, "time_unix_nano", Kind::fixed64},
    {2, "name", Kind::string},
    {3, "attributes", key_value, repeated},
    {4, "dropped_attributes_count", Kind::uint32},
};
constexpr Schema span_event{"Span.Event", span_event_fields};

constexpr Field span_link_fields[] = {
    {1, "trace_id", Kind::id16},
    {2, "span_id", Kind::id8},
    {3, "trace_state", Kind::string},
    {4, "attributes", key_value, repeated},
    {5, "dropped_attributes_count", Kind::uint32},
    {6, "flags", Kind::fixed32},
};
constexpr Schema span_link{"Span.Link", span_link_fields};

constexpr Field span_status_fields[] = {{2, "message", Kind::string}, {3, "code", status_code}};
constexpr Schema span_status{"Status", span_status_fields};

constexpr Field span_fields[] = {
    {1, "trace_id", Kind::id16},
    {2, "span_id", Kind::id8},
    {3, "trace_state", Kind::string},
    {4, "parent_span_id", Kind::id8},
    {5, "name", Kind::string},
    {6, "kind", span_kind},
    {7, "start_time_unix_nano", Kind::fixed64},
    {8, "end_time_unix_nano", Kind::fixed64},
    {9, "attributes", key_value, repeated},
    {10, "dropped_attributes_count", Kind::uint32},
    {11, "events", span_event, repeated},
    {12, "dropped_events_count", Kind::uint32},
    {13, "links", span_link, repeated},
    {14, "dropped_links_count", Kind::uint32},
    {15, "status", span_status},
    {16, "flags", Kind::fixed32},
};
constexpr Schema span{"Span", span_fields};

constexpr Field scope_spans_fields[] = {
    {1, "scope", scope}, {2, "spans", span, repeated}, {3, "schema_url", Kind::string}};
constexpr Schema scope_spans{"ScopeSpans", scope_spans_fields};

constexpr Field resource_spans_fields[] = {{1, "resource", resource},
                                           {2, "scope_spans", scope_spans, repeated},
                                           {3, "schema_url", Kind::string}};
constexpr Schema resource_spans{"ResourceSpans", resource_spans_fields};

constexpr Field traces_request_fields[] = {{1, "resource_spans", resource_spans, repeated}};
constexpr Schema traces_request{"ExportTraceServiceRequest", traces_request_fields};

// Logs
constexpr Field log_record_fields[] = {
    {1, "time_unix_nano", Kind::fixed64},
    {2, "severity_number", severity_number},
    {3, "severity_text", Kind::string},
    {5, "body", any_value},
    {6, "attributes", key_value, repeated},
    {7, "dropped_attributes_count", Kind::uint32},
    {8, "flags", Kind::fixed32},
    {9, "trace_id", Kind::id16},
    {10, "span_id", Kind::id8},
    {11, "observed_time_unix_nano", Kind::fixed64},
    {12, "event_name", Kind::string},
};
constexpr Schema log_record{"LogRecord", log_record_fields};

constexpr Field scope_logs_fields[] = {
    {1, "scope", scope}, {2, "log_records", log_record, repeated}, {3, "schema_url", Kind::string}};
constexpr Schema scope_logs{"ScopeLogs", scope_logs_fields};

constexpr Field resource_logs_fields[] = {{1, "resource", resource},
                                          {2, "scope_logs", scope_logs, repeated},
                                          {3, "schema_url", Kind::string}};
constexpr Schema resource_logs{"ResourceLogs", resource_logs_fields};

constexpr Field logs_request_fields[] = {{1, "resource_logs", resource_logs, repeated}};
constexpr Schema logs_request{"ExportLogsServiceRequest", logs_request_fields};

// Metrics
constexpr Field exemplar_fields[] = {
    {2, "time_unix_nano", Kind::fixed64},
    {3, "as_double", Kind::real, oneof},
    {4, "span_id", Kind::id8},
    {5, "trace_id", Kind::id16},
    {6, "as_int", Kind::sfixed64, oneof},
    {7, "filtered_attributes", key_value, repeated},
};
constexpr Schema exemplar{"Exemplar", exemplar_fields};

constexpr Field number_point_fields[] = {
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "as_double", Kind::real, oneof},
    {5, "exemplars", exemplar, repeated},
    {6, "as_int", Kind::sfixed64, oneof},
    {7, "attributes", key_value, repeated},
    {8, "flags", Kind::uint32},
};
constexpr Schema number_point{"NumberDataPoint", number_point_fields};

constexpr Field histogram_point_fields[] = {
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "count", Kind::fixed64},
    {5, "sum", Kind::real, optional},
    {6, "bucket_counts", Kind::fixed64, repeated},
    {7, "explicit_bounds", Kind::real, repeated},
    {8, "exemplars", exemplar, repeated},
    {9, "attributes", key_value, repeated},
    {10, "flags", Kind::uint32},
    {11, "min", Kind::real, optional},
    {12, "max", Kind::real, optional},
};
constexpr Schema histogram_point{"HistogramDataPoint", histogram_point_fields};

constexpr Field buckets_fields[] = {{1, "offset", Kind::sint32},
                                    {2, "bucket_counts", Kind::uint64, repeated}};
constexpr Schema buckets{"ExponentialHistogramDataPoint.Buckets", buckets_fields};

constexpr Field exponential_point_fields[] = {
    {1, "attributes", key_value, repeated},
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "count", Kind::fixed64},
    {5, "sum", Kind::real, optional},
    {6, "scale", Kind::sint32},
    {7, "zero_count", Kind::fixed64},
    {8, "positive", buckets},
    {9, "negative", buckets},
    {10, "flags", Kind::uint32},
    {11, "exemplars", exemplar, repeated},
    {12, "min", Kind::real, optional},
    {13, "max", Kind::real, optional},
    {14, "zero_threshold", Kind::real},
};
constexpr Schema exponential_point{"ExponentialHistogramDataPoint", exponential_point_fields};

constexpr Field quantile_fields[] = {{1, "quantile", Kind::real}, {2, "value", Kind::real}};
constexpr Schema quantile{"SummaryDataPoint.ValueAtQuantile", quantile_fields};

constexpr Field summary_point_fields[] = {
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "count", Kind::fixed64},
    {5, "sum", Kind::real},
    {6, "quantile_values", quantile, repeated},
    {7, "attributes", key_value, repeated},
    {8, "flags", Kind::uint32},
};
constexpr Schema summary_point{"SummaryDataPoint", summary_point_fields};

constexpr Field gauge_fields[] = {{1, "data_points", number_point, repeated}};
constexpr Schema gauge{"Gauge", gauge_fields};

constexpr Field sum_fields[] = {{1, "data_points", number_point, repeated},
                                {2, "aggregation_temporality", temporality},
                                {3, "is_monotonic", Kind::boolean}};
constexpr Schema sum{"Sum", sum_fields};

constexpr Field histogram_fields[] = {{1, "data_points", histogram_point, repeated},
                                      {2, "aggregation_temporality", temporality}};
constexpr Schema histogram{"Histogram", histogram_fields};

constexpr Field exponential_fields[] = {{1, "data_points", exponential_point, repeated},
                                        {2, "aggregation_temporality", temporality}};
constexpr Schema exponential{"ExponentialHistogram", exponential_fields};

constexpr Field summary_fields[] = {{1, "data_points", summary_point, repeated}};
constexpr Schema summary{"Summary", summary_fields};

constexpr Field metric_fields[] = {
    {1, "name", Kind::string},
    {2, "description", Kind::string},
    {3, "unit", Kind::string},
    {5, "gauge", gauge, oneof},
    {7, "sum", sum, oneof},
    {9, "histogram", histogram, oneof},
    {10, "exponential_histogram", exponential, oneof},
    {11, "summary", summary, oneof},
    {12, "metadata", key_value, repeated},
};
constexpr Schema metric{"Metric", metric_fields};

constexpr Field scope_metrics_fields[] = {
    {1, "scope", scope}, {2, "metrics", metric, repeated}, {3, "schema_url", Kind::string}};
constexpr Schema scope_metrics{"ScopeMetrics", scope_metrics_fields};

constexpr Field resource_metrics_fields[] = {{1, "resource", resource},
                                             {2, "scope_metrics", scope_metrics, repeated},
                                             {3, "schema_url", Kind::string}};
constexpr Schema resource_metrics{"ResourceMetrics", resource_metrics_fields};

constexpr Field metrics_request_fields[] = {{1, "resource_metrics", resource_metrics, repeated}};
constexpr Schema metrics_request{"ExportMetricsServiceRequest", metrics_request_fields};

// Profiles
constexpr Field value_type_fields[] = {{1, "type_strindex", Kind::int32},
                                       {2, "unit_strindex", Kind::int32}};
constexpr Schema value_type{"ValueType", value_type_fields};

constexpr Field sample_fields[] = {
    {1, "stack_index", Kind::int32},
    {2, "attribute_indices", Kind::int32, repeated},
    {3, "link_index", Kind::int32},
    {4, "values", Kind::int64, repeated},
    {5, "timestamps_unix_nano", Kind::fixed64, repeated},
};
constexpr Schema sample{"Sample", sample_fields};

constexpr Field profile_fields[] = {
    {1, "sample_type", value_type},
    {2, "samples", sample, repeated},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "duration_nano", Kind::uint64},
    {5, "period_type", value_type},
    {6, "period", Kind::int64},
    {7, "profile_id", Kind::id16},
    {8, "dropped_attributes_count", Kind::uint32},
    {9, "original_payload_format", Kind::string},
    {10, "original_payload", Kind::bytes},
    {11, "attribute_indices", Kind::int32, repeated},
};
constexpr Schema profile{"Profile", profile_fields};

constexpr Field mapping_fields[] = {
    {1, "memory_start", Kind::uint64},
    {2, "memory_limit", Kind::uint64},
    {3, "file_offset", Kind::uint64},
    {4, "filename_strindex", Kind::int32},
    {5, "attribute_indices", Kind::int32, repeated},
};
constexpr Schema mapping{"Mapping", mapping_fields};

constexpr Field line_fields[] = {
    {1, "function_index", Kind::int32}, {2, "line", Kind::int64}, {3, "column", Kind::int64}};
constexpr Schema line{"Line", line_fields};

constexpr Field location_fields[] = {
    {1, "mapping_index", Kind::int32},
    {2, "address", Kind::uint64},
    {3, "lines", line, repeated},
    {4, "attribute_indices", Kind::int32, repeated},
};
constexpr Schema location{"Location", location_fields};

constexpr Field function_fields[] = {
    {1, "name_strindex", Kind::int32},
    {2, "system_name_strindex", Kind::int32},
    {3, "filename_strindex", Kind::int32},
    {4, "start_line", Kind::int64},
};
constexpr Schema function{"Function", function_fields};

constexpr Field link_fields[] = {{1, "trace_id", Kind::id16}, {2, "span_id", Kind::id8}};
constexpr Schema link{"Link", link_fields};

constexpr Field key_value_and_unit_fields[] = {
    {1, "key_strindex", Kind::int32}, {2, "value", any_value}, {3, "unit_strindex", Kind::int32}};
constexpr Schema key_value_and_unit{"KeyValueAndUnit", key_value_and_unit_fields};

constexpr Field stack_fields[] = {{1, "location_indices", Kind::int32, repeated}};
constexpr Schema stack{"Stack", stack_fields};

constexpr Field dictionary_fields[] = {
    {1, "mapping_table", mapping, repeated},
    {2, "location_table", location, repeated},
    {3, "function_table", function, repeated},
    {4, "link_table", link, repeated},
    {5, "string_table", Kind::string, repeated},
    {6, "attribute_table", key_value_and_unit, repeated},
    {7, "stack_table", stack, repeated},
};
constexpr Schema dictionary{"ProfilesDictionary", dictionary_fields};

constexpr Field scope_profiles_fields[] = {
    {1, "scope", scope}, {2, "profiles", profile, repeated}, {3, "schema_url", Kind::string}};
constexpr Schema scope_profiles{"ScopeProfiles", scope_profiles_fields};

constexpr Field resource_profiles_fields[] = {{1, "resource", resource},
                                              {2, "scope_profiles", scope_profiles, repeated},
                                              {3, "schema_url", Kind::string}};
constexpr Schema resource_profiles{"ResourceProfiles", resource_profiles_fields};

constexpr Field profiles_request_fields[] = {{1, "resource_profiles", resource_profiles, repeated},
                                             {2, "dictionary", dictionary}};
constexpr Schema profiles_request{"ExportProfilesServiceRequest", profiles_request_fields};

// Answers
constexpr Field traces_partial_fields[] = {{1, "rejected_spans", Kind::int64},
                                           {2, "error_message", Kind::string}};
constexpr Schema traces_partial{"ExportTracePartialSuccess", traces_partial_fields};
constexpr Field traces_response_fields[] = {{1, "partial_success", traces_partial}};
constexpr Schema traces_response{"ExportTraceServiceResponse", traces_response_fields};

constexpr Field metrics_partial_fields[] = {{1, "rejected_data_points", Kind::int64},
                                            {2, "error_message", Kind::string}};
constexpr Schema metrics_partial{"ExportMetricsPartialSuccess", metrics_partial_fields};
constexpr Field metrics_response_fields[] = {{1, "partial_success", metrics_partial}};
constexpr Schema metrics_response{"ExportMetricsServiceResponse", metrics_response_fields};

constexpr Field logs_partial_fields[] = {{1, "rejected_log_records", Kind::int64},
                                         {2, "error_message", Kind::string}};
constexpr Schema logs_partial{"ExportLogsPartialSuccess", logs_partial_fields};
constexpr Field logs_response_fields[] = {{1, "partial_success", logs_partial}};
constexpr Schema logs_response{"ExportLogsServiceResponse", logs_response_fields};

constexpr Field profiles_partial_fields[] = {{1, "rejected_profiles", Kind::int64},
                                             {2, "error_message", Kind::string}};
constexpr Schema profiles_partial{"ExportProfilesPartialSuccess", profiles_partial_fields};
constexpr Field profiles_response_fields[] = {{1, "partial_success", profiles_partial}};
constexpr Schema profiles_response{"ExportProfilesServiceResponse", profiles_response_fields};

// protobuf's JSON mapping spells out the fields of the types it knows; we carry the bytes instead.
constexpr Field any_fields[] = {{1, "@type", Kind::string}, {2, "value", Kind::bytes}};
constexpr Schema any{"google.protobuf.Any", any_fields};

constexpr Field rpc_status_fields[] = {
    {1, "code", Kind::int32}, {2, "message", Kind::string}, {3, "details", any, repeated}};
constexpr Schema rpc_status{"google.rpc.Status", rpc_status_fields};

// Numbers ascend, names are unique and everything fits: proven for every table.
constexpr bool all_well_formed() noexcept {
  for (const Schema* const each : {&any_value,
                                   &array_value,
                                   &key_value,
                                   &key_value_list,
                                   &scope,
                                   &entity_ref,
                                   &resource,
                                   &span_event,
                                   &span_link,
                                   &span_status,
                                   &span,
                                   &scope_spans,
                                   &resource_spans,
                                   &traces_request,
                                   &log_record,
                                   &scope_logs,
                                   &resource_logs,
                                   &logs_request,
                                   &exemplar,
                                   &number_point,
                                   &histogram_point,
                                   &buckets,
                                   &exponential_point,
                                   &quantile,
                                   &summary_point,
                                   &gauge,
                                   &sum,
                                   &histogram,
                                   &exponential,
                                   &summary,
                                   &metric,
                                   &scope_metrics,
                                   &resource_metrics,
                                   &metrics_request,
                                   &value_type,
                                   &sample,
                                   &profile,
                                   &mapping,
                                   &line,
                                   &location,
                                   &function,
                                   &link,
                                   &key_value_and_unit,
                                   &stack,
                                   &dictionary,
                                   &scope_profiles,
                                   &resource_profiles,
                                   &profiles_request,
                                   &traces_partial,
                                   &traces_response,
                                   &metrics_partial,
                                   &metrics_response,
                                   &logs_partial,
                                   &logs_response,
                                   &profiles_partial,
                                   &profiles_response,
                                   &any,
                                   &rpc_status}) {
    if (!each->is_well_formed) return false;
  }
  return true;
}
static_assert(all_well_formed());

}  // namespace schema
// NOLINTEND(cert-err58-cpp)

}  // namespace telemill::wire
