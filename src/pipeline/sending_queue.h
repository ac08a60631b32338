#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/unique_function.h"
#include "pipeline/batch.h"
#include "pipeline/component.h"
#include "pipeline/dispatcher.h"
#include "pipeline/exporter_metrics.h"
#include "pipeline/lifeline.h"
#include "pipeline/outgoing.h"
#include "pipeline/request_batcher.h"
#include "pipeline/retry.h"
#include "pipeline/sending_queue_config.h"
#include "runtime/shared_limit.h"

namespace telemill::pipeline {

/// The part of an exporter before its peer: a bounded queue, merging of requests, a bounded number
/// of them in flight, retries with back-off, and the counters of all that. One signal, one lane;
/// its bounds count for the process and are shared with the instances on other lanes.
class SendingQueue final : public Consumer {
 public:
  struct Settings {
    SendingQueueConfig queue;
    RetryConfig retry;
    std::vector<runtime::Label> peer{};  // labels of `otelcol_exporter_sent_*`
  };
  SendingQueue(const ComponentContext& context, otlp::Signal signal, Settings settings,
               Sender& sender);
  SendingQueue(const SendingQueue&) = delete;
  SendingQueue& operator=(const SendingQueue&) = delete;
  ~SendingQueue();

  /// Settles the batch once it is queued, or with the peer's answer (`wait_for_result`, no queue).
  /// A full queue refuses it for the moment, or lets it wait outside (`block_on_overflow`): its
  /// bytes have been admitted to the process before, and that bounds how many can wait. What is
  /// larger than the whole queue is refused for good.
  void consume(Batch batch) override;
  /// Gives every held request one more attempt, without pauses, then calls `done`. Once.
  void drain(base::UniqueFunction<void()> done);
  /// Gives up what is held: requests that wait are counted as failed, those in flight end with
  /// their next outcome. Call it before the sender goes.
  void close();

 private:
  struct Outside {
    Batch batch;
    int64_t units;
  };

  void refuse(Batch batch, Outcome outcome);
  void wait_outside(Batch batch, int64_t units);
  void let_in();
  void let_first_in();
  void enqueue(Batch batch, int64_t units);
  void pass_on(Batch batch);
  void give_room(int64_t units);
  [[nodiscard]] bool is_empty() const noexcept;
  void finish_drain();

  const log::Logger logger_;
  const std::string give_up_event_;
  const SendingQueueConfig config_;
  ExporterMetrics metrics_;
  std::unique_ptr<runtime::LaneShare> room_;  // null: there is no queue
  std::deque<Outside> outside_;               // wait for room, in order
  std::unique_ptr<RequestBatcher> batcher_;   // null: requests go as they came
  Dispatcher dispatcher_;
  bool is_closed_ = false;
  base::UniqueFunction<void()> drained_;
  const Lifeline lifeline_;  // goes first: completions that are left settle without this
};

}  // namespace telemill::pipeline
