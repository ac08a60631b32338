#include "runtime/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/socket.h"

namespace telemill::runtime {
namespace {

using ::testing::ElementsAre;
using Task = base::UniqueFunction<void()>;

/// Time moves when the test says so.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return now_; }
  [[nodiscard]] UnixNanos unix_now() const noexcept override { return 1'000'000'000; }
  void advance(Duration by) noexcept { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

std::unique_ptr<Lane> make_lane(Lane::Config config = {}) { return Lane::create(config).value(); }

class Handler final : public IoHandler {
 public:
  explicit Handler(std::function<void(Io)> action) : action_(std::move(action)) {}
  void on_io(Io ready) override {
    const auto action = action_;  // may destroy us
    action(ready);
  }

 private:
  std::function<void(Io)> action_;
};

/// Two connected stream sockets.
struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    near = Descriptor(ends[0]);
    far = Descriptor(ends[1]);
  }
  void feed() const { EXPECT_EQ(::write(far.number(), "x", 1), 1); }
  void drink() const {
    char byte = 0;
    EXPECT_EQ(::read(near.number(), &byte, 1), 1);
  }
  Descriptor near;
  Descriptor far;
};

TEST(Lane, RefusesTasksAfterTheStopAndRunsThoseBefore) {
  auto lane = make_lane();
  int runs = 0;
  Task task = [&] { ++runs; };
  ASSERT_TRUE(lane->post(task));
  lane->stop();
  Task late = [&] { runs += 100; };
  EXPECT_FALSE(lane->post(late));
  EXPECT_TRUE(static_cast<bool>(late)) << "it stays with the caller";
  lane->run();
  EXPECT_EQ(runs, 1);
}

TEST(Lane, RefusesTasksWhenTheMailboxIsFull) {
  auto lane = make_lane({.posted_tasks_max = 2});
  int runs = 0;
  for (int i = 0; i < 2; ++i) {
    Task task = [&] { ++runs; };
    ASSERT_TRUE(lane->post(task));
  }
  Task task = [&] { ++runs; };
  EXPECT_FALSE(lane->post(task));
  lane->run_turn(0ms);
  EXPECT_TRUE(lane->post(task));
  lane->run_turn(0ms);
  EXPECT_EQ(runs, 3);
}

TEST(Lane, RunsTheTasksOfFourThreadsInTheirOrderAndLosesNone) {
  constexpr int producers = 4;
  constexpr int tasks = 5000;
  auto lane = make_lane({.posted_tasks_max = 128});
  std::vector<int> next(producers, 0);
  std::vector<std::thread> threads;
  std::atomic<int> running{producers};
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      for (int number = 0; number < tasks; ++number) {
        Task task = [&next, producer, number] {
          EXPECT_EQ(next[static_cast<size_t>(producer)]++, number);
        };
        while (!lane->post(task)) std::this_thread::yield();
      }
      if (--running == 0) lane->stop();
    });
  }
  lane->run();
  for (std::thread& thread : threads) thread.join();
  for (const int count : next) EXPECT_EQ(count, tasks);
}

// Property: every accepted task runs, also when posting races with the stop.
TEST(Lane, RunsEveryAcceptedTaskAroundAStop) {
  for (int round = 0; round < 50; ++round) {
    auto lane = make_lane();
    int runs = 0;
    int accepted = 0;
    std::thread producer([&] {
      for (int i = 0; i < 500; ++i) {
        Task task = [&runs] { ++runs; };
        if (lane->post(task)) ++accepted;
        if (i == 5 * round) lane->stop();
      }
    });
    lane->run();
    producer.join();
    EXPECT_EQ(runs, accepted);
    EXPECT_EQ(accepted, 5 * round + 1);
  }
}

TEST(Lane, WakesForAPostFromAnotherThread) {
  auto lane = make_lane();
  std::thread other([&] {
    Task task = [&] { lane->stop(); };
    EXPECT_TRUE(lane->post(task));
  });
  lane->run();  // would wait for ever
  other.join();
}

TEST(Lane, LetsSocketsHaveTheirTurnBetweenTasksThatPostThemselves) {
  auto lane = make_lane();
  const Pair pair;
  std::function<void()> again = [&] {
    Task task = [&] { again(); };
    EXPECT_TRUE(lane->post(task) || lane->is_stopping());
  };
  Handler handler([&](Io) { lane->stop(); });
  lane->watch(pair.near.number(), Io::read, handler);
  again();
  pair.feed();
  lane->run();
  lane->unwatch(pair.near.number());
}

TEST(Lane, KnowsItsThreadWhileItRuns) {
  auto lane = make_lane();
  auto other = make_lane({.index = 1});
  EXPECT_FALSE(lane->is_current());
  bool is_current = false;
  bool is_other_current = true;
  Task task = [&] {
    is_current = lane->is_current();
    is_other_current = other->is_current();
  };
  ASSERT_TRUE(lane->post(task));
  lane->run_turn(0ms);
  EXPECT_TRUE(is_current);
  EXPECT_FALSE(is_other_current);
  EXPECT_FALSE(lane->is_current());
}

