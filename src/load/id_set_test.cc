#include "load/id_set.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "load/identity.h"

namespace telemill::load {
namespace {

TEST(IdSet, KnowsFreshOnesDuplicatesAndGaps) {
  const Series series{.run = 5, .lane = 2};
  IdSet ids;
  EXPECT_EQ(ids.add(series.number(0)), IdSet::Added::fresh);
  EXPECT_EQ(ids.add(series.number(9)), IdSet::Added::fresh);
  EXPECT_EQ(ids.add(series.number(9)), IdSet::Added::duplicate);
  const IdSet::Summary summary = ids.summary();
  EXPECT_EQ(summary.unique, 2U);
  EXPECT_EQ(summary.missing, 8U);
  EXPECT_EQ(summary.series, 1U);
}

TEST(IdSet, FullPagesCostNothingAndStillKnowDuplicates) {
  const Series series{.run = 1, .lane = 0};
  IdSet ids;
  constexpr uint64_t count = 1'000'000;
  for (uint64_t i = 0; i < count; ++i) {
    ASSERT_EQ(ids.add(series.number(i)), IdSet::Added::fresh);
  }
  EXPECT_LE(ids.partial_pages(), 1U);
  for (uint64_t i = 0; i < count; i += 997) {
    ASSERT_EQ(ids.add(series.number(i)), IdSet::Added::duplicate);
  }
  EXPECT_EQ(ids.summary().unique, count);
  EXPECT_EQ(ids.summary().missing, 0U);
}

// Hostile ids, one per page, end in "unchecked" and not in all of the memory.
TEST(IdSet, StopsRememberingAtItsLimit) {
  IdSet ids;
  uint64_t unchecked = 0;
  for (uint64_t i = 0; i < IdSet::partial_pages_max + 100; ++i) {
    if (ids.add(i << 20) == IdSet::Added::unchecked) ++unchecked;
  }
  EXPECT_EQ(unchecked, 100U);
  EXPECT_EQ(ids.partial_pages(), IdSet::partial_pages_max);
}

// Property: a set merged from parts is the set of all, as std::set has it.
TEST(IdSet, MergesLikeASet) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const Series series{.run = 3, .lane = 1};
    IdSet parts[3];
    IdSet merged;
    std::set<uint64_t> truth;
    const uint64_t bound = 1 + random.below(200'000);
    for (int i = 0; i < 20'000; ++i) {
      const uint64_t counter = random.below(bound);
      parts[random.below(3)].add(series.number(counter));
      truth.insert(counter);
    }
    for (const IdSet& part : parts) merged.merge(part);
    const IdSet copy(merged);
    EXPECT_EQ(copy.summary().unique, truth.size());
    EXPECT_EQ(copy.summary().missing, *truth.rbegin() + 1 - truth.size());
  }
}

}  // namespace
}  // namespace telemill::load
