#include "wire/schema.h"

/// opentelemetry.proto.metrics.v1 and its collector service.
namespace telemill::wire::schema {

namespace {

constexpr EnumValue temporality_values[] = {{0, "AGGREGATION_TEMPORALITY_UNSPECIFIED"},
                                            {1, "AGGREGATION_TEMPORALITY_DELTA"},
                                            {2, "AGGREGATION_TEMPORALITY_CUMULATIVE"}};
constexpr EnumTable temporality = temporality_values;

}  // namespace

constexpr Field exemplar_fields[] = {
    {2, "time_unix_nano", Kind::fixed64},
    {3, "as_double", Kind::real, Presence::oneof},
    {4, "span_id", Kind::id8},
    {5, "trace_id", Kind::id16},
    {6, "as_int", Kind::sfixed64, Presence::oneof},
    {7, "filtered_attributes", key_value, Presence::repeated},
};
constexpr Schema exemplar{"Exemplar", exemplar_fields};

constexpr Field number_point_fields[] = {
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "as_double", Kind::real, Presence::oneof},
    {5, "exemplars", exemplar, Presence::repeated},
    {6, "as_int", Kind::sfixed64, Presence::oneof},
    {7, "attributes", key_value, Presence::repeated},
    {8, "flags", Kind::uint32},
};
constexpr Schema number_point{"NumberDataPoint", number_point_fields};

constexpr Field histogram_point_fields[] = {
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "count", Kind::fixed64},
    {5, "sum", Kind::real, Presence::optional},
    {6, "bucket_counts", Kind::fixed64, Presence::repeated},
    {7, "explicit_bounds", Kind::real, Presence::repeated},
    {8, "exemplars", exemplar, Presence::repeated},
    {9, "attributes", key_value, Presence::repeated},
    {10, "flags", Kind::uint32},
    {11, "min", Kind::real, Presence::optional},
    {12, "max", Kind::real, Presence::optional},
};
constexpr Schema histogram_point{"HistogramDataPoint", histogram_point_fields};

constexpr Field buckets_fields[] = {{1, "offset", Kind::sint32},
                                    {2, "bucket_counts", Kind::uint64, Presence::repeated}};
constexpr Schema buckets{"ExponentialHistogramDataPoint.Buckets", buckets_fields};

constexpr Field exponential_point_fields[] = {
    {1, "attributes", key_value, Presence::repeated},
    {2, "start_time_unix_nano", Kind::fixed64},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "count", Kind::fixed64},
    {5, "sum", Kind::real, Presence::optional},
    {6, "scale", Kind::sint32},
    {7, "zero_count", Kind::fixed64},
    {8, "positive", buckets},
    {9, "negative", buckets},
    {10, "flags", Kind::uint32},
    {11, "exemplars", exemplar, Presence::repeated},
    {12, "min", Kind::real, Presence::optional},
    {13, "max", Kind::real, Presence::optional},
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
    {6, "quantile_values", quantile, Presence::repeated},
    {7, "attributes", key_value, Presence::repeated},
    {8, "flags", Kind::uint32},
};
constexpr Schema summary_point{"SummaryDataPoint", summary_point_fields};

constexpr Field gauge_fields[] = {{1, "data_points", number_point, Presence::repeated}};
constexpr Schema gauge{"Gauge", gauge_fields};

constexpr Field sum_fields[] = {{1, "data_points", number_point, Presence::repeated},
                                {2, "aggregation_temporality", temporality},
                                {3, "is_monotonic", Kind::boolean}};
constexpr Schema sum{"Sum", sum_fields};

constexpr Field histogram_fields[] = {{1, "data_points", histogram_point, Presence::repeated},
                                      {2, "aggregation_temporality", temporality}};
constexpr Schema histogram{"Histogram", histogram_fields};

constexpr Field exponential_fields[] = {{1, "data_points", exponential_point, Presence::repeated},
                                        {2, "aggregation_temporality", temporality}};
constexpr Schema exponential{"ExponentialHistogram", exponential_fields};

constexpr Field summary_fields[] = {{1, "data_points", summary_point, Presence::repeated}};
constexpr Schema summary{"Summary", summary_fields};

constexpr Field metric_fields[] = {
    {1, "name", Kind::string},
    {2, "description", Kind::string},
    {3, "unit", Kind::string},
    {5, "gauge", gauge, Presence::oneof},
    {7, "sum", sum, Presence::oneof},
    {9, "histogram", histogram, Presence::oneof},
    {10, "exponential_histogram", exponential, Presence::oneof},
    {11, "summary", summary, Presence::oneof},
    {12, "metadata", key_value, Presence::repeated},
};
constexpr Schema metric{"Metric", metric_fields};

constexpr Field scope_metrics_fields[] = {{1, "scope", scope},
                                          {2, "metrics", metric, Presence::repeated},
                                          {3, "schema_url", Kind::string}};
constexpr Schema scope_metrics{"ScopeMetrics", scope_metrics_fields};

constexpr Field resource_metrics_fields[] = {
    {1, "resource", resource},
    {2, "scope_metrics", scope_metrics, Presence::repeated},
    {3, "schema_url", Kind::string}};
constexpr Schema resource_metrics{"ResourceMetrics", resource_metrics_fields};

constexpr Field metrics_request_fields[] = {
    {1, "resource_metrics", resource_metrics, Presence::repeated}};
constexpr Schema metrics_request{"ExportMetricsServiceRequest", metrics_request_fields};

constexpr Field metrics_partial_fields[] = {{1, "rejected_data_points", Kind::int64},
                                            {2, "error_message", Kind::string}};
constexpr Schema metrics_partial{"ExportMetricsPartialSuccess", metrics_partial_fields};
constexpr Field metrics_response_fields[] = {{1, "partial_success", metrics_partial}};
constexpr Schema metrics_response{"ExportMetricsServiceResponse", metrics_response_fields};

static_assert(are_well_formed({&exemplar, &number_point, &histogram_point, &buckets,
                               &exponential_point, &quantile, &summary_point, &gauge, &sum,
                               &histogram, &exponential, &summary, &metric, &scope_metrics,
                               &resource_metrics, &metrics_request, &metrics_partial,
                               &metrics_response}));

}  // namespace telemill::wire::schema
