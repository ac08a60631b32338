#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "runtime/lane.h"

namespace telemill::runtime {
namespace {

using ::testing::ElementsAre;
using Task = base::UniqueFunction<void()>;

std::unique_ptr<Lane> make_lane() { return Lane::create({}).value(); }

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
