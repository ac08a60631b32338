#include "telemetry/otlp_encoding.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"

namespace telemill::telemetry {
namespace {

using runtime::MetricKind;

constexpr std::array bounds = {1.0, 2.5};

class Encoding : public ::testing::Test {
 protected:
  Encoding() : registry_(runtime::MetricLevel::detailed) { resource_.set("service.name", "a"); }

  oracle::metrics::ExportMetricsServiceRequest push(Temporality temporality) {
    const auto samples = registry_.collect();
    const base::Slice bytes = encode_metrics({.samples = samples,
                                              .resource = resource_,
                                              .temporality = temporality,
                                              .baseline = baseline_,
                                              .start = 100,
                                              .baseline_at = baseline_at_,
                                              .now = now_});
    baseline_ = to_baseline(samples);
    baseline_at_ = now_;
    now_ += 1000;
    oracle::metrics::ExportMetricsServiceRequest request;
    EXPECT_TRUE(request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return request;
  }
  static std::map<std::string, oracle::metrics::Metric> by_name(
      const oracle::metrics::ExportMetricsServiceRequest& request) {
    std::map<std::string, oracle::metrics::Metric> metrics;
    for (const auto& metric : request.resource_metrics(0).scope_metrics(0).metrics()) {
      metrics[metric.name()] = metric;
    }
    return metrics;
  }

  runtime::MetricRegistry registry_;
  Resource resource_;
  Baseline baseline_;
  UnixNanos baseline_at_ = 0;
  UnixNanos now_ = 1000;
};

TEST_F(Encoding, IsReadByTheOfficialClasses) {
  registry_.counter({.name = "c", .unit = "{spans}", .help = "Spans"}, {{"receiver", "otlp"}}) += 7;
  registry_.counter({.name = "g", .kind = MetricKind::gauge}, {}).set(-5);
  registry_.counter({.name = "u", .kind = MetricKind::up_down_counter}, {}).set(2);
  registry_.observe({.name = "o", .unit = "s"}, {}, [] { return 1.5; });
  auto& histogram = registry_.histogram({.name = "h", .kind = MetricKind::histogram}, {}, bounds);
  histogram.record(1);
  histogram.record(9);
  const auto request = push(Temporality::cumulative);
  EXPECT_EQ(request.resource_metrics(0).resource().attributes(0).key(), "service.name");
  EXPECT_EQ(request.resource_metrics(0).scope_metrics(0).scope().name(), "telemill");
  const auto metrics = by_name(request);
  const auto& c = metrics.at("c");
  EXPECT_EQ(c.description(), "Spans");
  EXPECT_EQ(c.unit(), "{spans}");
  EXPECT_TRUE(c.sum().is_monotonic());
  EXPECT_EQ(c.sum().aggregation_temporality(), 2);
  EXPECT_EQ(c.sum().data_points(0).as_int(), 7);
  EXPECT_EQ(c.sum().data_points(0).start_time_unix_nano(), 100U);
  EXPECT_EQ(c.sum().data_points(0).time_unix_nano(), 1000U);
  EXPECT_EQ(c.sum().data_points(0).attributes(0).value().string_value(), "otlp");
  EXPECT_EQ(metrics.at("g").gauge().data_points(0).as_int(), -5);
  EXPECT_FALSE(metrics.at("u").sum().is_monotonic());
  EXPECT_EQ(metrics.at("o").sum().data_points(0).as_double(), 1.5);
  const auto& h = metrics.at("h").histogram().data_points(0);
  EXPECT_EQ(h.count(), 2U);
  EXPECT_EQ(h.sum(), 10);
  ASSERT_EQ(h.bucket_counts_size(), 3);
  EXPECT_EQ(h.bucket_counts(0), 1U);
  EXPECT_EQ(h.bucket_counts(2), 1U);
  EXPECT_EQ(h.explicit_bounds(1), 2.5);
}

TEST_F(Encoding, CountsDeltasFromThePushBefore) {
  auto& counter = registry_.counter({.name = "c"}, {});
  auto& up_down = registry_.counter({.name = "u", .kind = MetricKind::up_down_counter}, {});
  auto& histogram = registry_.histogram({.name = "h", .kind = MetricKind::histogram}, {}, bounds);
  counter += 7;
  up_down.set(3);
  histogram.record(1);
  push(Temporality::delta);
  counter += 2;
  histogram.record(2);
  const auto metrics = by_name(push(Temporality::delta));
  EXPECT_EQ(metrics.at("c").sum().aggregation_temporality(), 1);
  EXPECT_EQ(metrics.at("c").sum().data_points(0).as_int(), 2);
  EXPECT_EQ(metrics.at("c").sum().data_points(0).start_time_unix_nano(), 1000U);
  EXPECT_EQ(metrics.at("h").histogram().data_points(0).count(), 1U);
  EXPECT_EQ(metrics.at("h").histogram().data_points(0).sum(), 2);
  EXPECT_EQ(metrics.at("u").sum().aggregation_temporality(), 2);
  EXPECT_EQ(metrics.at("u").sum().data_points(0).as_int(), 3);
}

TEST_F(Encoding, WithLowMemoryKeepsObservedCountersCumulative) {
  registry_.counter({.name = "c"}, {}) += 1;
  registry_.observe({.name = "o"}, {}, [] { return 4.0; });
  push(Temporality::low_memory);
  const auto metrics = by_name(push(Temporality::low_memory));
  EXPECT_EQ(metrics.at("c").sum().aggregation_temporality(), 1);
  EXPECT_EQ(metrics.at("c").sum().data_points(0).as_int(), 0);
  EXPECT_EQ(metrics.at("o").sum().aggregation_temporality(), 2);
  EXPECT_EQ(metrics.at("o").sum().data_points(0).as_double(), 4);
}

TEST(EncodeLogs, IsReadByTheOfficialClasses) {
  Resource resource;
  resource.set("service.name", "a");
  const std::array records = {
      OwnedRecord({.level = log::Level::warn,
                   .event = "queue.full",
                   .fields = {{"queue", "q"}, {"bytes", int64_t{-7}}, {"share", 0.5}, {"ok", true}},
                   .unix_nanos = 5})};
  const base::Slice bytes = encode_logs(records, resource);
  oracle::logs::ExportLogsServiceRequest request;
  ASSERT_TRUE(request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  const auto& record = request.resource_logs(0).scope_logs(0).log_records(0);
  EXPECT_EQ(record.time_unix_nano(), 5U);
  EXPECT_EQ(record.severity_number(), 13);
  EXPECT_EQ(record.severity_text(), "warn");
  EXPECT_EQ(record.body().string_value(), "queue.full");
  ASSERT_EQ(record.attributes_size(), 4);
  EXPECT_EQ(record.attributes(0).value().string_value(), "q");
  EXPECT_EQ(record.attributes(1).value().int_value(), -7);
  EXPECT_EQ(record.attributes(2).value().double_value(), 0.5);
  EXPECT_TRUE(record.attributes(3).value().bool_value());
}

}  // namespace
}  // namespace telemill::telemetry
