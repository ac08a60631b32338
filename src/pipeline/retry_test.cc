#include "pipeline/retry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace telemill::pipeline {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint start{hours(1)};

TEST(Retry, PausesAreUniformAroundAGrowingInterval) {
  const RetryConfig config{.max_elapsed_time = Duration::zero()};
  base::Random random(1);
  double least = 2;
  double most = 0;
  for (int run = 0; run < 2000; ++run) {
    Retry retry(config, start);
    double interval = 5e9;
    for (int i = 0; i < 8; ++i) {
      const double ratio =
          static_cast<double>(retry.next(start, std::nullopt, random)->count()) / interval;
      ASSERT_GE(ratio, 0.5 - 1e-9);
      ASSERT_LE(ratio, 1.5 + 1e-9);
      least = std::min(least, ratio);
      most = std::max(most, ratio);
      interval = std::min(interval * 1.5, 30e9);
    }
  }
  EXPECT_LT(least, 0.501);
  EXPECT_GT(most, 1.499);
}

// Without spread the pauses are the intervals themselves, to the nanosecond.
TEST(Retry, IntervalsGrowExactly) {
  const RetryConfig config{.randomization_factor = 0, .max_elapsed_time = Duration::zero()};
  base::Random random(1);
  Retry retry(config, start);
  for (const int64_t nanos : {5'000'000'000, 7'500'000'000, 11'250'000'000, 16'875'000'000,
                              25'312'500'000, 30'000'000'000, 30'000'000'000}) {
    EXPECT_EQ(*retry.next(start, std::nullopt, random), Duration(nanos));
  }
}

TEST(Retry, TheFirstPauseMayExceedTheLongestInterval) {
  const RetryConfig config{.initial_interval = seconds(10),
                           .randomization_factor = 0,
                           .max_interval = seconds(3),
                           .max_elapsed_time = Duration::zero()};
  base::Random random(1);
  Retry retry(config, start);
  EXPECT_EQ(*retry.next(start, std::nullopt, random), seconds(10));
  EXPECT_EQ(*retry.next(start, std::nullopt, random), seconds(3));
}

TEST(Retry, GivesUpWhenThePauseWouldEndTooLate) {
  const RetryConfig config{.randomization_factor = 0, .max_elapsed_time = minutes(1)};
  base::Random random(1);
  const auto next = [&](Duration after) {
    return Retry(config, start).next(start + after, std::nullopt, random);
  };
  EXPECT_TRUE(next(seconds(55)).has_value());  // ends on the dot
  EXPECT_FALSE(next(seconds(55) + Duration(1)).has_value());
  EXPECT_FALSE(next(hours(300'000)).has_value());
  const RetryConfig patient{.max_elapsed_time = Duration::zero()};
  EXPECT_TRUE(Retry(patient, start).next(start + hours(10'000), std::nullopt, random).has_value());
}

TEST(Retry, TheServersDelayIsTheLeastPause) {
  const RetryConfig config{.randomization_factor = 0, .max_elapsed_time = minutes(1)};
  base::Random random(1);
  Retry retry(config, start);
  EXPECT_EQ(*retry.next(start, milliseconds(1), random), seconds(5));
  EXPECT_EQ(*retry.next(start, seconds(20), random), seconds(20));
  EXPECT_FALSE(retry.next(start, seconds(61), random).has_value());
  EXPECT_FALSE(retry.next(start, Duration::max(), random).has_value());
}

TEST(Retry, ChecksItsSettings) {
  EXPECT_TRUE(RetryConfig{}.check().empty());
  EXPECT_EQ((RetryConfig{.initial_interval = seconds(-1)}).check().size(), 1U);
  EXPECT_EQ((RetryConfig{.randomization_factor = 1.1}).check().size(), 1U);
  EXPECT_EQ((RetryConfig{.multiplier = -1}).check().size(), 1U);
  EXPECT_EQ((RetryConfig{.max_elapsed_time = seconds(20)}).check().size(), 1U);
  EXPECT_EQ((RetryConfig{.max_elapsed_time = seconds(1)}).check().size(), 2U);
  EXPECT_TRUE((RetryConfig{.enabled = false, .multiplier = -1}).check().empty());
}

// A product beyond any number of nanoseconds stays within them.
TEST(Retry, HugeIntervalsDoNotOverflow) {
  const RetryConfig config{.initial_interval = hours(2'000'000),
                           .multiplier = 1e300,
                           .max_interval = Duration::max(),
                           .max_elapsed_time = Duration::zero()};
  base::Random random(1);
  Retry retry(config, start);
  for (int i = 0; i < 10; ++i)
    EXPECT_GT(*retry.next(start, std::nullopt, random), Duration::zero());
}

}  // namespace
}  // namespace telemill::pipeline
