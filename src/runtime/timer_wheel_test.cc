#include "runtime/timer_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/random.h"

namespace telemill::runtime {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t day_ticks = 24 * 3600 * 1000;

class Probe final : public TimerWheel::Entry {
 public:
  explicit Probe(std::function<void()> action) : action_(std::move(action)) {}

 private:
  void on_due() override {
    const auto action = action_;  // may destroy us
    action();
  }
  std::function<void()> action_;
};

TEST(TimerWheel, HasNothingToDoWhenEmpty) {
  TimerWheel wheel(1000);
  EXPECT_FALSE(wheel.next_tick().has_value());
  EXPECT_EQ(wheel.advance(5000), 0U);
  EXPECT_EQ(wheel.now_tick(), 5000U);
}

TEST(TimerWheel, NeverFiresEarlyAndFiresOnTheTick) {
  for (const uint64_t delay : {1ULL, 2ULL, 63ULL, 64ULL, 65ULL, 4095ULL, 4096ULL, 262'145ULL}) {
    TimerWheel wheel(12'345);
    int fired = 0;
    Probe probe([&] { ++fired; });
    wheel.schedule(probe, 12'345 + delay);
    EXPECT_EQ(wheel.advance(12'345 + delay - 1), 0U) << delay;
    EXPECT_EQ(wheel.advance(12'345 + delay), 1U) << delay;
    EXPECT_EQ(fired, 1) << delay;
    EXPECT_FALSE(probe.is_scheduled());
    EXPECT_EQ(wheel.waiting_count(), 0U);
  }
}

TEST(TimerWheel, TakesAPassedTickForTheNext) {
  TimerWheel wheel(100);
  Probe probe([] {});
  wheel.schedule(probe, 3);
  EXPECT_EQ(wheel.next_tick(), 101U);
  EXPECT_EQ(wheel.advance(101), 1U);
}

TEST(TimerWheel, IgnoresAClockThatGoesBack) {
  TimerWheel wheel(100);
  Probe probe([] {});
  wheel.schedule(probe, 110);
  wheel.advance(105);
  EXPECT_EQ(wheel.advance(50), 0U);
  EXPECT_EQ(wheel.now_tick(), 105U);
  EXPECT_EQ(wheel.advance(110), 1U);
}

TEST(TimerWheel, FiresInTheOrderOfTicksThenOfScheduling) {
  TimerWheel wheel(0);
  std::vector<int> order;
  Probe late([&] { order.push_back(1); });
  Probe first_of_two([&] { order.push_back(2); });
  Probe second_of_two([&] { order.push_back(3); });
  Probe early([&] { order.push_back(4); });
  wheel.schedule(late, 5000);
  wheel.schedule(first_of_two, 4100);
  wheel.advance(10);  // the second is scheduled from another place of the wheel
  wheel.schedule(early, 70);
  wheel.schedule(second_of_two, 4100);
  EXPECT_EQ(wheel.advance(10'000), 4U);
  EXPECT_THAT(order, ElementsAre(4, 2, 3, 1));
}

TEST(TimerWheel, CancelsAndReplaces) {
  TimerWheel wheel(0);
  int fired = 0;
  Probe cancelled([&] { fired += 100; });
  Probe replaced([&] { ++fired; });
  wheel.schedule(cancelled, 10);
  wheel.schedule(replaced, 10);
  wheel.schedule(replaced, 20);
  cancelled.cancel();
  cancelled.cancel();
  EXPECT_EQ(wheel.next_tick(), 20U) << "a cancelled tick must not wake anybody";
  wheel.advance(15);
  EXPECT_EQ(fired, 0);
  wheel.advance(20);
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, WaitsForDaysAndYearsAndForEver) {
  TimerWheel wheel(77);
  std::vector<int> order;
  Probe year([&] { order.push_back(3); });
  Probe day([&] { order.push_back(2); });
  Probe hour([&] { order.push_back(1); });
  Probe never([&] { order.push_back(4); });
  wheel.schedule(never, UINT64_MAX);
  wheel.schedule(year, 77 + 365 * day_ticks);
  wheel.schedule(day, 77 + day_ticks);
  wheel.schedule(hour, 77 + day_ticks / 24);
  int wake_ups = 0;
  while (order.size() < 3) {
    const auto next = wheel.next_tick();
    ASSERT_TRUE(next.has_value());
    ASSERT_GT(*next, wheel.now_tick());
    wheel.advance(*next);
    ASSERT_LT(++wake_ups, 33) << "an idle lane must sleep";
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_EQ(wheel.now_tick(), 77 + 365 * day_ticks);
  EXPECT_TRUE(never.is_scheduled());
}

TEST(TimerWheel, LetsACallbackScheduleItselfAgainWithoutHoldingUpTheCaller) {
  TimerWheel wheel(0);
  int fired = 0;
  std::unique_ptr<Probe> probe;
  probe = std::make_unique<Probe>([&] {
    ++fired;
    wheel.schedule(*probe, 0);  // "now" over and over
  });
  wheel.schedule(*probe, 1);
  EXPECT_EQ(wheel.advance(10), 10U) << "once per tick, no more";
  EXPECT_EQ(fired, 10);
  EXPECT_TRUE(probe->is_scheduled());
}

TEST(TimerWheel, LetsACallbackDestroyItself) {
  TimerWheel wheel(0);
  std::unique_ptr<Probe> probe;
  probe = std::make_unique<Probe>([&] { probe.reset(); });
  wheel.schedule(*probe, 3);
  EXPECT_EQ(wheel.advance(3), 1U);
  EXPECT_EQ(probe, nullptr);
}

TEST(TimerWheel, LetsACallbackDestroyCancelAndDelayOthersDueAtTheSameTick) {
  TimerWheel wheel(0);
  std::vector<int> order;
  auto destroyed = std::make_unique<Probe>([&] { order.push_back(1); });
  Probe cancelled([&] { order.push_back(2); });
  Probe delayed([&] { order.push_back(3); });
  Probe first([&] {
    order.push_back(0);
    destroyed.reset();
    cancelled.cancel();
    wheel.schedule(delayed, 200);
  });
  wheel.schedule(first, 100);
  wheel.schedule(*destroyed, 100);
  wheel.schedule(cancelled, 100);
  wheel.schedule(delayed, 100);
  wheel.advance(150);
  EXPECT_THAT(order, ElementsAre(0));
  wheel.advance(200);
  EXPECT_THAT(order, ElementsAre(0, 3));
}

TEST(TimerWheel, FreesItsEntriesWhenItDiesFirst) {
  Probe probe([] {});
  {
    TimerWheel wheel(0);
    wheel.schedule(probe, 10'000);
  }
  EXPECT_FALSE(probe.is_scheduled());
  probe.cancel();
}

/// The slow twin: a sorted list of due ticks and the order of scheduling.
struct Model {
  std::multimap<uint64_t, size_t> waiting;  // equal keys keep the order of insertion

  void cancel(size_t id) {
    std::erase_if(waiting, [id](const auto& e) { return e.second == id; });
  }
  std::vector<size_t> advance(uint64_t now) {
    std::vector<size_t> fired;
    const auto end = waiting.upper_bound(now);
    for (auto entry = waiting.begin(); entry != end; ++entry) fired.push_back(entry->second);
    waiting.erase(waiting.begin(), end);
    return fired;
  }
};

// Property: the wheel does what a sorted list does, and its next tick never lies behind the
// earliest due one.
TEST(TimerWheel, DoesWhatASortedListDoes) {
  constexpr size_t entries = 40;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    base::Random random(seed);
    uint64_t now = random.skewed_u64() >> 8;
    TimerWheel wheel(now);
    Model model;
    std::vector<size_t> fired;
    std::vector<std::unique_ptr<Probe>> probes;
    for (size_t id = 0; id < entries; ++id) {
      probes.push_back(std::make_unique<Probe>([&fired, id] { fired.push_back(id); }));
    }
    for (int step = 0; step < 300; ++step) {
      const size_t id = random.below(entries);
      const uint64_t delay = random.u64() >> (24 + random.below(40));
      if (random.chance(0.6)) {
        wheel.schedule(*probes[id], now + delay);
        model.cancel(id);
        model.waiting.emplace(std::max(now + delay, now + 1), id);
      } else if (random.chance(0.3)) {
        probes[id]->cancel();
        model.cancel(id);
      } else {
        now += delay;
        fired.clear();
        wheel.advance(now);
        ASSERT_EQ(fired, model.advance(now)) << "seed " << seed << " step " << step;
      }
      ASSERT_EQ(wheel.waiting_count(), model.waiting.size()) << "seed " << seed;
      ASSERT_EQ(wheel.next_tick().has_value(), !model.waiting.empty()) << "seed " << seed;
      if (!model.waiting.empty()) {
        ASSERT_LE(*wheel.next_tick(), model.waiting.begin()->first) << "seed " << seed;
        ASSERT_GT(*wheel.next_tick(), now) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace telemill::runtime
