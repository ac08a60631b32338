#include <benchmark/benchmark.h>

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

template <class Queue>
void run(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    if (hand_over<Queue>(static_cast<uint64_t>(state.range(0))) !=
        hand_offs * (hand_offs - 1) / 2) {
      state.SkipWithError("values were lost or doubled");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(hand_offs));
}

void BM_Mailbox(benchmark::State& state) { run<YieldingMailbox>(state); }
void BM_LockedQueue(benchmark::State& state) { run<LockedQueue>(state); }
BENCHMARK(BM_Mailbox)->Arg(1)->Arg(2)->Arg(4)->UseRealTime();
BENCHMARK(BM_LockedQueue)->Arg(1)->Arg(2)->Arg(4)->UseRealTime();

}  // namespace
}  // namespace telemill::runtime
