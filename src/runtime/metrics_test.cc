#include "runtime/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace telemill::runtime {
namespace {

const MetricInfo accepted{.name = "otelcol_receiver_accepted_spans",
                          .kind = MetricKind::counter,
                          .unit = "{spans}",
                          .help = "Spans taken in."};
const MetricInfo queue_size{.name = "otelcol_exporter_queue_size",
                            .kind = MetricKind::gauge,
                            .unit = "{batches}",
                            .help = "Batches that wait."};

TEST(MetricRegistry, SumsTheSameSeriesOfManyWriters) {
  MetricRegistry registry;
  Counter& first = registry.counter(accepted, {{"receiver", "otlp"}, {"transport", "grpc"}});
  Counter& second = registry.counter(accepted, {{"transport", "grpc"}, {"receiver", "otlp"}});
  ASSERT_NE(&first, &second) << "each writer has a counter of its own";
  first += 3;
  second.add(4);
  const auto samples = registry.collect();
  ASSERT_EQ(samples.size(), 1U) << "the order of labels does not matter";
  EXPECT_EQ(samples[0].value, 7);
  EXPECT_EQ(samples[0].info->help, "Spans taken in.");
  ASSERT_EQ(samples[0].labels.size(), 2U);
  EXPECT_EQ(samples[0].labels[0].first, "receiver");
}

TEST(MetricRegistry, CollectsSortedByNameAndLabels) {
  MetricRegistry registry;
  registry.counter(accepted, {{"receiver", "b"}}).set(2);
  registry.counter(queue_size, {}).set(9);
  registry.counter(accepted, {{"receiver", "a"}}).set(1);
  const auto samples = registry.collect();
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].info->name, queue_size.name);
  EXPECT_EQ(samples[0].info->kind, MetricKind::gauge);
  EXPECT_EQ(samples[1].labels[0].second, "a");
  EXPECT_EQ(samples[2].labels[0].second, "b");
}

TEST(MetricRegistry, TotalsOnlySeriesThatIncludeTheLabels) {
  MetricRegistry registry;
  registry.counter(accepted, {{"receiver", "a"}, {"transport", "grpc"}}).set(1);
  registry.counter(accepted, {{"receiver", "a"}, {"transport", "http"}}).set(2);
  registry.counter(accepted, {{"receiver", "b"}, {"transport", "http"}}).set(4);
  const Label http{"transport", "http"};
  const Label receiver{"receiver", "a"};
  EXPECT_EQ(registry.total(accepted.name), 7);
  EXPECT_EQ(registry.total(accepted.name, {&http, 1}), 6);
  EXPECT_EQ(registry.total(accepted.name, {&receiver, 1}), 3);
  EXPECT_EQ(registry.total("unknown"), 0);
}

TEST(MetricRegistry, IsReadWhileOthersCountAndRegister) {
  constexpr int64_t counts = 20'000;
  MetricRegistry registry;
  std::atomic<int> running{3};
  std::vector<std::thread> writers;
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&registry, &running, i] {
      Counter& counter = registry.counter(accepted, {{"receiver", std::to_string(i % 2)}});
      for (int64_t n = 0; n < counts; ++n) counter += 1;
      --running;
    });
  }
  int64_t last = 0;
  while (running.load() > 0) {
    const int64_t total = registry.total(accepted.name);
    EXPECT_GE(total, last);
    last = total;
    EXPECT_LE(registry.collect().size(), 2U);
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(registry.total(accepted.name), 3 * counts);
}

}  // namespace
}  // namespace telemill::runtime
