#include <benchmark/benchmark.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/mailbox.h"

namespace telemill::runtime {
namespace {

constexpr size_t capacity = 1024;
constexpr uint64_t hand_offs = 200'000;

/// What a mailbox must beat: a bounded deque behind a mutex, with condition variables.
class LockedQueue {
 public:
  explicit LockedQueue(size_t size_max) : size_max_(size_max) {}

  void push(uint64_t value) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return values_.size() < size_max_; });
    values_.push_back(value);
    lock.unlock();
    has_values_.notify_one();
  }
  uint64_t pop() {
    std::unique_lock lock(mutex_);
    has_values_.wait(lock, [this] { return !values_.empty(); });
    const uint64_t value = values_.front();
    values_.pop_front();
    lock.unlock();
    has_room_.notify_one();
    return value;
  }

 private:
  const size_t size_max_;
  std::mutex mutex_;
  std::condition_variable has_values_;
  std::condition_variable has_room_;
  std::deque<uint64_t> values_;
};

/// The mailbox with the same face. It gives its time slice away instead of sleeping.
class YieldingMailbox {
 public:
  explicit YieldingMailbox(size_t size_max) : mailbox_(size_max) {}

  void push(uint64_t value) {
    while (!mailbox_.try_push(value)) std::this_thread::yield();
  }
  uint64_t pop() {
    uint64_t value = 0;
    while (!mailbox_.try_pop(value)) std::this_thread::yield();
    return value;
  }

 private:
  Mailbox<uint64_t> mailbox_;
};

/// Hands numbers from `producers` threads to this one; returns their sum.
template <class Queue>
uint64_t hand_over(uint64_t producers) {
  Queue queue(capacity);
  std::vector<std::thread> threads;
  for (uint64_t producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&queue, producer, producers] {
      for (uint64_t i = producer; i < hand_offs; i += producers) queue.push(i);
    });
  }
  uint64_t sum = 0;
  for (uint64_t i = 0; i < hand_offs; ++i) sum += queue.pop();
  for (std::thread& thread : threads) thread.join();
  return sum;
}

/// Seconds of one hand-over; negative when values were lost or doubled.
template <class Queue>
double seconds_of_hand_over(uint64_t producers) {
  const auto start = std::chrono::steady_clock::now();
  const uint64_t sum = hand_over<Queue>(producers);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return sum == hand_offs * (hand_offs - 1) / 2 ? taken.count() : -1;
}

/// Both in turn, so that a busy machine disturbs both alike; what counts is their ratio.
void BM_MailboxAgainstLockedQueue(benchmark::State& state) {
  const auto producers = static_cast<uint64_t>(state.range(0));
  double mailbox_seconds = 0;
  double locked_seconds = 0;
  for ([[maybe_unused]] auto _ : state) {
    const double mailbox = seconds_of_hand_over<YieldingMailbox>(producers);
    const double locked = seconds_of_hand_over<LockedQueue>(producers);
    if (mailbox < 0 || locked < 0) {
      state.SkipWithError("values were lost or doubled");
      return;
    }
    state.SetIterationTime(mailbox);
    mailbox_seconds += mailbox;
    locked_seconds += locked;
  }
  const auto total = static_cast<double>(state.iterations()) * static_cast<double>(hand_offs);
  state.counters["mailbox_per_s"] = total / mailbox_seconds;
  state.counters["locked_per_s"] = total / locked_seconds;
  state.counters["ratio"] = locked_seconds / mailbox_seconds;
}
BENCHMARK(BM_MailboxAgainstLockedQueue)->Arg(1)->Arg(2)->Arg(4)->UseManualTime();

}  // namespace
}  // namespace telemill::runtime
