#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/lane.h"
#include "runtime/manual_clock.h"

namespace telemill::runtime {
namespace {

std::unique_ptr<Lane> make_lane(Lane::Config config = {}) { return Lane::create(config).value(); }

TEST(Timer, FiresHoursAheadAndNeverEarly) {
  ManualClock clock;
  auto lane = make_lane({.clock = &clock});
  int fired = 0;
  Timer timer(*lane, [&] { ++fired; });
  timer.schedule(5h + 1us);
  EXPECT_TRUE(timer.is_scheduled());
  clock.advance(5h);
  lane->run_turn(0ms);
  EXPECT_EQ(fired, 0);
  clock.advance(1ms);
  lane->run_turn(0ms);
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.is_scheduled());
}

TEST(Timer, WaitsForEverWithoutOverflow) {
  ManualClock clock;
  auto lane = make_lane({.clock = &clock});
  Timer timer(*lane, [] { ADD_FAILURE(); });
  timer.schedule(Duration::max());
  clock.advance(std::chrono::hours(24 * 365 * 100));
  lane->run_turn(0ms);
  EXPECT_TRUE(timer.is_scheduled());
}

TEST(Timer, TakesANegativeDelayForNone) {
  ManualClock clock;
  auto lane = make_lane({.clock = &clock});
  int fired = 0;
  Timer timer(*lane, [&] { ++fired; });
  timer.schedule(-5s);
  clock.advance(1ms);
  lane->run_turn(0ms);
  EXPECT_EQ(fired, 1);
}

TEST(Timer, FiresAgainWhenItsCallbackSchedulesIt) {
  ManualClock clock;
  auto lane = make_lane({.clock = &clock});
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(*lane, [&] {
    ++fired;
    timer->schedule(10ms);
  });
  timer->schedule(10ms);
  for (int i = 0; i < 5; ++i) {
    clock.advance(10ms);
    lane->run_turn(0ms);
  }
  EXPECT_EQ(fired, 5);
}

TEST(Timer, MayBeDestroyedByItsCallbackWhichLivesOn) {
  ManualClock clock;
  auto lane = make_lane({.clock = &clock});
  std::unique_ptr<Timer> timer;
  std::string heard;
  timer = std::make_unique<Timer>(*lane, [&, text = std::string(100, 'x')] {
    timer.reset();
    heard = text;  // a capture, read after the timer has gone
  });
  timer->schedule(1ms);
  clock.advance(2ms);
  lane->run_turn(0ms);
  EXPECT_EQ(heard.size(), 100U);
}

TEST(Timer, MayOutliveItsLane) {
  auto lane = make_lane();
  Timer timer(*lane, [] {});
  timer.schedule(1h);
  lane.reset();
  EXPECT_FALSE(timer.is_scheduled());
}

TEST(Timer, WakesALaneThatWaits) {
  auto lane = make_lane();
  const TimePoint start = lane->now();
  TimePoint fired;
  Timer timer(*lane, [&] {
    fired = lane->now();
    lane->stop();
  });
  timer.schedule(20ms);
  lane->run();
  EXPECT_GE(fired - start, 20ms);
}

}  // namespace
}  // namespace telemill::runtime
