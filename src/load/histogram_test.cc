#include "load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace telemill::load {
namespace {

TEST(Histogram, IsZeroWhenEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile(0.5), 0U);
  EXPECT_EQ(histogram.max(), 0U);
}

TEST(Histogram, IsExactForSmallValuesAndForTheLargest) {
  Histogram histogram;
  for (uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.0), 1U);
  EXPECT_EQ(histogram.quantile(0.5), 50U);
  EXPECT_EQ(histogram.quantile(0.99), 99U);
  EXPECT_EQ(histogram.quantile(1.0), 100U);
  histogram.record(~uint64_t{0});
  EXPECT_EQ(histogram.quantile(1.0), ~uint64_t{0});
  EXPECT_EQ(histogram.max(), ~uint64_t{0});
}

// Property: every quantile lies at or above the true one, by less than one part in 128.
TEST(Histogram, QuantilesStayWithinTheirError) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    Histogram histogram;
    std::vector<uint64_t> values(1 + random.below(2000));
    for (uint64_t& value : values) {
      value = random.skewed_u64();
      histogram.record(value);
    }
    std::sort(values.begin(), values.end());
    for (const double quantile : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = static_cast<size_t>(
          std::max(1.0, std::ceil(quantile * static_cast<double>(values.size()))));
      const uint64_t truth = values[rank - 1];
      const uint64_t answer = histogram.quantile(quantile);
      EXPECT_GE(answer, truth);
      EXPECT_LE(answer - truth, truth / 128 + 1);
    }
  }
}

TEST(Histogram, MergingIsRecordingBoth) {
  base::Random random(7);
  Histogram left;
  Histogram right;
  Histogram both;
  for (int i = 0; i < 5000; ++i) {
    const uint64_t value = random.skewed_u64();
    (i % 3 == 0 ? left : right).record(value, 2);
    both.record(value, 2);
  }
  left.merge(right);
  EXPECT_EQ(left.count(), both.count());
  EXPECT_EQ(left.max(), both.max());
  for (const double quantile : {0.1, 0.5, 0.9, 0.999}) {
    EXPECT_EQ(left.quantile(quantile), both.quantile(quantile));
  }
}

}  // namespace
}  // namespace telemill::load
