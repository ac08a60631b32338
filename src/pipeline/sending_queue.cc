#include "pipeline/sending_queue.h"

#include <utility>

#include "base/log.h"

namespace telemill::pipeline {
namespace {

std::vector<runtime::Label> labels_of(const ComponentContext& context) {
  return {{"exporter", context.id.text()}};
}

runtime::Counter& size_gauge(const ComponentContext& context, otlp::Signal signal) {
  auto labels = labels_of(context);
  labels.emplace_back("data_type", otlp::names(signal).name);
  return context.metrics.counter({.name = "otelcol_exporter_queue_size",
                                  .kind = runtime::MetricKind::gauge,
                                  .unit = "{batches}",
                                  .help = "Requests held by the sending queue."},
                                 std::move(labels));
}

}  // namespace

config::Problems SendingQueueConfig::check() const {
  config::Problems problems;
  if (!enabled) return problems;
  if (queue_size <= 0) problems.add("queue_size", "must be positive");
  if (num_consumers <= 0) problems.add("num_consumers", "must be positive");
  return problems;
}

SendingQueue::Flight::Flight(SendingQueue& owner, Batch request)
    : batch(std::move(request)),
      retry(owner.retry_config_, owner.lane_.now()),
      pause(owner.lane_, [this, &owner] { owner.attempt(*this); }) {}

SendingQueue::SendingQueue(const ComponentContext& context, otlp::Signal signal,
                           const SendingQueueConfig& queue, const RetryConfig& retry,
                           Sender& sender)
    : lane_(context.lane),
      name_(context.id.text()),
      signal_(signal),
      config_(queue),
      retry_config_(retry),
      sender_(sender),
      sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
            labels_of(context)),
      send_failed_(context.metrics, "otelcol_exporter_send_failed_",
                   "Items given up after the last attempt.", labels_of(context)),
      enqueue_failed_(context.metrics, "otelcol_exporter_enqueue_failed_",
                      "Items refused because the queue was full.", labels_of(context)),
      queue_size_(size_gauge(context, signal)) {}

SendingQueue::~SendingQueue() = default;

void SendingQueue::note_size() noexcept {
  queue_size_.set(static_cast<int64_t>(waiting_.size() + flights_.size()));
}

void SendingQueue::consume(Batch batch) {
  if (batch.payload.empty()) return batch.done.settle(Outcome::ok());
  const auto held = static_cast<int64_t>(waiting_.size() + flights_.size());
  if (config_.enabled && held >= config_.queue_size) {
    enqueue_failed_.add(signal_, batch.item_count());
    log::error("Exporting failed. Rejecting data.", {{"otelcol.component.id", name_},
                                                     {"error", "sending queue is full"},
                                                     {"rejected_items", batch.item_count()}});
    return batch.done.settle(Outcome::retryable("sending queue is full"));
  }
  if (config_.enabled && !config_.wait_for_result) batch.done.settle(Outcome::ok());
  waiting_.push_back(std::move(batch));
  start_waiting();
  note_size();
}

void SendingQueue::start_waiting() {
  // Without a queue every caller is its own consumer.
  const size_t in_flight_max =
      config_.enabled ? static_cast<size_t>(config_.num_consumers) : SIZE_MAX;
  while (!is_closed_ && !waiting_.empty() && flights_.size() < in_flight_max) {
    Flight& flight = flights_.emplace_back(*this, std::move(waiting_.front()));
    flight.self = std::prev(flights_.end());
    waiting_.pop_front();
    attempt(flight);
  }
}

void SendingQueue::attempt(Flight& flight) {
  sender_.send(flight.batch.payload, [this, &flight, watch = lifeline_.watch()](Outcome outcome) {
    if (watch.is_alive()) on_outcome(flight, std::move(outcome));
  });
}

void SendingQueue::on_outcome(Flight& flight, Outcome outcome) {
  const bool may_retry = retry_config_.enabled && !is_draining_ && !is_closed_;
  if (outcome.cls == OutcomeClass::retryable && may_retry) {
    if (const auto delay = flight.retry.next(lane_.now(), outcome.delay, lane_.random())) {
      log::info(
          "Exporting failed. Will retry the request after interval.",
          {{"otelcol.component.id", name_},
           {"error", outcome.message},
           {"interval_ms", std::chrono::duration_cast<std::chrono::milliseconds>(*delay).count()}});
      flight.pause.schedule(*delay);
      return;
    }
    outcome.message.insert(0, "no more retries left: ");
  }
  const bool was_merged = flight.batch.payload.parts().size() > 1;
  if (outcome.cls == OutcomeClass::permanent && was_merged && !is_closed_)
    return retry_parts_alone(flight);
  finish(flight, std::move(outcome));
}

/// A peer refused a merged request for good. The fault may lie in one part only, so each gets a
/// request of its own: a client that sends nonsense poisons nobody but itself.
void SendingQueue::retry_parts_alone(Flight& flight) {
  Batch batch = std::move(flight.batch);
  const auto& parts = batch.payload.parts();
  auto completions = fork(std::move(batch.done), parts.size());
  for (size_t i = parts.size(); i > 0; --i) {  // to the front, so the first goes last
    waiting_.push_front(
        {.payload = otlp::Payload(signal_, parts[i - 1]), .done = std::move(completions[i - 1])});
  }
  flights_.erase(flight.self);
  start_waiting();
  note_size();
}

void SendingQueue::finish(Flight& flight, Outcome outcome) {
  const size_t items = flight.batch.item_count();
  if (outcome.is_ok()) {
    sent_.add(signal_, items);
  } else {
    count_failed(items, outcome);
  }
  Completion done = std::move(flight.batch.done);
  flights_.erase(flight.self);
  start_waiting();
  note_size();
  done.settle(std::move(outcome));
  if (drained_ && flights_.empty()) std::exchange(drained_, {})();
}

void SendingQueue::count_failed(size_t items, const Outcome& outcome) {
  send_failed_.add(signal_, items);
  log::error(
      "Exporting failed. Dropping data.",
      {{"otelcol.component.id", name_}, {"error", outcome.message}, {"dropped_items", items}});
}

void SendingQueue::close() {
  is_closed_ = true;
  drained_ = {};
  const Outcome stopped = Outcome::retryable("stopped before it could be sent");
  for (Batch& batch : std::exchange(waiting_, {})) {
    count_failed(batch.item_count(), stopped);
    batch.done.settle(stopped);
  }
}

void SendingQueue::drain(base::UniqueFunction<void()> done) {
  is_draining_ = true;
  if (waiting_.empty() && flights_.empty()) return done();
  drained_ = std::move(done);
  for (Flight& flight : flights_) {
    if (flight.pause.is_scheduled()) flight.pause.schedule(Duration::zero());
  }
}

}  // namespace telemill::pipeline
