#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "oracle/generate.h"
#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/profiles.pb.h"
#include "oracle/trace.pb.h"
#include "otlp/walk_case.h"

namespace telemill::otlp {
namespace {

/// Requests of each signal, damaged in every way that is cheap to think of.
template <class Message>
std::string generated(uint64_t seed) {
  base::Random random(seed);
  Message message;
  std::string bytes;
  while (bytes.size() < 100 || bytes.size() > 3000) {
    oracle::generate(message, random,
                     {.depth_max = 6, .list_max = 3, .fill = 0.7, .with_unknown_fields = true});
    bytes = message.SerializeAsString();
  }
  return bytes;
}

std::string generated(Signal signal, uint64_t seed) {
  switch (signal) {
    case Signal::traces:
      return generated<oracle::trace::ExportTraceServiceRequest>(seed);
    case Signal::metrics:
      return generated<oracle::metrics::ExportMetricsServiceRequest>(seed);
    case Signal::logs:
      return generated<oracle::logs::ExportLogsServiceRequest>(seed);
    case Signal::profiles:
      break;
  }
  return generated<oracle::profiles::ExportProfilesServiceRequest>(seed);
}

class Hostile : public testing::TestWithParam<Signal> {};

TEST_P(Hostile, EveryTruncationIsRefusedOrConsistent) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const std::string bytes = generated(GetParam(), seed);
    size_t refused = 0;
    for (size_t size = 0; size < bytes.size(); ++size) {
      refused += walk_case(GetParam(), bytes.substr(0, size), seed) ? 0 : 1;
    }
    EXPECT_GT(refused, 0U);
    EXPECT_TRUE(walk_case(GetParam(), bytes, seed));
  }
}

TEST_P(Hostile, EveryDamagedByteIsRefusedOrConsistent) {
  base::Random random(3);
  size_t accepted = 0;
  size_t refused = 0;
  for (uint64_t seed = 10; seed < 14; ++seed) {
    const std::string bytes = generated(GetParam(), seed);
    for (int i = 0; i < 1500; ++i) {
      std::string damaged = bytes;
      for (uint64_t flips = random.below(4) + 1; flips > 0; --flips) {
        damaged[random.below(damaged.size())] = static_cast<char>(random.u64());
      }
      (walk_case(GetParam(), damaged, random.u64()) ? accepted : refused) += 1;
    }
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 100U);
}

TEST_P(Hostile, NoiseIsRefusedOrConsistent) {
  base::Random random(4);
  for (int i = 0; i < 20'000; ++i) {
    std::string noise(random.below(40), '\0');
    // Bytes that are tags and small lengths more often than not.
    for (char& byte : noise) {
      byte =
          static_cast<char>(random.chance(0.6) ? "\x0a\x12\x1a\x02\x01\x2a\x3a\x00"[random.below(8)]
                                               : static_cast<char>(random.u64()));
    }
    walk_case(GetParam(), noise, random.u64());
  }
}

TEST_P(Hostile, NothingIsARequest) { EXPECT_TRUE(walk_case(GetParam(), "", 1)); }

TEST_P(Hostile, GroupsNestToABound) {
  for (const int depth : {100, 101, 100'000}) {
    std::string bytes;
    for (int i = 0; i < depth; ++i) bytes += "\xa3\x06";  // field 100 begins
    for (int i = 0; i < depth; ++i) bytes += "\xa4\x06";  // and ends
    EXPECT_EQ(walk_case(GetParam(), bytes, 0), depth <= 100) << depth;
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, Hostile, testing::ValuesIn(all_signals),
                         [](const auto& row) { return std::string(names(row.param).name); });

// One metric of very many points in very many pieces: the work must not be their product.
TEST(Hostile, CuttingAHugeMetricIsLinear) {
  std::string points;
  for (int i = 0; i < 400'000; ++i) points += std::string_view("\x0a\x00", 2);
  base::Buffer out;
  wire::Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  const size_t metric = writer.open(2);
  writer.bytes(5, points);
  writer.close(metric);
  writer.close(scope);
  writer.close(resource);
  Walker walker;
  Splitter splitter(
      Payload(Signal::metrics, walker.walk(Signal::metrics, std::move(out).freeze()).value()));
  size_t items = 0;
  while (!splitter.done()) items += splitter.next(2).item_count();  // a minute if it were quadratic
  EXPECT_EQ(items, 400'000U);
}

}  // namespace
}  // namespace telemill::otlp
