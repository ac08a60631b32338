// One exporter on several lanes, each a thread of its own. Meant for ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "pipeline/sending_queue.h"
#include "pipeline/test_support.h"
#include "runtime/lane_threads.h"

namespace telemill::pipeline {
namespace {

constexpr auto signal = otlp::Signal::traces;
constexpr size_t lane_count = 4;

/// How much of it is in use over all lanes, and the most that ever was.
class Gauge {
 public:
  void add(int64_t amount) noexcept {
    const int64_t now = value_.fetch_add(amount) + amount;
    int64_t most = most_.load();
    while (now > most && !most_.compare_exchange_weak(most, now)) {
    }
  }
  [[nodiscard]] int64_t most() const noexcept { return most_.load(); }
  [[nodiscard]] int64_t value() const noexcept { return value_.load(); }

 private:
  std::atomic<int64_t> value_{0};
  std::atomic<int64_t> most_{0};
};

/// A peer that takes a while, on its lane's timers.
class SlowSender final : public Sender {
 public:
  SlowSender(runtime::Lane& lane, Gauge& in_flight) noexcept : lane_(lane), in_flight_(in_flight) {}

  void send(const Outgoing& /*request*/, base::UniqueFunction<void(Outcome)> done) override {
    in_flight_.add(1);
    pending_.push_back(std::move(done));
    timers_.push_back(std::make_unique<runtime::Timer>(lane_, [this] {
      auto first = std::move(pending_.front());
      pending_.pop_front();
      in_flight_.add(-1);
      first(Outcome::ok());
    }));
    timers_.back()->schedule(std::chrono::microseconds(200));
  }

 private:
  runtime::Lane& lane_;
  Gauge& in_flight_;
  std::deque<base::UniqueFunction<void(Outcome)>> pending_;
  std::vector<std::unique_ptr<runtime::Timer>> timers_;
};

struct Shared {
  runtime::MemoryBudget memory{size_t{1} << 30};
  runtime::Worker worker;
  runtime::MetricRegistry metrics;
  runtime::SharedObjects objects;
  Gauge in_flight;
  Gauge held;
};

/// One lane's instance and its clients: some requests at once, each followed by the next.
class LaneLoad {
 public:
  LaneLoad(Shared& shared, runtime::Lane& lane, const SendingQueueConfig& config)
      : budget_(shared.memory),
        sender_(lane, shared.in_flight),
        queue_({.id = config::parse_component_id("otlp_grpc").value(),
                .lane = lane,
                .budget = budget_,
                .worker = shared.worker,
                .metrics = shared.metrics,
                .shared = shared.objects,
                .is_first_lane = lane.index() == 0},
               signal, {config, {}}, sender_) {}

  void begin(size_t clients) {
    for (size_t i = 0; i < clients; ++i) send();
  }
  [[nodiscard]] int delivered() const noexcept { return delivered_; }
  [[nodiscard]] int refused() const noexcept { return refused_; }
  void close() { queue_.close(); }

 private:
  void send() {
    queue_.consume({make_payload(signal, 1), Completion([this](const Outcome& outcome) {
                      if (is_over_) return;
                      (outcome.is_ok() ? delivered_ : refused_) += 1;
                      if (outcome.is_ok()) send();
                    })});
  }

 public:
  bool is_over_ = false;

 private:
  runtime::LaneBudget budget_;
  SlowSender sender_;
  int delivered_ = 0;
  int refused_ = 0;
  SendingQueue queue_;
};

// Far more clients than room, and fewer consumers than lanes: everybody waits for everybody.
TEST(SendingQueueLanes, WaitInOneLineAndNoneStarves) {
  Shared shared;
  auto lanes = runtime::LaneThreads::create({.lane_count = lane_count}).value();
  std::vector<std::unique_ptr<LaneLoad>> loads;
  for (size_t i = 0; i < lane_count; ++i) {
    loads.push_back(std::make_unique<LaneLoad>(shared, lanes->lane(i),
                                               SendingQueueConfig{.queue_size = 5,
                                                                  .num_consumers = 3,
                                                                  .block_on_overflow = true,
                                                                  .wait_for_result = true}));
    // The first lane is the greedy one.
    base::UniqueFunction<void()> task = [load = loads.back().get(), i] {
      load->begin(i == 0 ? 40 : 2);
    };
    ASSERT_TRUE(lanes->lane(i).post(task));
  }
  ASSERT_TRUE(lanes->start().has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  lanes->stop();
  lanes->join();
  EXPECT_LE(shared.in_flight.most(), 3);
  EXPECT_GE(shared.in_flight.most(), 2);
  for (const auto& load : loads) {
    EXPECT_GT(load->delivered(), 10);
    EXPECT_EQ(load->refused(), 0);
    load->is_over_ = true;
    load->close();
  }
}

}  // namespace
}  // namespace telemill::pipeline