TEST(Lane, AnnouncesWhatIsLeftUnreadAgain) {
  auto lane = make_lane();
  const Pair pair;
  int calls = 0;
  Handler handler([&](Io ready) {
    EXPECT_EQ(ready, Io::read);
    if (++calls == 2) pair.drink();
  });
  lane->watch(pair.near.number(), Io::read, handler);
  pair.feed();
  for (int i = 0; i < 4; ++i) lane->run_turn(0ms);
  EXPECT_EQ(calls, 2);
}

TEST(Lane, AnnouncesOnlyWhatIsAskedFor) {
  auto lane = make_lane();
  Pair pair;
  std::vector<Io> heard;
  Handler handler([&](Io ready) { heard.push_back(ready); });
  pair.feed();
  lane->watch(pair.near.number(), Io::write, handler);
  lane->run_turn(0ms);
  lane->watch(pair.near.number(), Io::none, handler);
  lane->run_turn(0ms);
  lane->watch(pair.near.number(), Io::read_write, handler);
  lane->run_turn(0ms);
  EXPECT_THAT(heard, ElementsAre(Io::write, Io::read_write));
  heard.clear();
  pair.far.reset();
  lane->watch(pair.near.number(), Io::none, handler);
  lane->run_turn(0ms);
  EXPECT_TRUE(heard.empty()) << "a paused handler is left alone, even by a hang-up";
  lane->watch(pair.near.number(), Io::hang_up, handler);
  lane->run_turn(0ms);
  lane->watch(pair.near.number(), Io::read, handler);
  lane->run_turn(0ms);
  EXPECT_THAT(heard, ElementsAre(Io::hang_up, Io::hang_up | Io::read));
}

TEST(Lane, GivesWriteToAConnectionThatFailed) {
  auto lane = make_lane();
  uint16_t port = 0;
  {
    const auto listener =
        listen_on(resolve(Endpoint::parse("127.0.0.1:0").value()).value().front(), true).value();
    port = bound_address(listener).value().port();
  }
  const auto endpoint = Endpoint::parse("127.0.0.1:" + std::to_string(port)).value();
  const Descriptor client = start_connect(resolve(endpoint).value().front()).value();
  bool is_over = false;
  Handler handler([&](Io ready) {
    EXPECT_TRUE(has(ready, Io::write));
    EXPECT_TRUE(has(ready, Io::hang_up));
    is_over = connect_error(client) == ECONNREFUSED;
    lane->unwatch(client.number());
    lane->stop();
  });
  lane->watch(client.number(), Io::write, handler);
  lane->run();
  EXPECT_TRUE(is_over);
}

TEST(Lane, LetsAHandlerDestroyItself) {
  auto lane = make_lane();
  const Pair pair;
  std::unique_ptr<Handler> handler;
  int calls = 0;
  handler = std::make_unique<Handler>([&](Io) {
    ++calls;
    lane->unwatch(pair.near.number());
    handler.reset();
  });
  lane->watch(pair.near.number(), Io::read, *handler);
  pair.feed();
  lane->run_turn(0ms);
  lane->run_turn(0ms);
  EXPECT_EQ(calls, 1);
}

// Whichever of two ready handlers comes first destroys the other, whose event is in the batch.
TEST(Lane, LetsAHandlerDestroyTheNextReadyOne) {
  auto lane = make_lane();
  const std::array<Pair, 2> pairs;
  std::array<std::unique_ptr<Handler>, 2> handlers;
  int calls = 0;
  for (size_t i = 0; i < 2; ++i) {
    handlers[i] = std::make_unique<Handler>([&, i](Io) {
      ++calls;
      pairs[i].drink();
      lane->unwatch(pairs[1 - i].near.number());
      handlers[1 - i].reset();
    });
    lane->watch(pairs[i].near.number(), Io::read, *handlers[i]);
  }
  for (const Pair& pair : pairs) pair.feed();
  lane->run_turn(0ms);
  EXPECT_EQ(calls, 1);
  for (size_t i = 0; i < 2; ++i) {
    if (handlers[i]) lane->unwatch(pairs[i].near.number());
  }
}

// The descriptor's number lives on with a new owner, who must not hear of the old one's event.
TEST(Lane, KeepsADeadEventFromTheNextOwnerOfTheNumber) {
  auto lane = make_lane();
  std::array<Pair, 2> pairs;
  const Pair fresh;
  Handler newcomer([](Io) { ADD_FAILURE() << "nothing was written to it"; });
  std::array<std::unique_ptr<Handler>, 2> handlers;
  int calls = 0;
  for (size_t i = 0; i < 2; ++i) {
    handlers[i] = std::make_unique<Handler>([&, i](Io) {
      if (++calls > 1) return;
      pairs[i].drink();
      const int number = pairs[1 - i].near.number();
      lane->unwatch(number);
      ASSERT_EQ(::dup2(fresh.near.number(), number), number);
      lane->watch(number, Io::read, newcomer);
    });
    lane->watch(pairs[i].near.number(), Io::read, *handlers[i]);
  }
  for (const Pair& pair : pairs) pair.feed();
  lane->run_turn(0ms);
  lane->run_turn(0ms);
  EXPECT_EQ(calls, 1);
  for (const Pair& pair : pairs) lane->unwatch(pair.near.number());
}

