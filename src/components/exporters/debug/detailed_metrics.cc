#include <cmath>
#include <optional>
#include <vector>

#include "components/exporters/debug/buckets.h"
#include "components/exporters/debug/detailed.h"
#include "components/exporters/debug/names.h"
#include "otlp/metric_views.h"

namespace telemill::components::exporters::debug {
namespace {

void add_real_line(Text& text, std::string_view label, std::optional<double> value) {
  if (!value) return;
  text.add("{}", label);
  text.add_real(*value);
  text.add("\n");
}

void add_point_frame(Text& text, std::string_view title, const auto& point, size_t index) {
  text.add("{} #{}\n", title, index);
  add_attributes(text, "", "Data point attributes:", point.attributes());
  text.add_time("StartTimestamp: ", point.start_time());
  text.add_time("Timestamp: ", point.time());
}

void add_exemplars(Text& text, const otlp::RepeatedView<otlp::ExemplarView>& exemplars) {
  size_t index = 0;
  for (const otlp::ExemplarView exemplar : exemplars) {
    if (index == 0) text.add("Exemplars:\n");
    text.add("Exemplar #{}\n", index++);
    text.add_id("     -> Trace ID: ", exemplar.trace_id());
    text.add_id("     -> Span ID: ", exemplar.span_id());
    text.add_time("     -> Timestamp: ", exemplar.time());
    text.add("     -> Value: ");
    text.add_number(exemplar.value());
    text.add("\n");
    add_attributes(text, "     ", "-> FilteredAttributes:", exemplar.filtered_attributes());
  }
}

void add_statistics(Text& text, const auto& point) {
  text.add("Count: {}\n", point.count());
  add_real_line(text, "Sum: ", point.sum());
  add_real_line(text, "Min: ", point.min());
  add_real_line(text, "Max: ", point.max());
}

void add_point(Text& text, const otlp::NumberPointView& point, size_t index) {
  add_point_frame(text, "NumberDataPoints", point, index);
  const otlp::NumberView number = point.value();
  if (number.kind != otlp::NumberKind::none) {
    text.add("Value: ");
    text.add_number(number);
    text.add("\n");
  }
  add_exemplars(text, point.exemplars());
}

void add_point(Text& text, const otlp::HistogramPointView& point, size_t index) {
  add_point_frame(text, "HistogramDataPoints", point, index);
  add_statistics(text, point);
  size_t bound_index = 0;
  for (const double bound : point.explicit_bounds()) {
    text.add("ExplicitBounds #{}: ", bound_index++);
    text.add_real(bound);
    text.add("\n");
  }
  size_t bucket_index = 0;
  for (const uint64_t count : point.bucket_counts()) {
    text.add("Buckets #{}, Count: {}\n", bucket_index++, count);
  }
  add_exemplars(text, point.exemplars());
}

/// The bucket at `index` reaches from base^index to base^(index + 1); `factor` is ln(base).
void add_bucket(Text& text, double index, double factor, bool is_negative, uint64_t count) {
  const double lower = std::exp(index * factor);
  const double upper = std::exp((index + 1) * factor);
  text.add("Bucket {}", is_negative ? "[" : "(");
  text.add_real(is_negative ? -upper : lower);
  text.add(", ");
  text.add_real(is_negative ? -lower : upper);
  text.add("{}, Count: {}\n", is_negative ? ")" : "]", count);
}

void add_point(Text& text, const otlp::ExponentialHistogramPointView& point, size_t index) {
  add_point_frame(text, "ExponentialHistogramDataPoints", point, index);
  add_statistics(text, point);
  const double factor = bucket_factor(point.scale());
  const otlp::ExponentialBucketsView negative = point.negative();
  std::vector<uint64_t> counts;  // from the largest absolute value down
  for (const uint64_t count : negative.bucket_counts()) counts.push_back(count);
  for (size_t i = counts.size(); i-- > 0;) {
    add_bucket(text, static_cast<double>(negative.offset()) + static_cast<double>(i), factor, true,
               counts[i]);
  }
  if (point.zero_count() != 0) text.add("Bucket [0, 0], Count: {}\n", point.zero_count());
  const otlp::ExponentialBucketsView positive = point.positive();
  double bucket_index = positive.offset();
  for (const uint64_t count : positive.bucket_counts()) {
    add_bucket(text, bucket_index++, factor, false, count);
  }
  add_exemplars(text, point.exemplars());
}

void add_point(Text& text, const otlp::SummaryPointView& point, size_t index) {
  add_point_frame(text, "SummaryDataPoints", point, index);
  text.add("Count: {}\n", point.count());
  add_real_line(text, "Sum: ", point.sum());
  size_t quantile_index = 0;
  for (const otlp::QuantileView quantile : point.quantile_values()) {
    text.add("QuantileValue #{}: Quantile ", quantile_index++);
    text.add_real(quantile.quantile());
    text.add(", Value ");
    text.add_real(quantile.value());
    text.add("\n");
  }
}

}  // namespace

void add_metric(Text& text, std::string_view record, size_t index) {
  const otlp::MetricView metric(record);
  const otlp::MetricDataView data = metric.data();
  text.add("Metric #{}\nDescriptor:\n", index);
  text.add_line("     -> Name: ", metric.name());
  text.add_line("     -> Description: ", metric.description());
  text.add_line("     -> Unit: ", metric.unit());
  text.add("     -> DataType: {}\n", metric_data_names[static_cast<size_t>(data.kind())]);
  using Kind = otlp::MetricDataKind;
  if (data.kind() == Kind::sum) text.add("     -> IsMonotonic: {}\n", data.is_monotonic());
  if (data.kind() == Kind::sum || data.kind() == Kind::histogram ||
      data.kind() == Kind::exponential_histogram) {
    text.add("     -> AggregationTemporality: {}\n",
             name_in(temporality_names, data.aggregation_temporality()));
  }
  add_attributes(text, "     ", "-> Metadata:", metric.metadata());
  size_t point_index = 0;
  const auto add_points = [&](const auto& points) {
    for (const auto& point : points) {
      if (text.is_dropping()) return;
      add_point(text, point, point_index++);
    }
  };
  add_points(data.number_points());
  add_points(data.histogram_points());
  add_points(data.exponential_histogram_points());
  add_points(data.summary_points());
}

}  // namespace telemill::components::exporters::debug
