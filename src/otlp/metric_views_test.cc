#include "otlp/metric_views.h"

#include <gtest/gtest.h>
#include <oracle/metrics.pb.h>

#include <bit>
#include <string>
#include <vector>

#include "base/random.h"
#include "oracle/generate.h"
#include "otlp/walk.h"

namespace telemill::otlp {
namespace {

namespace metrics = oracle::metrics;

// How attributes read is proven in views_test.cc; here their keys must be those of the field.
void expect_keys(const AttributesView& view, const auto& list) {
  int i = 0;
  for (const KeyValueView attribute : view) {
    ASSERT_LT(i, list.size());
    EXPECT_EQ(attribute.key(), list[i++].key());
  }
  EXPECT_EQ(i, list.size());
}

void expect_numbers(const auto& view, const auto& list) {
  int i = 0;
  for (const auto number : view) {
    ASSERT_LT(i, list.size());
    EXPECT_EQ(std::bit_cast<uint64_t>(number), std::bit_cast<uint64_t>(list[i++]));
  }
  EXPECT_EQ(i, list.size());
  EXPECT_FALSE(view.is_broken());
}

void expect_real(std::optional<double> real, bool is_set, double value) {
  ASSERT_EQ(real.has_value(), is_set);
  EXPECT_EQ(std::bit_cast<uint64_t>(real.value_or(0)), std::bit_cast<uint64_t>(value));
}

template <class Message>
void expect_number(const NumberView& number, const Message& message) {
  switch (message.value_case()) {
    case Message::kAsDouble:
      EXPECT_EQ(number.kind, NumberKind::real);
      expect_real(number.real(), true, message.as_double());
      return;
    case Message::kAsInt:
      EXPECT_EQ(number.kind, NumberKind::integer);
      EXPECT_EQ(number.integer(), message.as_int());
      return;
    default:
      EXPECT_EQ(number.kind, NumberKind::none);
  }
}

void expect_exemplars(const RepeatedView<ExemplarView>& view, const auto& list) {
  int i = 0;
  for (const ExemplarView exemplar : view) {
    ASSERT_LT(i, list.size());
    const metrics::Exemplar& expected = list[i++];
    EXPECT_EQ(exemplar.time(), expected.time_unix_nano());
    EXPECT_EQ(exemplar.trace_id(), expected.trace_id());
    EXPECT_EQ(exemplar.span_id(), expected.span_id());
    expect_number(exemplar.value(), expected);
    expect_keys(exemplar.filtered_attributes(), expected.filtered_attributes());
  }
  EXPECT_EQ(i, list.size());
}

void expect_frame(const auto& view, const auto& message) {
  EXPECT_FALSE(view.is_broken());
  EXPECT_EQ(view.start_time(), message.start_time_unix_nano());
  EXPECT_EQ(view.time(), message.time_unix_nano());
  EXPECT_EQ(view.flags(), message.flags());
  expect_keys(view.attributes(), message.attributes());
}

void expect_same(const NumberPointView& view, const metrics::NumberDataPoint& message) {
  expect_frame(view, message);
  expect_number(view.value(), message);
  expect_exemplars(view.exemplars(), message.exemplars());
}

void expect_same(const HistogramPointView& view, const metrics::HistogramDataPoint& message) {
  expect_frame(view, message);
  EXPECT_EQ(view.count(), message.count());
  expect_real(view.sum(), message.has_sum(), message.sum());
  expect_real(view.min(), message.has_min(), message.min());
  expect_real(view.max(), message.has_max(), message.max());
  expect_numbers(view.bucket_counts(), message.bucket_counts());
  expect_numbers(view.explicit_bounds(), message.explicit_bounds());
  expect_exemplars(view.exemplars(), message.exemplars());
}

void expect_same(const ExponentialHistogramPointView& view,
                 const metrics::ExponentialHistogramDataPoint& message) {
  expect_frame(view, message);
  EXPECT_EQ(view.count(), message.count());
  expect_real(view.sum(), message.has_sum(), message.sum());
  expect_real(view.min(), message.has_min(), message.min());
  expect_real(view.max(), message.has_max(), message.max());
  EXPECT_EQ(view.scale(), message.scale());
  EXPECT_EQ(view.zero_count(), message.zero_count());
  expect_real(view.zero_threshold(), true, message.zero_threshold());
  EXPECT_EQ(view.positive().offset(), message.positive().offset());
  EXPECT_EQ(view.negative().offset(), message.negative().offset());
  expect_numbers(view.positive().bucket_counts(), message.positive().bucket_counts());
  expect_numbers(view.negative().bucket_counts(), message.negative().bucket_counts());
  expect_exemplars(view.exemplars(), message.exemplars());
}

void expect_same(const SummaryPointView& view, const metrics::SummaryDataPoint& message) {
  expect_frame(view, message);
  EXPECT_EQ(view.count(), message.count());
  expect_real(view.sum(), true, message.sum());
  int i = 0;
  for (const QuantileView quantile : view.quantile_values()) {
    ASSERT_LT(i, message.quantile_values_size());
    expect_real(quantile.quantile(), true, message.quantile_values(i).quantile());
    expect_real(quantile.value(), true, message.quantile_values(i++).value());
  }
  EXPECT_EQ(i, message.quantile_values_size());
}

void expect_points(const auto& view, const auto& list) {
  int i = 0;
  for (const auto& point : view) {
    ASSERT_LT(i, list.size());
    expect_same(point, list[i++]);
  }
  EXPECT_EQ(i, list.size());
}

void expect_same(const MetricDataView& data, const metrics::Metric& metric) {
  switch (metric.data_case()) {
    case metrics::Metric::kGauge:
      EXPECT_EQ(data.kind(), MetricDataKind::gauge);
      EXPECT_EQ(data.aggregation_temporality(), 0);
      return expect_points(data.number_points(), metric.gauge().data_points());
    case metrics::Metric::kSum:
      EXPECT_EQ(data.kind(), MetricDataKind::sum);
      EXPECT_EQ(data.aggregation_temporality(), int{metric.sum().aggregation_temporality()});
      EXPECT_EQ(data.is_monotonic(), metric.sum().is_monotonic());
      return expect_points(data.number_points(), metric.sum().data_points());
    case metrics::Metric::kHistogram:
      EXPECT_EQ(data.kind(), MetricDataKind::histogram);
      EXPECT_EQ(data.aggregation_temporality(), int{metric.histogram().aggregation_temporality()});
      return expect_points(data.histogram_points(), metric.histogram().data_points());
    case metrics::Metric::kExponentialHistogram:
      EXPECT_EQ(data.kind(), MetricDataKind::exponential_histogram);
      EXPECT_EQ(data.aggregation_temporality(),
                int{metric.exponential_histogram().aggregation_temporality()});
      return expect_points(data.exponential_histogram_points(),
                           metric.exponential_histogram().data_points());
    case metrics::Metric::kSummary:
      EXPECT_EQ(data.kind(), MetricDataKind::summary);
      return expect_points(data.summary_points(), metric.summary().data_points());
    case metrics::Metric::DATA_NOT_SET:
      EXPECT_EQ(data.kind(), MetricDataKind::none);
      EXPECT_EQ(data.number_points().begin(), data.number_points().end());
  }
}

TEST(MetricViews, ReadEveryField) {
  for (int seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(static_cast<uint64_t>(seed));
    metrics::Metric metric;
    oracle::generate(metric, random, {.with_unknown_fields = seed % 2 == 1});
    const std::string bytes = metric.SerializeAsString();
    const MetricView view(bytes);
    EXPECT_EQ(view.name(), metric.name());
    EXPECT_EQ(view.description(), metric.description());
    EXPECT_EQ(view.unit(), metric.unit());
    expect_keys(view.metadata(), metric.metadata());
    expect_same(view.data(), metric);
  }
}

TEST(MetricViews, PiecesOfTheSameDataAppendAndOtherDataReplaces) {
  for (int seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(static_cast<uint64_t>(seed));
    metrics::Metric merged;
    std::string bytes;
    for (int i = 0; i < 3; ++i) {
      metrics::Metric piece;
      oracle::generate(piece, random);
      bytes += piece.SerializeAsString();
    }
    ASSERT_TRUE(merged.ParseFromString(bytes));
    expect_same(MetricView(bytes).data(), merged);
  }
}

TEST(MetricViews, SeeAsManyPointsAsTheWalkCounts) {
  const std::string point = std::string("\x0a\x00", 2);
  const auto data = [&](char tag, int points) {
    std::string content;
    for (int i = 0; i < points; ++i) content += point;
    return std::string{tag, static_cast<char>(content.size())} + content;
  };
  const std::string metric = data('\x2a', 3) + data('\x3a', 2) + data('\x3a', 0) + data('\x3a', 4);
  uint32_t count = 0;
  for ([[maybe_unused]] const NumberPointView each : MetricView(metric).data().number_points()) {
    ++count;
  }
  EXPECT_EQ(count, 6U);
  EXPECT_EQ(count, count_points(metric).value());
}

TEST(MetricViews, ReadNumbersThatAreNotPacked) {
  const std::string bytes =
      std::string("\x31\1\0\0\0\0\0\0\0", 9) + std::string("\x32\x08\2\0\0\0\0\0\0\0", 10);
  std::vector<uint64_t> counts;
  for (const uint64_t count : HistogramPointView(bytes).bucket_counts()) counts.push_back(count);
  EXPECT_EQ(counts, (std::vector<uint64_t>{1, 2}));
}

}  // namespace
}  // namespace telemill::otlp
