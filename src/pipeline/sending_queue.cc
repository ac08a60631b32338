#include "pipeline/sending_queue.h"

#include <utility>

namespace telemill::pipeline {
namespace {

/// A limit that the instances of this exporter and signal have in common on all lanes.
runtime::SharedLimit& limit_of(const ComponentContext& context, otlp::Signal signal,
                               std::string_view what, int64_t total) {
  std::string name = "exporter " + context.id.text() + " ";
  name.append(otlp::names(signal).name).append(" ").append(what);
  return context.shared.get<runtime::SharedLimit>(name, total);
}

/// As the reference says it, with what may help. Without a queue the caller hears of it.
std::string give_up_event(bool has_queue, bool has_retry) {
  std::string event =
      has_queue ? "Exporting failed. Dropping data." : "Exporting failed. Rejecting data.";
  if (!has_retry) {
    event.append(" Try enabling retry_on_failure config option to retry on retryable errors.");
  }
  if (!has_queue) event.append(" Try enabling sending_queue to survive temporary failures.");
  return event;
}

}  // namespace

SendingQueue::SendingQueue(const ComponentContext& context, otlp::Signal signal, Settings settings,
                           Sender& sender)
    : logger_(context.logger),
      give_up_event_(give_up_event(settings.queue.enabled, settings.retry.enabled)),
      config_(std::move(settings.queue)),
      metrics_(context, {.signal = signal,
                         .has_queue = config_.enabled,
                         .has_batches = config_.batch.has_value(),
                         .queue_capacity = config_.queue_size,
                         .peer = std::move(settings.peer)}),
      dispatcher_({.lane = context.lane,
                   .logger = logger_,
                   .give_up_event = give_up_event_,
                   .consumers = config_.enabled ? &limit_of(context, signal, "num_consumers",
                                                            config_.num_consumers)
                                                : nullptr,
                   .retry = settings.retry,
                   .sender = sender,
                   .metrics = metrics_,
                   .is_acknowledged = config_.enabled && !config_.wait_for_result,
                   .on_idle = [this] { finish_drain(); }}) {
  if (!config_.enabled) return;
  runtime::SharedLimit& limit = limit_of(context, signal, "queue_size", config_.queue_size);
  room_ = std::make_unique<runtime::LaneShare>(limit, context.lane, [this] {
    let_first_in();
    let_in();
  });
  if (!config_.batch) return;
  batcher_ = std::make_unique<RequestBatcher>(
      context.lane,
      RequestBatcher::Settings{.sizer = config_.batch_sizer(),
                               .min_size = config_.batch->min_size,
                               .max_size = config_.batch->max_size,
                               .flush_timeout = config_.batch->flush_timeout,
                               .metadata_keys = config_.batch->partition.lower_case_keys()},
      [this](Outgoing request) {
        metrics_.note_batch(request.payload);
        dispatcher_.send(std::move(request));
      });
}

SendingQueue::~SendingQueue() = default;

void SendingQueue::consume(Batch batch) {
  if (batch.payload.empty()) return batch.done.settle(Outcome::ok());
  if (is_closed_) return refuse(std::move(batch), Outcome::retryable("the exporter has stopped"));
  // Without a queue every caller is its own consumer.
  if (!room_) return dispatcher_.send(Outgoing(std::move(batch)));
  const int64_t units = size_of(batch.payload, config_.queue_sizer());
  if (units > config_.queue_size) {
    return refuse(std::move(batch), Outcome::permanent("request is too large for the queue"));
  }
  if (config_.block_on_overflow) return wait_outside(std::move(batch), units);
  if (!room_->try_take(units)) {
    return refuse(std::move(batch), Outcome::retryable("sending queue is full"));
  }
  enqueue(std::move(batch), units);
}

void SendingQueue::refuse(Batch batch, Outcome outcome) {
  metrics_.count_enqueue_failed(batch.payload);
  logger_.error("Exporting failed. Rejecting data.",
                {{"error", outcome.message}, {"rejected_items", batch.item_count()}});
  batch.done.settle(std::move(outcome));
}

/// In line behind those who came before; when there is room, not for long.
void SendingQueue::wait_outside(Batch batch, int64_t units) {
  outside_.push_back({std::move(batch), units});
  let_in();
}

void SendingQueue::let_in() {
  while (!outside_.empty() && !room_->is_waiting()) {
    if (!room_->take_or_wait(outside_.front().units)) return;
    let_first_in();
  }
}

/// The first has room now, unless it was given up meanwhile.
void SendingQueue::let_first_in() {
  if (outside_.empty()) return;
  Outside first = std::move(outside_.front());
  outside_.pop_front();
  enqueue(std::move(first.batch), first.units);
}

/// The batch has its place in the queue and keeps it until the last of it has ended.
void SendingQueue::enqueue(Batch batch, int64_t units) {
  metrics_.set_queue_size(room_->held());
  metrics_.note_enqueued(batch.payload);
  Completion upstream = std::move(batch.done);
  const auto watch = lifeline_.watch();
  if (config_.wait_for_result) {
    batch.done =
        Completion([this, watch, units, upstream = std::move(upstream)](Outcome outcome) mutable {
          if (watch.is_alive()) give_room(units);
          upstream.settle(std::move(outcome));
        });
    return pass_on(std::move(batch));
  }
  batch.done = Completion([this, watch, units](const Outcome&) {
    if (watch.is_alive()) give_room(units);
  });
  pass_on(std::move(batch));
  upstream.settle(Outcome::ok());
}

void SendingQueue::pass_on(Batch batch) {
  if (!batcher_) return dispatcher_.send(Outgoing(std::move(batch)));
  batcher_->add(std::move(batch));
}

void SendingQueue::give_room(int64_t units) {
  if (room_->give(units)) let_first_in();
  let_in();
  metrics_.set_queue_size(room_->held());
}

bool SendingQueue::is_empty() const noexcept {
  return outside_.empty() && (!batcher_ || batcher_->empty()) && dispatcher_.empty();
}

void SendingQueue::finish_drain() {
  if (drained_ && is_empty()) std::exchange(drained_, {})();
}

void SendingQueue::drain(base::UniqueFunction<void()> done) {
  dispatcher_.hurry();
  if (batcher_) {
    batcher_->stop_waiting();
    batcher_->flush();
  }
  drained_ = std::move(done);
  finish_drain();
}

void SendingQueue::close() {
  is_closed_ = true;
  drained_ = {};
  const Outcome stopped = Outcome::retryable("stopped before it could be queued");
  for (Outside& waiting : std::exchange(outside_, {})) refuse(std::move(waiting.batch), stopped);
  dispatcher_.close();
  if (batcher_) batcher_->flush();
  dispatcher_.close();
}

}  // namespace telemill::pipeline
