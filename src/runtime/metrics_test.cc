#include "runtime/metrics.h"

#include <gtest/gtest.h>

#include <array>
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
  EXPECT_EQ(std::get<int64_t>(samples[0].value), 7);
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

const MetricInfo batch_size{.name = "otelcol_processor_batch_batch_send_size",
                            .kind = MetricKind::histogram,
                            .unit = "{units}",
                            .help = "Items of a batch.",
                            .level = MetricLevel::normal};
constexpr std::array batch_bounds = {10.0, 100.0};

TEST(MetricRegistry, PutsEachValueIntoTheBucketWhoseBoundItDoesNotExceed) {
  MetricRegistry registry;
  Histogram& first = registry.histogram(batch_size, {{"processor", "batch"}}, batch_bounds);
  Histogram& second = registry.histogram(batch_size, {{"processor", "batch"}}, batch_bounds);
  for (const double value : {0.0, 10.0, 10.5, 100.0}) first.record(value);
  second.record(1e9);
  const auto samples = registry.collect();
  ASSERT_EQ(samples.size(), 1U);
  const auto& value = std::get<HistogramValue>(samples[0].value);
  EXPECT_EQ(value.counts, (std::vector<uint64_t>{2, 2, 1}));
  EXPECT_EQ(value.count(), 5U);
  EXPECT_DOUBLE_EQ(value.sum, 120.5 + 1e9);
}

TEST(MetricRegistry, ShowsAndRecordsOnlyWhatItsLevelExposes) {
  struct Case {
    MetricLevel level;
    size_t shown;
    bool records;
  };
  for (const Case& c : {Case{MetricLevel::none, 0, false}, Case{MetricLevel::basic, 1, false},
                        Case{MetricLevel::normal, 2, true}, Case{MetricLevel::detailed, 2, true}}) {
    MetricRegistry registry(c.level);
    Counter& counter = registry.counter(accepted, {});
    counter += 1;
    Histogram& histogram = registry.histogram(batch_size, {}, batch_bounds);
    histogram.record(5);
    EXPECT_EQ(histogram.is_recording(), c.records);
    EXPECT_EQ(registry.collect().size(), c.shown);
    EXPECT_EQ(registry.total(accepted.name), 1) << "counted at every level";
    EXPECT_EQ(registry.infos().size(), 2U);
  }
}

TEST(MetricRegistry, ReadsObservedValuesWhenSomebodyLooks) {
  MetricRegistry registry;
  double seconds = 1.5;
  registry.observe({.name = "otelcol_process_uptime", .unit = "s"}, {},
                   [&seconds] { return seconds; });
  EXPECT_EQ(std::get<double>(registry.collect().at(0).value), 1.5);
  seconds = 2.5;
  EXPECT_EQ(std::get<double>(registry.collect().at(0).value), 2.5);
}

TEST(MetricRegistry, KeepsWhatReleasedWritersCountedAndForgetsTheirGauges) {
  MetricRegistry registry;
  {
    MetricScope scope(registry);
    scope.counter(accepted, {}) += 5;
    scope.counter(queue_size, {}).set(9);
    scope.histogram(batch_size, {}, batch_bounds).record(7);
    scope.observe({.name = "seconds"}, {}, [] { return 1.0; });
    EXPECT_EQ(registry.collect().size(), 4U);
  }
  const auto samples = registry.collect();
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(std::get<HistogramValue>(samples[0].value).sum, 7);
  EXPECT_EQ(std::get<int64_t>(samples[1].value), 5);
  registry.counter(accepted, {}) += 2;  // a writer that comes later goes on from there
  EXPECT_EQ(registry.total(accepted.name), 7);
}

TEST(MetricRegistry, ForgetsARemovedSeriesAndItsWriters) {
  MetricRegistry registry;
  Counter& gone = registry.counter(accepted, {{"receiver", "a"}});
  registry.counter(accepted, {{"receiver", "b"}}) += 1;
  registry.remove(accepted.name, {{"receiver", "a"}});
  registry.remove(accepted.name, {{"receiver", "unknown"}});
  registry.remove("unknown", {});
  registry.release(&gone);  // comes too late and does no harm
  const auto samples = registry.collect();
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples[0].labels[0].second, "b");
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