TEST(Lane, ReadsTheClockOncePerTurn) {
  FakeClock clock;
  auto lane = make_lane({.clock = &clock});
  const TimePoint start = lane->now();
  EXPECT_EQ(lane->unix_now(), 1'000'000'000U);
  clock.advance(5s);
  EXPECT_EQ(lane->now(), start);
  lane->run_turn(0ms);
  EXPECT_EQ(lane->now(), start + 5s);
}

TEST(Lane, GivesTheSameChanceForTheSameSeed) {
  auto first = make_lane({.seed = 42});
  auto second = make_lane({.seed = 42});
  EXPECT_EQ(first->random().u64(), second->random().u64());
}

TEST(Timer, FiresHoursAheadAndNeverEarly) {
  FakeClock clock;
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
  FakeClock clock;
  auto lane = make_lane({.clock = &clock});
  Timer timer(*lane, [] { ADD_FAILURE(); });
  timer.schedule(Duration::max());
  clock.advance(std::chrono::hours(24 * 365 * 100));
  lane->run_turn(0ms);
  EXPECT_TRUE(timer.is_scheduled());
}

TEST(Timer, TakesANegativeDelayForNone) {
  FakeClock clock;
  auto lane = make_lane({.clock = &clock});
  int fired = 0;
  Timer timer(*lane, [&] { ++fired; });
  timer.schedule(-5s);
  clock.advance(1ms);
  lane->run_turn(0ms);
  EXPECT_EQ(fired, 1);
}

TEST(Timer, FiresAgainWhenItsCallbackSchedulesIt) {
  FakeClock clock;
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
  FakeClock clock;
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

// An idle lane sleeps: it burns next to no CPU time, although a timer waits.
TEST(Lane, SleepsUntilSomethingIsDue) {
  auto lane = make_lane();
  Timer far(*lane, [] {});
  far.schedule(24h);
  Timer end(*lane, [&] { lane->stop(); });
  end.schedule(300ms);
  int turns = 0;
  while (!lane->is_stopping()) {
    lane->run_turn(Duration::max());
    ++turns;
  }
  EXPECT_LT(turns, 20) << "300 ticks passed, the lane must not have counted them";
}

/// Work whose body is a function.
class Work final : public TurnEnd {
 public:
  explicit Work(std::function<void()> action) : action_(std::move(action)) {}
  void on_turn_end() override {
    const auto action = action_;
    action();
  }

 private:
  std::function<void()> action_;
};

TEST(TurnEnd, RunsOncePerTurnHoweverOftenAsked) {
  auto lane = make_lane();
  int runs = 0;
  Work work([&] { ++runs; });
  lane->at_turn_end(work);
  lane->at_turn_end(work);
  lane->run_turn(Duration::max());  // and the lane does not wait for anything else
  lane->run_turn(0ms);
  EXPECT_EQ(runs, 1);
}

TEST(TurnEnd, RunsAfterTheTasksOfItsTurn) {
  auto lane = make_lane();
  std::vector<int> order;
  Work work([&] { order.push_back(2); });
  Task task = [&] {
    lane->at_turn_end(work);
    order.push_back(1);
  };
  ASSERT_TRUE(lane->post(task));
  lane->run_turn(0ms);
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(TurnEnd, RunsInTheSameTurnWhenAnotherAsksForIt) {
  auto lane = make_lane();
  std::vector<int> order;
  Work second([&] { order.push_back(2); });
  Work first([&] {
    order.push_back(1);
    lane->at_turn_end(second);
  });
  lane->at_turn_end(first);
  lane->run_turn(0ms);
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(TurnEnd, CannotHoldUpTheTurnForEver) {
  auto lane = make_lane();
  int runs = 0;
  std::unique_ptr<Work> work;
  work = std::make_unique<Work>([&] {
    ++runs;
    lane->at_turn_end(*work);
  });
  lane->at_turn_end(*work);
  lane->run_turn(Duration::max());
  EXPECT_EQ(runs, 8);
  lane->run_turn(Duration::max());  // what is left keeps the lane from waiting
  EXPECT_EQ(runs, 16);
}

TEST(TurnEnd, LeavesTheListWhenDestroyedByAnother) {
  auto lane = make_lane();
  int runs = 0;
  std::unique_ptr<Work> first;
  std::unique_ptr<Work> second;
  first = std::make_unique<Work>([&] {
    ++runs;
    second.reset();
    first.reset();
  });
  second = std::make_unique<Work>([&] { runs += 100; });
  lane->at_turn_end(*first);
  lane->at_turn_end(*second);
  lane->run_turn(0ms);
  EXPECT_EQ(runs, 1);
}

TEST(TurnEnd, MayOutliveItsLane) {
  auto lane = make_lane();
  Work work([] {});
  lane->at_turn_end(work);
  lane.reset();
}

}  // namespace
}  // namespace telemill::runtime
