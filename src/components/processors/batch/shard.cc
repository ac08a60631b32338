#include "components/processors/batch/shard.h"

#include <utility>

#include "base/log.h"
#include "otlp/split.h"

namespace telemill::components::processors::batch {
namespace {

/// The next consumer has fallen behind when this many batches of ours are unsettled.
constexpr size_t offers_max = 8;
constexpr Duration again_interval = std::chrono::milliseconds(100);

}  // namespace

Shard::Shard(const ShardContext& context, pipeline::RequestContextPtr metadata)
    : context_(context),
      metadata_(std::move(metadata)),
      held_(context.signal),
      flush_timer_(context.lane, [this] { flush(Trigger::timeout); }),
      again_timer_(context.lane, [this] { offer_refused(); }) {}

Shard::~Shard() {
  // The drain ran out of time: what was acknowledged and has not been taken is gone.
  for (const auto& [payload, trigger] : refused_) {
    count_lost(payload, "shutdown", "stopped before it was taken");
  }
  if (!held_.empty()) count_lost(held_, "shutdown", "stopped before it was sent");
  for (pipeline::Completion& done : waiting_) {
    done.settle(pipeline::Outcome::retryable("the collector is shutting down"));
  }
}

void Shard::count_lost(const otlp::Payload& payload, std::string_view reason,
                       std::string_view why) {
  context_.lost_items.add(payload.item_count(), reason);
  context_.logger.warn("Sender failed", {{"error", why}, {"lost_items", payload.item_count()}});
}

void Shard::count_sent(const otlp::Payload& payload, Trigger trigger) {
  (trigger == Trigger::size ? context_.size_triggers : context_.timeout_triggers) += 1;
  context_.sent_items.record(static_cast<double>(payload.item_count()));
  context_.sent_bytes.record(static_cast<double>(payload.byte_count()));
}

bool Shard::is_behind() const noexcept { return !refused_.empty() || offered_count_ >= offers_max; }

void Shard::consume(pipeline::Batch batch) {
  if (batch.payload.empty()) return batch.done.settle(pipeline::Outcome::ok());
  if (!held_.can_append()) flush(Trigger::size);  // profiles stay apart
  held_.append(std::move(batch.payload));
  flush_full();
  if (is_behind()) {
    if (batch.done.is_pending()) waiting_.push_back(std::move(batch.done));
  } else {
    batch.done.settle(pipeline::Outcome::ok());
  }
  if (held_.empty()) return;
  if (is_draining_ || context_.config.timeout == Duration::zero()) return flush(Trigger::size);
  // A batch size of zero waits for nothing, so it needs no timer either.
  if (context_.config.send_batch_size == 0) return flush(Trigger::size);
  if (!flush_timer_.is_scheduled()) flush_timer_.schedule(context_.config.timeout);
}

/// Sends full batches until less than one is held.
void Shard::flush_full() {
  if (context_.config.send_batch_size == 0 || held_.item_count() < context_.config.send_batch_size)
    return;
  flush_timer_.cancel();
  if (context_.config.send_batch_max_size == 0) return flush(Trigger::size);
  otlp::Splitter splitter(std::exchange(held_, otlp::Payload(context_.signal)));
  while (splitter.items_left() >= context_.config.send_batch_size) {
    offer(splitter.next(context_.config.send_batch_max_size), Trigger::size);
  }
  if (!splitter.done()) held_ = splitter.next(splitter.items_left() + 1);
}

void Shard::flush(Trigger trigger) {
  flush_timer_.cancel();
  if (held_.empty()) return;
  otlp::Payload payload = std::exchange(held_, otlp::Payload(context_.signal));
  if (context_.config.send_batch_max_size == 0) return offer(std::move(payload), trigger);
  otlp::Splitter splitter(std::move(payload));
  while (!splitter.done()) offer(splitter.next(context_.config.send_batch_max_size), trigger);
}

void Shard::offer(otlp::Payload payload, Trigger trigger) {
  ++offered_count_;
  pipeline::Completion completion([this, watch = lifeline_.watch(), copy = payload,
                                   trigger](const pipeline::Outcome& outcome) mutable {
    if (watch.is_alive()) on_outcome(std::move(copy), trigger, outcome);
  });
  context_.next.consume(
      {.payload = std::move(payload), .done = std::move(completion), .context = metadata_});
}

void Shard::on_outcome(otlp::Payload payload, Trigger trigger, const pipeline::Outcome& outcome) {
  --offered_count_;
  if (outcome.cls == pipeline::OutcomeClass::retryable) {
    refused_.emplace_back(std::move(payload), trigger);
    if (!again_timer_.is_scheduled()) again_timer_.schedule(outcome.delay.value_or(again_interval));
    return;
  }
  if (outcome.is_ok()) {
    count_sent(payload, trigger);
  } else {
    count_lost(payload, "rejected", outcome.message);
  }
  // What was refused while all offers were taken found no room when its time came: now there is.
  if (!refused_.empty() && !again_timer_.is_scheduled()) again_timer_.schedule(Duration::zero());
  admit_waiting();
  finish_drain();
}

/// Offers again what was refused for the moment, oldest first.
void Shard::offer_refused() {
  size_t left = refused_.size();
  while (left-- > 0 && offered_count_ < offers_max) {
    auto [payload, trigger] = std::move(refused_.front());
    refused_.pop_front();
    offer(std::move(payload), trigger);
  }
  admit_waiting();
}

void Shard::admit_waiting() {
  while (!waiting_.empty() && !is_behind()) {
    pipeline::Completion done = std::move(waiting_.front());
    waiting_.pop_front();
    done.settle(pipeline::Outcome::ok());
  }
}

void Shard::drain(base::UniqueFunction<void()> done) {
  is_draining_ = true;
  flush(Trigger::timeout);
  drained_ = std::move(done);
  finish_drain();
}

void Shard::finish_drain() {
  if (!drained_ || offered_count_ > 0 || !refused_.empty()) return;
  for (pipeline::Completion& done : waiting_) done.settle(pipeline::Outcome::ok());
  waiting_.clear();
  std::exchange(drained_, {})();
}

}  // namespace telemill::components::processors::batch
