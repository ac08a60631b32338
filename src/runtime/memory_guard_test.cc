#include "runtime/memory_guard.h"

#include <gtest/gtest.h>

#include "base/slab.h"
#include "runtime/memory_limit.h"

namespace telemill::runtime {
namespace {

using std::chrono::milliseconds;
using Change = MemoryGuard::Change;

size_t used_now = 0;
size_t reads = 0;
size_t used_after_trim = 0;  // zero: giving back frees nothing

size_t read_used() {
  ++reads;
  return reads == 2 && used_after_trim > 0 ? used_after_trim : used_now;
}

class MemoryGuardTest : public testing::Test {
 protected:
  Change check(size_t used, size_t after_trim = 0) {
    used_now = used;
    used_after_trim = after_trim;
    reads = 0;
    now_ += milliseconds(100);
    return guard_.check(now_);
  }

  MemoryBudget budget_{1000};
  MemoryGuard guard_{{.soft_bytes = 80, .hard_bytes = 100}, budget_, &read_used};
  TimePoint now_{std::chrono::hours(1)};
};

TEST_F(MemoryGuardTest, RefusesFromTheSoftLimitOnAndUntilBelow) {
  EXPECT_EQ(check(79), Change::none);
  EXPECT_FALSE(guard_.is_refusing());
  EXPECT_EQ(check(80), Change::now_refuses);
  EXPECT_TRUE(guard_.is_refusing());
  EXPECT_EQ(check(85), Change::none);
  EXPECT_EQ(check(79), Change::now_accepts);
  EXPECT_FALSE(guard_.is_refusing());
  EXPECT_EQ(guard_.used_bytes(), 79U);
}

TEST_F(MemoryGuardTest, GivesMemoryBackBeforeItRefuses) {
  base::SlabRef(base::Slab::allocate(1000));  // to the pool
  ASSERT_GT(base::slab_pool_bytes(), 0U);
  EXPECT_EQ(check(90, 70), Change::none) << "what pools held was enough";
  EXPECT_EQ(guard_.trim_round(), 1U);
  EXPECT_EQ(base::slab_pool_bytes(), 0U);
}

TEST_F(MemoryGuardTest, GivesBackAtMostOnceASecond) {
  for (int i = 0; i < 25; ++i) check(90);
  EXPECT_EQ(guard_.trim_round(), 3U) << "2.5 seconds";
}

TEST_F(MemoryGuardTest, FromTheHardLimitOnNothingIsAdmitted) {
  check(99);
  EXPECT_TRUE(budget_.try_lease(1));
  check(100);
  EXPECT_FALSE(budget_.try_lease(1));
  check(99);
  EXPECT_TRUE(budget_.try_lease(1));
  budget_.give_back(2);
}

TEST_F(MemoryGuardTest, HasOneCheckerAtATime) {
  EXPECT_TRUE(guard_.try_become_checker());
  EXPECT_FALSE(guard_.try_become_checker());
  guard_.resign();
  EXPECT_TRUE(guard_.try_become_checker());
}

TEST(ResidentBytes, AreMoreThanNothing) { EXPECT_GT(resident_bytes_now(), 1'000'000U); }

TEST(MemoryBudget, ACapLowersAndNeverRaises) {
  MemoryBudget budget(100);
  ASSERT_TRUE(budget.try_lease(60));
  budget.cap(50);
  EXPECT_FALSE(budget.try_lease(1)) << "more is leased than fits now";
  budget.give_back(20);
  EXPECT_TRUE(budget.try_lease(10));
  EXPECT_FALSE(budget.try_lease(1));
  budget.cap(200);
  EXPECT_EQ(budget.bytes_max(), 50U);
  budget.give_back(50);
}

TEST(MemoryTarget, ReadsWhatGoReads) {
  EXPECT_EQ(parse_memory_target("1024"), 1024U);
  EXPECT_EQ(parse_memory_target("512B"), 512U);
  EXPECT_EQ(parse_memory_target("2KiB"), 2048U);
  EXPECT_EQ(parse_memory_target("1600MiB"), size_t{1600} << 20);
  EXPECT_EQ(parse_memory_target("3GiB"), size_t{3} << 30);
  EXPECT_EQ(parse_memory_target("1TiB"), size_t{1} << 40);
  for (const char* none : {"", "off", "x", "1 MiB", "1MB", "99999999999TiB", "-1"}) {
    EXPECT_EQ(parse_memory_target(none), SIZE_MAX) << none;
  }
}

}  // namespace
}  // namespace telemill::runtime
