#include "load/workload.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "otlp/walk.h"

namespace telemill::load {
namespace {

using otlp::Signal;

struct SizeCase {
  const char* shape;
  Signal signal;
  double bytes_per_item;
};

double bytes_per_item(const WorkloadSettings& settings, uint64_t seed) {
  const auto templates = make_workload(settings, seed);
  EXPECT_TRUE(templates.has_value());
  size_t bytes = 0;
  size_t items = 0;
  for (const Template& made : templates.value()) {
    bytes += made.bytes().size();
    items += made.item_count();
  }
  return static_cast<double>(bytes) / static_cast<double>(items);
}

class WorkloadSize : public testing::TestWithParam<SizeCase> {};

// The documented averages hold within a tenth, for small and large requests.
TEST_P(WorkloadSize, IsAsDocumented) {
  for (const uint32_t items : {100U, 1000U}) {
    WorkloadSettings settings{
        .signal = GetParam().signal, .items_per_request = items, .distinct_bodies = 4};
    ASSERT_TRUE(parse_shape(GetParam().shape, settings).has_value());
    EXPECT_NEAR(bytes_per_item(settings, 42), GetParam().bytes_per_item,
                GetParam().bytes_per_item / 10);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, WorkloadSize,
                         testing::Values(SizeCase{"house", Signal::traces, 340},
                                         SizeCase{"semconv", Signal::traces, 806},
                                         SizeCase{"semconv", Signal::logs, 358},
                                         SizeCase{"semconv", Signal::metrics, 197}));

class EachSignal : public testing::TestWithParam<Signal> {};
INSTANTIATE_TEST_SUITE_P(Signals, EachSignal,
                         testing::Values(Signal::traces, Signal::metrics, Signal::logs));

TEST_P(EachSignal, SameSeedSameBytesAndAnotherSeedOthers) {
  const WorkloadSettings settings{.signal = GetParam(), .items_per_request = 50};
  const auto one = make_workload(settings, 7);
  const auto two = make_workload(settings, 7);
  const auto other = make_workload(settings, 8);
  ASSERT_TRUE(one && two && other);
  ASSERT_EQ(one->size(), 16U);
  std::unordered_set<std::string_view> distinct;
  for (size_t i = 0; i < one->size(); ++i) {
    EXPECT_EQ((*one)[i].bytes(), (*two)[i].bytes());
    EXPECT_NE((*one)[i].bytes(), (*other)[i].bytes());
    distinct.insert((*one)[i].bytes());
  }
  EXPECT_EQ(distinct.size(), 16U);
}

TEST_P(EachSignal, HasTheItemsAndStructureThatWereAskedFor) {
  const WorkloadSettings settings{.signal = GetParam(),
                                  .shape = Shape::semconv,
                                  .items_per_request = 103,
                                  .resources = 4,
                                  .scopes_per_resource = 3};
  const auto templates = make_workload(settings, 3);
  ASSERT_TRUE(templates.has_value());
  otlp::Walker walker;
  for (const Template& made : templates.value()) {
    const auto part = walker.walk(GetParam(), base::Slice::copy_of(made.bytes()));
    ASSERT_TRUE(part.has_value());
    EXPECT_EQ(part->item_count, 103U);
    EXPECT_EQ(part->table.resources().size(), 4U);
    EXPECT_EQ(part->table.scopes().size(), 12U);
    EXPECT_EQ(made.item_count(), 103U);
    EXPECT_EQ(made.id_count(), 103U);
    EXPECT_EQ(made.item_end(), 103U);
  }
}

// Filling moves nothing, changes ids and times, and no id ever comes twice.
TEST_P(EachSignal, FilledRequestsKeepTheirStructureAndHaveUniqueIds) {
  const WorkloadSettings settings{.signal = GetParam(), .items_per_request = 64};
  const auto templates = make_workload(settings, 5);
  ASSERT_TRUE(templates.has_value());
  otlp::Walker walker;
  std::unordered_set<uint64_t> ids;
  uint64_t counter = 0;
  for (int round = 0; round < 3; ++round) {
    for (const Template& made : templates.value()) {
      const Numbering numbering{.series = {.run = 9, .lane = 1},
                                .item_base = counter,
                                .trace_base = counter,
                                .sent_at = 1'800'000'000'000'000'000};
      std::string request(made.bytes());
      const uint64_t sum = made.fill(numbering, request.data());
      uint64_t expected_sum = 0;
      made.for_each_id(numbering, [&](uint64_t id) {
        expected_sum += id;
        EXPECT_TRUE(ids.insert(id).second);
      });
      EXPECT_EQ(sum, expected_sum);
      const auto part = walker.walk(GetParam(), base::Slice::copy_of(request));
      ASSERT_TRUE(part.has_value());
      EXPECT_EQ(part->item_count, 64U);
      EXPECT_NE(request, made.bytes());
      counter += made.item_end();
    }
  }
  EXPECT_EQ(ids.size(), 3U * 16 * 64);
}

TEST(Workload, AttributeShapesHaveTheirBytes) {
  struct Case {
    const char* shape;
    uint32_t items;
    double bytes;  // of attribute values per item
  };
  for (const Case& wanted :
       {Case{"attributes=0x0", 10, 0}, Case{"attributes=100x50", 10, 5000},
        Case{"attributes=10x1000", 10, 10'000}, Case{"attributes=20x5000", 10, 100'000}}) {
    WorkloadSettings settings{.items_per_request = wanted.items, .distinct_bodies = 2};
    ASSERT_TRUE(parse_shape(wanted.shape, settings).has_value());
    const double frame = 150;  // ids, name, times and the request around them
    const double keys = 30.0 * settings.attribute_count;
    const double bytes = bytes_per_item(settings, 1);
    EXPECT_GE(bytes, wanted.bytes);
    EXPECT_LE(bytes, wanted.bytes + keys + frame);
  }
}

TEST(Workload, LogBodiesHaveTheStatedSizeAndComeFromFewTemplates) {
  const WorkloadSettings settings{.signal = Signal::logs,
                                  .items_per_request = 200,
                                  .log_body_bytes = 1024,
                                  .distinct_bodies = 2};
  EXPECT_NEAR(bytes_per_item(settings, 1), 1024 + 270, 60);
}

TEST(Workload, RefusesWhatContradictsItself) {
  EXPECT_FALSE(make_workload({.items_per_request = 0}, 1).has_value());
  EXPECT_FALSE(make_workload({.items_per_request = 3, .resources = 4}, 1).has_value());
  EXPECT_FALSE(make_workload({.signal = Signal::profiles}, 1).has_value());
  EXPECT_FALSE(make_workload({.metric_mix = {0, 0, 0, 0, 0}}, 1).has_value());
  EXPECT_FALSE(
      make_workload({.attribute_count = 10'000, .attribute_bytes = 100'000}, 1).has_value());
  WorkloadSettings settings;
  for (const char* text : {"", "House", "attributes", "attributes=", "attributes=5", "attributes=x",
                           "attributes=5x", "attributes=5x-1", "attributes=99999999999x1"}) {
    EXPECT_FALSE(parse_shape(text, settings).has_value()) << text;
  }
}

}  // namespace
}  // namespace telemill::load
