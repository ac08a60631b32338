#pragma once

#include <cstdint>

/// Field numbers of OTLP 1.x, by message. https://github.com/open-telemetry/opentelemetry-proto
namespace telemill::wire::field {

/// Traces, metrics and logs share the shape of their outer levels: a request repeats resource
/// entries, these repeat scope entries, these repeat records.
namespace outer {
inline constexpr uint32_t request_resources = 1;
inline constexpr uint32_t resource = 1;
inline constexpr uint32_t resource_scopes = 2;
inline constexpr uint32_t resource_schema_url = 3;
inline constexpr uint32_t scope = 1;
inline constexpr uint32_t scope_items = 2;
inline constexpr uint32_t scope_schema_url = 3;
}  // namespace outer

namespace resource {
inline constexpr uint32_t attributes = 1, dropped_attributes_count = 2, entity_refs = 3;
}
namespace entity_ref {
inline constexpr uint32_t schema_url = 1, type = 2, id_keys = 3, description_keys = 4;
}
namespace scope {
inline constexpr uint32_t name = 1, version = 2, attributes = 3, dropped_attributes_count = 4;
}
namespace key_value {
inline constexpr uint32_t key = 1, value = 2, key_strindex = 3;  // the index inside profiles only
}
namespace any_value {
inline constexpr uint32_t string_value = 1, bool_value = 2, int_value = 3, double_value = 4,
                          array_value = 5, kvlist_value = 6, bytes_value = 7,
                          string_value_strindex = 8;  // inside profiles only
}
namespace list {  // ArrayValue and KeyValueList
inline constexpr uint32_t values = 1;
}

namespace span {
inline constexpr uint32_t trace_id = 1, span_id = 2, trace_state = 3, parent_span_id = 4, name = 5,
                          kind = 6, start_time_unix_nano = 7, end_time_unix_nano = 8,
                          attributes = 9, dropped_attributes_count = 10, events = 11,
                          dropped_events_count = 12, links = 13, dropped_links_count = 14,
                          status = 15, flags = 16;
}
namespace span_event {
inline constexpr uint32_t time_unix_nano = 1, name = 2, attributes = 3,
                          dropped_attributes_count = 4;
}
namespace span_link {
inline constexpr uint32_t trace_id = 1, span_id = 2, trace_state = 3, attributes = 4,
                          dropped_attributes_count = 5, flags = 6;
}
namespace span_status {
inline constexpr uint32_t message = 2, code = 3;
}

namespace log_record {
inline constexpr uint32_t time_unix_nano = 1, severity_number = 2, severity_text = 3, body = 5,
                          attributes = 6, dropped_attributes_count = 7, flags = 8, trace_id = 9,
                          span_id = 10, observed_time_unix_nano = 11, event_name = 12;
}

namespace metric {
inline constexpr uint32_t name = 1, description = 2, unit = 3, gauge = 5, sum = 7, histogram = 9,
                          exponential_histogram = 10, summary = 11, metadata = 12;
}
/// Gauge, Sum, Histogram, ExponentialHistogram and Summary keep their points in the same field.
namespace metric_data {
inline constexpr uint32_t data_points = 1, aggregation_temporality = 2, is_monotonic = 3;
}
namespace number_point {
inline constexpr uint32_t start_time_unix_nano = 2, time_unix_nano = 3, as_double = 4,
                          exemplars = 5, as_int = 6, attributes = 7, flags = 8;
}
namespace histogram_point {
inline constexpr uint32_t start_time_unix_nano = 2, time_unix_nano = 3, count = 4, sum = 5,
                          bucket_counts = 6, explicit_bounds = 7, exemplars = 8, attributes = 9,
                          flags = 10, min = 11, max = 12;
}
namespace exponential_histogram_point {
inline constexpr uint32_t attributes = 1, start_time_unix_nano = 2, time_unix_nano = 3, count = 4,
                          sum = 5, scale = 6, zero_count = 7, positive = 8, negative = 9,
                          flags = 10, exemplars = 11, min = 12, max = 13, zero_threshold = 14;
}
namespace exponential_buckets {
inline constexpr uint32_t offset = 1, bucket_counts = 2;
}
namespace summary_point {
inline constexpr uint32_t start_time_unix_nano = 2, time_unix_nano = 3, count = 4, sum = 5,
                          quantile_values = 6, attributes = 7, flags = 8;
}
namespace quantile {
inline constexpr uint32_t quantile = 1, value = 2;
}
namespace exemplar {
inline constexpr uint32_t time_unix_nano = 2, as_double = 3, span_id = 4, trace_id = 5, as_int = 6,
                          filtered_attributes = 7;
}

/// Profiles (v1development): a dictionary stands beside the resource entries.
namespace profiles {
inline constexpr uint32_t request_dictionary = 2;
inline constexpr uint32_t dictionary_strings = 5;
inline constexpr uint32_t profile_samples = 2;
}  // namespace profiles
namespace profile {
inline constexpr uint32_t samples = 2, time_unix_nano = 3, duration_nano = 4, profile_id = 7,
                          dropped_attributes_count = 8;
}

}  // namespace telemill::wire::field
