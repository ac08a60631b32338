#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "load/workload.h"
#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/trace.pb.h"

/// Generated requests as the official protobuf library reads them: all fields known, all strings
/// UTF-8, and what OTLP asks of their values holds.
namespace telemill::load {
namespace {

using otlp::Signal;

constexpr UnixNanos sent_at = 1'800'000'000'000'000'000;

/// Generated, filled in and parsed; whatever the shape.
template <class Request>
std::vector<Request> parsed(Signal signal, const char* shape, MetricMix mix = {}) {
  WorkloadSettings settings{.signal = signal,
                            .items_per_request = 60,
                            .resources = 2,
                            .scopes_per_resource = 2,
                            .distinct_bodies = 8,
                            .metric_mix = mix};
  EXPECT_TRUE(parse_shape(shape, settings).has_value());
  std::vector<Request> requests;
  const auto templates = make_workload(settings, 21);
  for (const Template& made : templates.value()) {
    std::string bytes(made.bytes());
    made.fill(
        {.series = {.run = 1, .lane = 0}, .item_base = 0, .trace_base = 0, .sent_at = sent_at},
        bytes.data());
    Request request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    // Nothing unknown and every length minimal: written again it is as long as it was.
    request.DiscardUnknownFields();
    EXPECT_EQ(request.ByteSizeLong(), bytes.size());
    requests.push_back(std::move(request));
  }
  return requests;
}

constexpr const char* shapes[] = {"house", "semconv", "attributes=3x40", "attributes=0x0"};

TEST(WorkloadOracle, SpansAreValid) {
  for (const char* shape : shapes) {
    for (const auto& request :
         parsed<oracle::trace::ExportTraceServiceRequest>(Signal::traces, shape)) {
      for (const auto& resource : request.resource_spans()) {
        EXPECT_GT(resource.resource().attributes_size(), 0);
        for (const auto& scope : resource.scope_spans()) {
          for (const auto& span : scope.spans()) {
            EXPECT_EQ(span.trace_id().size(), 16U);
            EXPECT_EQ(span.span_id().size(), 8U);
            EXPECT_TRUE(span.parent_span_id().empty() || span.parent_span_id().size() == 8);
            EXPECT_NE(span.parent_span_id(), span.span_id());
            EXPECT_EQ(span.end_time_unix_nano(), sent_at);
            EXPECT_LT(span.start_time_unix_nano(), sent_at);
            EXPECT_FALSE(span.name().empty());
            for (const auto& event : span.events()) {
              EXPECT_GE(event.time_unix_nano(), span.start_time_unix_nano());
              EXPECT_LE(event.time_unix_nano(), sent_at);
            }
          }
        }
      }
    }
  }
}

TEST(WorkloadOracle, LogRecordsAreValid) {
  for (const char* shape : shapes) {
    for (const auto& request :
         parsed<oracle::logs::ExportLogsServiceRequest>(Signal::logs, shape)) {
      for (const auto& resource : request.resource_logs()) {
        for (const auto& scope : resource.scope_logs()) {
          for (const auto& record : scope.log_records()) {
            EXPECT_EQ(record.time_unix_nano(), sent_at);
            EXPECT_EQ(record.observed_time_unix_nano(), sent_at);
            EXPECT_EQ(record.trace_id().size(), 16U);
            EXPECT_EQ(record.span_id().size(), 8U);
            EXPECT_FALSE(record.body().string_value().empty());
            EXPECT_FALSE(record.severity_text().empty());
          }
        }
      }
    }
  }
}

template <class Counts>
uint64_t sum_of(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

TEST(WorkloadOracle, DataPointsAreValid) {
  const MetricMix mix{
      .gauge = 1, .sum = 1, .histogram = 1, .exponential_histogram = 1, .summary = 1};
  size_t seen[5] = {};
  for (const char* shape : shapes) {
    for (const auto& request :
         parsed<oracle::metrics::ExportMetricsServiceRequest>(Signal::metrics, shape, mix)) {
      for (const auto& resource : request.resource_metrics()) {
        for (const auto& scope : resource.scope_metrics()) {
          for (const auto& metric : scope.metrics()) {
            for (const auto& point : metric.gauge().data_points()) {
              ++seen[0];
              EXPECT_EQ(point.time_unix_nano(), sent_at);
            }
            for (const auto& point : metric.sum().data_points()) {
              ++seen[1];
              EXPECT_GT(point.start_time_unix_nano(), 0U);
              EXPECT_LT(point.start_time_unix_nano(), sent_at);
            }
            for (const auto& point : metric.histogram().data_points()) {
              ++seen[2];
              EXPECT_EQ(point.bucket_counts_size(), point.explicit_bounds_size() + 1);
              EXPECT_EQ(sum_of(point.bucket_counts()), point.count());
            }
            for (const auto& point : metric.exponential_histogram().data_points()) {
              ++seen[3];
              EXPECT_EQ(sum_of(point.positive().bucket_counts()) + point.zero_count(),
                        point.count());
            }
            for (const auto& point : metric.summary().data_points()) {
              ++seen[4];
              EXPECT_EQ(point.quantile_values_size(), 3);
            }
          }
        }
      }
    }
  }
  for (const size_t count : seen) EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace telemill::load
