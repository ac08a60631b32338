#include "pipeline/exporter_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "pipeline/test_support.h"

namespace telemill::pipeline {
namespace {

using runtime::Label;
using runtime::MetricLevel;

constexpr auto signal = otlp::Signal::logs;

/// An exporter's metrics in a registry of a level of the test's choice.
struct Fixture {
  explicit Fixture(MetricLevel level) : registry(level) {}

  ExporterMetrics make(const ExporterMetrics::Setup& setup, bool is_first_lane = true) {
    return ExporterMetrics({.id = config::parse_component_id("otlp_grpc/x").value(),
                            .lane = *lane.lane,
                            .budget = lane.budget,
                            .worker = lane.worker,
                            .metrics = registry,
                            .shared = lane.shared,
                            .is_first_lane = is_first_lane},
                           setup);
  }
  [[nodiscard]] const runtime::HistogramValue* histogram(std::string_view name) {
    samples = registry.collect();
    const auto at = std::ranges::find_if(
        samples, [name](const auto& sample) { return sample.info->name == name; });
    return at == samples.end() ? nullptr : std::get_if<runtime::HistogramValue>(&at->value);
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::any_of(registry.infos(),
                               [name](const auto* info) { return info->name == name; });
  }

  TestLane lane;
  runtime::MetricRegistry registry;
  std::vector<runtime::MetricSample> samples;
};

Outcome refused_with(uint8_t code, OutcomeClass cls) {
  return {.cls = cls, .grpc_code = code, .message = "no"};
}

TEST(ExporterMetrics, WhatWasSentNamesThePeer) {
  Fixture fixture(MetricLevel::normal);
  auto metrics = fixture.make({.signal = signal, .peer = {{"server.address", "backend"}}});
  metrics.count_sent(make_payload(signal, 3));
  const std::vector<Label> labels = {{"exporter", "otlp_grpc/x"}, {"server.address", "backend"}};
  EXPECT_EQ(fixture.registry.total("otelcol_exporter_sent_log_records", labels), 3);
}

TEST(ExporterMetrics, TellsReasonsOfFailureAtDetailedOnly) {
  const std::vector<Label> reason = {{"error.type", "Unavailable"}, {"error.permanent", "false"}};
  const std::vector<Label> bare = {{"error.type", "_OTHER"}, {"error.permanent", "true"}};
  for (const MetricLevel level : {MetricLevel::normal, MetricLevel::detailed}) {
    Fixture fixture(level);
    auto metrics = fixture.make({.signal = signal});
    metrics.count_send_failed(make_payload(signal, 2), refused_with(14, OutcomeClass::retryable));
    metrics.count_send_failed(make_payload(signal, 3), refused_with(14, OutcomeClass::retryable));
    metrics.count_send_failed(make_payload(signal, 4), Outcome::permanent("no"));
    const std::string name = "otelcol_exporter_send_failed_log_records";
    const bool is_detailed = level == MetricLevel::detailed;
    EXPECT_EQ(fixture.registry.total(name), 9);
    EXPECT_EQ(fixture.registry.total(name, reason), is_detailed ? 5 : 0);
    EXPECT_EQ(fixture.registry.total(name, bare), is_detailed ? 4 : 0);
  }
}

TEST(ExporterMetrics, TellsSizesAtDetailedOnly) {
  for (const MetricLevel level : {MetricLevel::normal, MetricLevel::detailed}) {
    Fixture fixture(level);
    auto metrics = fixture.make({.signal = signal, .has_batches = true});
    const otlp::Payload request = make_payload(signal, 60);
    metrics.note_enqueued(request);
    metrics.note_batch(request);
    for (const char* const name :
         {"otelcol_exporter_enqueue_size", "otelcol_exporter_queue_batch_send_size"}) {
      const auto* items = fixture.histogram(name);
      if (level == MetricLevel::normal) {
        EXPECT_EQ(items, nullptr) << name;
        continue;
      }
      ASSERT_NE(items, nullptr) << name;
      EXPECT_EQ(items->sum, 60);
      EXPECT_EQ(items->bounds.front(), 10);
      EXPECT_EQ(items->bounds.back(), 100'000);
      const auto* bytes = fixture.histogram(std::string(name) + "_bytes");
      ASSERT_NE(bytes, nullptr) << name;
      EXPECT_EQ(bytes->sum, static_cast<double>(request.byte_count()));
      EXPECT_EQ(bytes->bounds.front(), 128);
      EXPECT_EQ(bytes->bounds.back(), 16'777'216);
    }
  }
}

TEST(ExporterMetrics, WithoutAQueueThereIsNothingToTellOfIt) {
  Fixture fixture(MetricLevel::detailed);
  auto metrics = fixture.make({.signal = signal, .has_queue = false});
  metrics.set_queue_size(7);
  metrics.note_enqueued(make_payload(signal, 1));
  EXPECT_FALSE(fixture.has("otelcol_exporter_queue_size"));
  EXPECT_FALSE(fixture.has("otelcol_exporter_queue_capacity"));
  EXPECT_FALSE(fixture.has("otelcol_exporter_enqueue_size"));
  EXPECT_TRUE(fixture.has("otelcol_exporter_in_flight_requests"));
}

// Gauges are summed over lanes, so the capacity is told once.
TEST(ExporterMetrics, OnlyTheFirstLaneTellsTheCapacity) {
  Fixture fixture(MetricLevel::normal);
  auto first = fixture.make({.signal = signal, .queue_capacity = 1000});
  auto second = fixture.make({.signal = signal, .queue_capacity = 1000}, false);
  first.set_queue_size(3);
  second.set_queue_size(4);
  const std::vector<Label> labels = {{"exporter", "otlp_grpc/x"}, {"data_type", "logs"}};
  EXPECT_EQ(fixture.registry.total("otelcol_exporter_queue_capacity", labels), 1000);
  EXPECT_EQ(fixture.registry.total("otelcol_exporter_queue_size", labels), 7);
}

}  // namespace
}  // namespace telemill::pipeline
