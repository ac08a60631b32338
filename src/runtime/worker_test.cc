#include "runtime/worker.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace telemill::runtime {
namespace {

using Task = base::UniqueFunction<void()>;

std::unique_ptr<Lane> make_lane(size_t posted_tasks_max = 4096) {
  return Lane::create({.posted_tasks_max = posted_tasks_max}).value();
}

TEST(Worker, RunsTheJobElsewhereAndTheRestOnTheLane) {
  auto lane = make_lane();
  Worker worker;
  std::thread::id job_thread;
  std::thread::id done_thread;
  Task job = [&] { job_thread = std::this_thread::get_id(); };
  Task done = [&] {
    done_thread = std::this_thread::get_id();
    lane->stop();
  };
  ASSERT_TRUE(worker.submit(job, *lane, done));
  lane->run();
  EXPECT_EQ(done_thread, std::this_thread::get_id());
  EXPECT_NE(job_thread, std::thread::id());
  EXPECT_NE(job_thread, done_thread);
}

TEST(Worker, KeepsTheOrderOfJobs) {
  auto lane = make_lane(4);  // fewer places than answers: the worker has to wait for the lane
  Worker worker;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    Task job = [] {};
    Task done = [&order, &lane, i] {
      order.push_back(i);
      if (i == 99) lane->stop();
    };
    ASSERT_TRUE(worker.submit(job, *lane, done));
  }
  lane->run();
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(Worker, RefusesMoreThanItsQueueHoldsAndTakesNothing) {
  auto lane = make_lane();
  std::promise<void> is_running;
  std::promise<void> gate;
  Worker worker(1);  // dies first: its job waits at the gate
  Task blocking = [&] {
    is_running.set_value();
    gate.get_future().wait();
  };
  Task nothing = [] {};
  ASSERT_TRUE(worker.submit(blocking, *lane, nothing));
  is_running.get_future().wait();
  Task queued = [] {};
  Task queued_done = [] {};
  ASSERT_TRUE(worker.submit(queued, *lane, queued_done));
  Task refused = [] {};
  Task refused_done = [] {};
  EXPECT_FALSE(worker.submit(refused, *lane, refused_done));
  EXPECT_TRUE(static_cast<bool>(refused));
  EXPECT_TRUE(static_cast<bool>(refused_done));
  gate.set_value();
}

TEST(Worker, RunsWhatIsQueuedBeforeItEnds) {
  auto lane = make_lane();
  int jobs_run = 0;
  {
    Worker worker;
    for (int i = 0; i < 50; ++i) {
      Task job = [&jobs_run] { ++jobs_run; };
      Task done = [] {};
      ASSERT_TRUE(worker.submit(job, *lane, done));
    }
  }
  EXPECT_EQ(jobs_run, 50);
}

TEST(Worker, DropsTheAnswerOfALaneThatHasStopped) {
  auto lane = make_lane();
  lane->stop();
  const auto alive = std::make_shared<int>(0);
  {
    Worker worker;
    Task job = [] {};
    Task done = [alive] { ++*alive; };
    ASSERT_TRUE(worker.submit(job, *lane, done));
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST(Worker, EndsEvenWhenTheLaneThatWaitsForItIsFull) {
  auto lane = make_lane(2);
  {
    Worker worker;
    for (int i = 0; i < 3; ++i) {
      Task job = [] {};
      Task done = [] {};
      ASSERT_TRUE(worker.submit(job, *lane, done));
    }
  }
  SUCCEED() << "the destructor came back";
}

}  // namespace
}  // namespace telemill::runtime
