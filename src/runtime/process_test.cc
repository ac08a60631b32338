#include "runtime/process.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace telemill::runtime {
namespace {

TEST(ProcessStats, GrowWithTheMemoryThatIsTouched) {
  constexpr size_t block_bytes = 64 * 1024 * 1024;
  const ProcessStats before = process_stats();
  EXPECT_GT(before.resident_bytes, 0U);
  EXPECT_GE(before.virtual_bytes, before.resident_bytes);
  const std::vector<char> block(block_bytes, 'x');
  const ProcessStats after = process_stats();
  EXPECT_GE(after.resident_bytes + block_bytes / 4, before.resident_bytes + block_bytes);
  EXPECT_EQ(block.back(), 'x');
}

TEST(ProcessStats, CountCpuTimeAndUptime) {
  const ProcessStats before = process_stats();
  EXPECT_GT(before.cpu_time, 0ns);
  // The kernel stamps the start in hundredths of a second.
  EXPECT_GE(before.uptime, -10ms);
  EXPECT_LT(before.uptime, std::chrono::hours(24)) << "no test runs for a day";
  ProcessStats after = process_stats();
  while (after.cpu_time == before.cpu_time) after = process_stats();
  EXPECT_GT(after.cpu_time, before.cpu_time);
  EXPECT_GE(after.uptime, before.uptime);
}

TEST(RaiseOpenFilesLimit, ReachesTheHardLimit) {
  rlimit original{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &original), 0);
  rlimit lowered = original;
  lowered.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  EXPECT_EQ(raise_open_files_limit().value(), original.rlim_max);
  rlimit raised{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, original.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &original), 0);
}

TEST(ReadSmallFile, ReadsWholeFilesAndBoundsEndlessOnes) {
  EXPECT_EQ(read_small_file("/proc/self/no-such-file"), "");
  EXPECT_NE(read_small_file("/proc/self/status").find("Name:"), std::string::npos);
  EXPECT_EQ(read_small_file("/dev/zero").size(), 64U * 1024);
}

}  // namespace
}  // namespace telemill::runtime
