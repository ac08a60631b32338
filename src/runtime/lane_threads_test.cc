#include "runtime/lane_threads.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <string>

#include "runtime/cpus.h"

namespace telemill::runtime {
namespace {

using Task = base::UniqueFunction<void()>;

TEST(LaneThreads, HaveOneLanePerAvailableCpu) {
  const auto lanes = LaneThreads::create({}).value();
  EXPECT_EQ(lanes->size(), available_cpus());
}

TEST(LaneThreads, RunEachLaneOnANamedThreadOfItsOwn) {
  auto lanes = LaneThreads::create({.lane_count = 3}).value();
  std::array<std::string, 3> names;
  for (size_t i = 0; i < 3; ++i) {
    Task task = [&, i] {
      EXPECT_TRUE(lanes->lane(i).is_current());
      EXPECT_FALSE(lanes->lane((i + 1) % 3).is_current());
      std::array<char, 16> name{};
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
      names[i] = name.data();
    };
    ASSERT_TRUE(lanes->lane(i).post(task));
  }
  ASSERT_TRUE(lanes->start().has_value());
  lanes->stop();
  lanes->join();
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(names[i], "lane-" + std::to_string(i));
}

TEST(LaneThreads, PinLanesToAllowedCpus) {
  const auto allowed = allowed_cpus();
  auto lanes = LaneThreads::create({.lane_count = allowed.size() + 1, .is_pinned = true}).value();
  std::vector<std::vector<int>> cpus(lanes->size());
  for (size_t i = 0; i < lanes->size(); ++i) {
    Task task = [&cpus, i] { cpus[i] = allowed_cpus(); };
    ASSERT_TRUE(lanes->lane(i).post(task));
  }
  ASSERT_TRUE(lanes->start().has_value());
  lanes->stop();
  lanes->join();
  for (size_t i = 0; i < cpus.size(); ++i) {
    EXPECT_EQ(cpus[i], std::vector<int>{allowed[i % allowed.size()]});
  }
}

TEST(LaneThreads, GiveEachLaneChanceOfItsOwn) {
  auto lanes = LaneThreads::create({.lane_count = 2, .seed = 7}).value();
  auto again = LaneThreads::create({.lane_count = 2, .seed = 7}).value();
  const uint64_t first = lanes->lane(0).random().u64();
  EXPECT_NE(first, lanes->lane(1).random().u64());
  EXPECT_EQ(first, again->lane(0).random().u64());
}

TEST(LaneThreads, EndWithoutEverStarting) {
  auto lanes = LaneThreads::create({.lane_count = 2}).value();
  lanes.reset();
}

// A token goes round all lanes through their mailboxes, each hop on its own thread.
TEST(LaneThreads, HandWorkFromLaneToLane) {
  constexpr size_t lane_count = 3;
  constexpr int hops = 3000;
  auto lanes = LaneThreads::create({.lane_count = lane_count, .posted_tasks_max = 8}).value();
  std::atomic<int> last_hop{0};
  struct Hop {
    LaneThreads* lanes;
    std::atomic<int>* last_hop;
    int number;
    void operator()() {
      const auto here = static_cast<size_t>(number) % lane_count;
      EXPECT_TRUE(lanes->lane(here).is_current());
      last_hop->store(number);
      if (number == hops) {
        lanes->stop();
        return;
      }
      Task next = Hop{lanes, last_hop, number + 1};
      EXPECT_TRUE(lanes->lane((here + 1) % lane_count).post(next));
    }
  };
  Task first = Hop{lanes.get(), &last_hop, 0};
  ASSERT_TRUE(lanes->lane(0).post(first));
  ASSERT_TRUE(lanes->start().has_value());
  lanes->join();
  EXPECT_EQ(last_hop.load(), hops);
}

}  // namespace
}  // namespace telemill::runtime
