#include "runtime/shared_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/lane_threads.h"
#include "runtime/manual_clock.h"
#include "runtime/shared_objects.h"

namespace telemill::runtime {
namespace {

/// A lane that the test turns, with a share of a limit.
struct Taker {
  explicit Taker(SharedLimit& limit)
      : lane(Lane::create({.posted_tasks_max = 2, .clock = &clock}).value()),
        share(std::in_place, limit, *lane, [this] { ++grants; }) {
    turn();
  }
  void turn() { lane->run_turn(Duration::zero()); }

  ManualClock clock;
  std::unique_ptr<Lane> lane;
  int grants = 0;
  std::optional<LaneShare> share;
};

TEST(SharedLimit, OneLaneMayHaveItAll) {
  SharedLimit limit(10);
  Taker one(limit);
  Taker idle(limit);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(one.share->try_take(1));
  EXPECT_FALSE(one.share->try_take(1));
  EXPECT_FALSE(idle.share->try_take(1));
  EXPECT_FALSE(one.share->give(10));
  EXPECT_FALSE(idle.share->try_take(11));
  EXPECT_TRUE(idle.share->try_take(10));
}

TEST(SharedLimit, WakesWhoWaitsWhenAnotherLaneGives) {
  SharedLimit limit(3);
  Taker one(limit);
  Taker two(limit);
  ASSERT_TRUE(one.share->take_or_wait(3));
  ASSERT_FALSE(two.share->take_or_wait(2));
  EXPECT_FALSE(one.share->give(1));
  two.turn();
  EXPECT_EQ(two.grants, 0);
  EXPECT_FALSE(one.share->give(1));
  EXPECT_EQ(two.grants, 0) << "word comes by mailbox";
  two.turn();
  EXPECT_EQ(two.grants, 1);
  EXPECT_EQ(two.share->held(), 2);
  EXPECT_EQ(limit.units_free(), 0);
}

// A request for many units is not starved by those who need few.
TEST(SharedLimit, NobodyOvertakesTheLine) {
  SharedLimit limit(4);
  Taker one(limit);
  Taker big(limit);
  Taker small(limit);
  ASSERT_TRUE(one.share->take_or_wait(2));
  ASSERT_FALSE(big.share->take_or_wait(4));
  EXPECT_FALSE(small.share->try_take(1)) << "there are two, and somebody waits for them";
  EXPECT_FALSE(small.share->take_or_wait(1));
  EXPECT_FALSE(one.share->give(2));
  big.turn();
  small.turn();
  EXPECT_EQ(big.grants, 1);
  EXPECT_EQ(small.grants, 0);
  EXPECT_FALSE(big.share->give(1));
  small.turn();
  EXPECT_EQ(small.grants, 1);
}

TEST(SharedLimit, WhatALaneHeldOrWaitedForIsFreeWhenItGoes) {
  SharedLimit limit(4);
  Taker one(limit);
  Taker big(limit);
  Taker small(limit);
  ASSERT_TRUE(one.share->take_or_wait(3));
  ASSERT_FALSE(big.share->take_or_wait(4));
  ASSERT_FALSE(small.share->take_or_wait(1));
  big.share.reset();  // it stood before one who fits
  small.turn();
  EXPECT_EQ(small.grants, 1);
  one.share.reset();
  EXPECT_EQ(limit.units_free(), 3);
  Taker last(limit);
  ASSERT_TRUE(last.share->take_or_wait(3));
  ASSERT_FALSE(small.share->take_or_wait(3));
  last.share.reset();
  small.share.reset();  // granted, and word of it on the way
  EXPECT_EQ(limit.units_free(), 4);
  small.turn();
}

TEST(SharedLimit, WhoeverServesItselfKnowsAtOnce) {
  SharedLimit limit(4);
  Taker one(limit);
  ASSERT_TRUE(one.share->take_or_wait(3));
  ASSERT_FALSE(one.share->take_or_wait(2));
  EXPECT_TRUE(one.share->give(1));
  EXPECT_EQ(one.share->held(), 4);
  one.turn();
  EXPECT_EQ(one.grants, 0);
}

TEST(SharedLimit, AFullMailboxOnlyDelaysTheWord) {
  SharedLimit limit(1);
  Taker one(limit);
  Taker two(limit);
  ASSERT_TRUE(one.share->take_or_wait(1));
  ASSERT_FALSE(two.share->take_or_wait(1));
  base::UniqueFunction<void()> task = [] {};
  while (two.lane->post(task)) task = [] {};
  EXPECT_FALSE(one.share->give(1));
  two.turn();
  EXPECT_EQ(two.grants, 0);
  two.clock.advance(std::chrono::milliseconds(60));
  two.turn();
  two.turn();
  EXPECT_EQ(two.grants, 1);
}

/// One lane's load: holds up to `wanted` units and asks for more as soon as it has given some.
class Load {
 public:
  Load(SharedLimit& limit, Lane& lane, int64_t units, std::atomic<int64_t>& in_use)
      : in_use_(in_use),
        units_(units),
        share_(limit, lane, [this] { on_taken(); }),
        hold_(lane, [this] { give(); }) {}

  void ask() {
    if (share_.take_or_wait(units_)) on_taken();
  }
  [[nodiscard]] int rounds() const noexcept { return rounds_; }
  [[nodiscard]] bool overran() const noexcept { return overran_; }

 private:
  void on_taken() {
    if (in_use_.fetch_add(units_) + units_ > share_.total()) overran_ = true;
    hold_.schedule(std::chrono::microseconds(100));
  }
  void give() {
    ++rounds_;
    in_use_.fetch_sub(units_);
    if (share_.give(units_)) return on_taken();
    ask();
  }

  std::atomic<int64_t>& in_use_;
  const int64_t units_;
  LaneShare share_;
  Timer hold_;
  int rounds_ = 0;
  bool overran_ = false;
};

// Four lanes that all want more than there is: every lane gets its turns, the sum holds always.
TEST(SharedLimit, LanesShareItFairly) {
  constexpr size_t lane_count = 4;
  SharedLimit limit(5);
  std::atomic<int64_t> in_use{0};
  auto lanes = LaneThreads::create({.lane_count = lane_count}).value();
  std::vector<std::unique_ptr<Load>> loads;
  for (size_t i = 0; i < lane_count; ++i) {
    loads.push_back(std::make_unique<Load>(limit, lanes->lane(i), i == 0 ? 5 : 2, in_use));
    base::UniqueFunction<void()> task = [load = loads.back().get()] { load->ask(); };
    ASSERT_TRUE(lanes->lane(i).post(task));
  }
  ASSERT_TRUE(lanes->start().has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  lanes->stop();
  lanes->join();
  for (const auto& load : loads) {
    EXPECT_GT(load->rounds(), 5);
    EXPECT_FALSE(load->overran());
  }
  loads.clear();
  EXPECT_EQ(limit.units_free(), 5);
}

TEST(SharedObjects, AreOnePerName) {
  SharedObjects shared;
  int& one = shared.get<int>("one", 1);
  EXPECT_EQ(&shared.get<int>("one", 7), &one);
  EXPECT_EQ(one, 1);
  EXPECT_NE(&shared.get<int>("two", 2), &one);
}

}  // namespace
}  // namespace telemill::runtime
