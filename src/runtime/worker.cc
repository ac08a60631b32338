#include "runtime/worker.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace telemill::runtime {

struct Worker::State {
  struct Job {
    base::UniqueFunction<void()> run;
    base::UniqueFunction<void()> done;
    Lane* lane;
  };

  void work();
  bool take(Job& job);
  void hand_back(Job& job);

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  size_t jobs_max = 0;
  bool is_ending = false;
  std::thread thread;
};

Worker::Worker(size_t jobs_max) : state_(std::make_unique<State>()) {
  state_->jobs_max = jobs_max;
  state_->thread = std::thread([state = state_.get()] { state->work(); });
  ::pthread_setname_np(state_->thread.native_handle(), "worker");
}

Worker::~Worker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_ending = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

bool Worker::submit(base::UniqueFunction<void()>& job, Lane& lane,
                    base::UniqueFunction<void()>& done) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->is_ending || state_->jobs.size() >= state_->jobs_max) return false;
    state_->jobs.push_back({std::move(job), std::move(done), &lane});
  }
  state_->changed.notify_all();
  return true;
}

void Worker::State::work() {
  Job job{};
  while (take(job)) {
    job.run();
    job.run = {};
    hand_back(job);
  }
}

/// The next job; false when the worker ends and nothing is left.
bool Worker::State::take(Job& job) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return is_ending || !jobs.empty(); });
  if (jobs.empty()) return false;
  job = std::move(jobs.front());
  jobs.pop_front();
  return true;
}

/// Posts `done`. A lane with a full mailbox makes us try again, for a lost answer would leave
/// somebody waiting for ever; but not once the worker ends, since it may be that lane which waits
/// for our end.
void Worker::State::hand_back(Job& job) {
  constexpr auto pause = std::chrono::milliseconds(1);
  constexpr int attempts_at_end_max = 100;
  int attempts_at_end = 0;
  while (!job.lane->post(job.done) && !job.lane->is_stopping()) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, pause);
    if (is_ending && ++attempts_at_end > attempts_at_end_max) break;
  }
  job.done = {};
}

}  // namespace telemill::runtime
