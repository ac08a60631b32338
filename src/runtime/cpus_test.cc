#include "runtime/cpus.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <thread>

namespace telemill::runtime {
namespace {

TEST(CpuLimit, RoundsTheQuotaUp) {
  EXPECT_EQ(cpu_limit("100000 100000\n"), 1U);
  EXPECT_EQ(cpu_limit("250000 100000\n"), 3U);
  EXPECT_EQ(cpu_limit("1 100000"), 1U);
}

TEST(CpuLimit, ReadsNoLimitFromMaxAndFromNonsense) {
  for (const char* text : {"max 100000\n", "", "100000", "100000 0", "0 100000", "-1 100000",
                           "99999999999999999999999 1", "1 x"}) {
    EXPECT_FALSE(cpu_limit(text).has_value()) << text;
  }
}

TEST(AllowedCpus, AreAscendingAndFollowTheAffinity) {
  const auto all = allowed_cpus();
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  std::vector<int> of_pinned_thread;
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(all.back()), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    of_pinned_thread = allowed_cpus();
    EXPECT_EQ(available_cpus(), 1U);
  }).join();
  EXPECT_EQ(of_pinned_thread, std::vector<int>{all.back()});
}

TEST(AvailableCpus, AreAtLeastOneAndAtMostTheAllowed) {
  EXPECT_GE(available_cpus(), 1U);
  EXPECT_LE(available_cpus(), allowed_cpus().size());
}

}  // namespace
}  // namespace telemill::runtime
