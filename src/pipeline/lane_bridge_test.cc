#include "pipeline/lane_bridge.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pipeline/test_support.h"
#include "runtime/lane_threads.h"

namespace telemill::pipeline {
namespace {

constexpr auto signal = otlp::Signal::logs;

TEST(LaneBridge, BringsOutcomesHome) {
  TestLane home;
  TestLane away;
  FakeConsumer target;
  LaneBridge bridge(*home.lane, *away.lane, target);
  Settled settled;
  bridge.consume({make_payload(signal, 4), settled.completion()});
  EXPECT_EQ(bridge.pending(), 1U);
  away.turn();
  ASSERT_EQ(target.held.size(), 1U);
  EXPECT_EQ(target.items, 4U);
  target.settle_first(Outcome::retryable("busy"));
  EXPECT_EQ(settled.count(), 0U);
  home.turn();
  EXPECT_TRUE(settled.is(OutcomeClass::retryable));
  EXPECT_EQ(bridge.pending(), 0U);
}

TEST(LaneBridge, AFullMailboxRefusesForTheMoment) {
  TestLane home;
  const auto away = runtime::Lane::create({.posted_tasks_max = 2}).value();
  FakeConsumer target;
  target.answer = Outcome::ok();
  LaneBridge bridge(*home.lane, *away, target);
  Settled settled[3];
  for (Settled& each : settled) bridge.consume({make_payload(signal, 1), each.completion()});
  EXPECT_TRUE(settled[2].is(OutcomeClass::retryable));
  EXPECT_EQ(bridge.pending(), 2U);
  away->run_turn(Duration::zero());
  home.turn();
  EXPECT_TRUE(settled[0].is(OutcomeClass::ok));
  EXPECT_TRUE(settled[1].is(OutcomeClass::ok));
}

TEST(LaneBridge, AFullMailboxAtHomeDelaysOutcomes) {
  const auto home = runtime::Lane::create({.posted_tasks_max = 2}).value();
  TestLane away;
  FakeConsumer target;
  target.answer = Outcome::ok();
  LaneBridge bridge(*home, *away.lane, target);
  Settled settled[5];
  for (Settled& each : settled) bridge.consume({make_payload(signal, 1), each.completion()});
  away.turn();
  for (int i = 0; i < 10; ++i) {
    home->run_turn(Duration::zero());
    away.pass(std::chrono::milliseconds(2));
  }
  home->run_turn(Duration::zero());
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::ok));
}

// Two threads, many batches: every outcome comes home once, on its own lane.
TEST(LaneBridge, CrossesThreads) {
  constexpr int batches = 3000;
  struct Echo final : Consumer {
    void consume(Batch batch) override {
      EXPECT_TRUE(lane->is_current());
      const bool is_odd = ++count % 2 != 0;
      batch.done.settle(is_odd ? Outcome::ok() : Outcome::permanent("even"));
    }
    runtime::Lane* lane = nullptr;
    int count = 0;
  };
  const auto threads = runtime::LaneThreads::create({.lane_count = 2}).value();
  runtime::Lane& home = threads->lane(0);
  runtime::Lane& away = threads->lane(1);
  Echo echo;
  echo.lane = &away;
  LaneBridge bridge(home, away, echo);
  std::atomic<int> settled{0};
  std::atomic<int> refused{0};
  ASSERT_TRUE(threads->start().has_value());
  for (int i = 0; i < batches; ++i) {
    base::UniqueFunction<void()> task = [&] {
      bridge.consume({make_payload(signal, 1), Completion([&](const Outcome& outcome) {
                        EXPECT_TRUE(home.is_current());
                        if (outcome.cls == OutcomeClass::retryable) ++refused;
                        ++settled;
                      })});
    };
    while (!home.post(task)) std::this_thread::yield();
  }
  while (settled < batches) std::this_thread::yield();
  threads->stop();
  threads->join();
  EXPECT_EQ(settled, batches);
  EXPECT_EQ(echo.count + refused, batches);
  EXPECT_EQ(bridge.pending(), 0U);
}

}  // namespace
}  // namespace telemill::pipeline
