#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>

namespace telemill::base {
namespace {

TEST(Random, StaysBelowItsBound) {
  Random random(1);
  EXPECT_EQ(random.below(0), 0U);
  EXPECT_EQ(random.below(1), 0U);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7'000; ++i) ++seen.at(random.below(seen.size()));
  for (const int count : seen) EXPECT_NEAR(count, 1'000, 200);
}

// Failures of seeded tests must repeat on every machine and in every version to come.
TEST(Random, RepeatsItsSequenceFromTheSeed) {
  Random random(42);
  EXPECT_EQ(random.u64(), 0x15780b2e0c2ec716U);  // computed apart, from the published algorithm
}

TEST(Random, MakesEveryWidthWhenSkewed) {
  Random random(7);
  std::array<int, 65> seen{};
  for (int i = 0; i < 65'000; ++i)
    ++seen.at(static_cast<size_t>(std::bit_width(random.skewed_u64())));
  for (size_t width = 1; width < seen.size(); ++width) EXPECT_GT(seen[width], 300) << width;
}

}  // namespace
}  // namespace telemill::base
