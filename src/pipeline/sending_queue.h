#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>

#include "base/unique_function.h"
#include "config/fields.h"
#include "pipeline/batch.h"
#include "pipeline/component.h"
#include "pipeline/item_counters.h"
#include "pipeline/lifeline.h"
#include "pipeline/retry.h"

namespace telemill::pipeline {

/// `sending_queue`: what waits between a pipeline and a peer.
struct SendingQueueConfig {
  bool enabled = true;
  int64_t queue_size = 1000;
  int32_t num_consumers = 10;
  bool wait_for_result = false;

  static constexpr auto fields = std::tuple{
      config::field("enabled", &SendingQueueConfig::enabled,
                    "Acknowledge once queued; without a queue the sender waits for the peer."),
      config::field("queue_size", &SendingQueueConfig::queue_size,
                    "Requests held, waiting and in flight; more are refused."),
      config::field("num_consumers", &SendingQueueConfig::num_consumers,
                    "Requests in flight at once, per lane."),
      config::field("wait_for_result", &SendingQueueConfig::wait_for_result,
                    "Acknowledge only when the peer has."),
      config::not_yet("sizer", "queues are measured in requests"),
      config::not_yet("block_on_overflow", "a full queue refuses"),
      config::not_yet("storage", "queues live in memory"),
      config::not_yet("batch", "use the batch processor"),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Sends one request to a peer. The exporter's own part; retrying, queueing and counting are not.
class Sender {
 public:
  /// Calls `done` exactly once, never inside `send`. `payload` lives until then.
  virtual void send(const otlp::Payload& payload, base::UniqueFunction<void(Outcome)> done) = 0;

 protected:
  ~Sender() = default;
};

/// The part of an exporter before its peer: a bounded queue, a bounded number of requests in
/// flight, retries with back-off, and the counters of all that. One signal, one lane.
class SendingQueue final : public Consumer {
 public:
  SendingQueue(const ComponentContext& context, otlp::Signal signal,
               const SendingQueueConfig& queue, const RetryConfig& retry, Sender& sender);
  SendingQueue(const SendingQueue&) = delete;
  SendingQueue& operator=(const SendingQueue&) = delete;
  ~SendingQueue();

  void consume(Batch batch) override;
  /// Gives every held request one more attempt, without pauses, then calls `done`. Once.
  void drain(base::UniqueFunction<void()> done);
  /// Gives up what is held: requests that wait are counted as failed, those in flight end with
  /// their next outcome. Call it before the sender goes.
  void close();

 private:
  /// A request in flight or waiting for its next attempt; it keeps its place among the consumers.
  struct Flight {
    Flight(SendingQueue& owner, Batch request);
    Batch batch;
    Retry retry;
    runtime::Timer pause;
    std::list<Flight>::iterator self{};
  };

  void start_waiting();
  void attempt(Flight& flight);
  void on_outcome(Flight& flight, Outcome outcome);
  void retry_parts_alone(Flight& flight);
  void finish(Flight& flight, Outcome outcome);
  void count_failed(size_t items, const Outcome& outcome);
  void note_size() noexcept;

  runtime::Lane& lane_;
  const std::string name_;
  const otlp::Signal signal_;
  const SendingQueueConfig config_;
  const RetryConfig retry_config_;
  Sender& sender_;

  const Lifeline lifeline_;  // of callbacks that the sender holds
  std::deque<Batch> waiting_;
  std::list<Flight> flights_;
  bool is_draining_ = false;
  bool is_closed_ = false;
  base::UniqueFunction<void()> drained_;

  ItemCounters sent_;
  ItemCounters send_failed_;
  ItemCounters enqueue_failed_;
  runtime::Counter& queue_size_;
};

}  // namespace telemill::pipeline
