#include "components/processors/batch/batch.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/log.h"
#include "otlp/split.h"

namespace telemill::components::processors::batch {
namespace {

/// The next consumer has fallen behind when this many batches of ours are unsettled.
constexpr size_t offers_max = 8;
constexpr Duration again_interval = std::chrono::milliseconds(100);

constexpr std::array item_bounds = {10.,    25.,    50.,    75.,    100.,   250.,   500.,   750.,
                                    1'000., 2'000., 3'000., 4'000., 5'000., 6'000., 7'000., 8'000.,
                                    9'000., 1e4,    2e4,    3e4,    5e4,    1e5};

/// Powers of two from 128 bytes to 16 MiB.
constexpr auto byte_bounds = [] {
  std::array<double, 18> bounds{};
  for (size_t i = 0; i < bounds.size(); ++i) bounds[i] = static_cast<double>(size_t{128} << i);
  return bounds;
}();

runtime::Counter& counter(const pipeline::ComponentContext& context, std::string name,
                          std::string help) {
  return context.metrics.counter({.name = std::move(name),
                                  .kind = runtime::MetricKind::counter,
                                  .unit = "{times}",
                                  .help = std::move(help)},
                                 {{"processor", context.id.text()}});
}

runtime::Histogram& histogram(const pipeline::ComponentContext& context, std::string name,
                              std::string unit, std::string help, runtime::MetricLevel level,
                              std::span<const double> bounds) {
  return context.metrics.histogram({.name = std::move(name),
                                    .kind = runtime::MetricKind::histogram,
                                    .unit = std::move(unit),
                                    .help = std::move(help),
                                    .level = level},
                                   {{"processor", context.id.text()}}, bounds);
}

/// Batches are not told apart by client metadata yet: one instance, one shard.
void count_shard(const pipeline::ComponentContext& context) {
  if (!context.is_first_lane) return;
  context.metrics
      .counter({.name = "otelcol_processor_batch_metadata_cardinality",
                .kind = runtime::MetricKind::up_down_counter,
                .unit = "{combinations}",
                .help = "Distinct sets of client metadata being batched."},
               {{"processor", context.id.text()}})
      .set(1);
}

class BatchFactory final : public pipeline::FactoryFor<BatchConfig> {
 public:
  BatchFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::processor,
                    .type = "batch",
                    .summary = "Merges requests into larger ones, by size and time."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Processor> create_processor(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal, pipeline::Consumer& next) const override {
    return std::make_unique<Batch>(context, as_config(settings), signal, next);
  }
};

}  // namespace

config::Problems BatchConfig::check() const {
  config::Problems problems;
  if (timeout < Duration::zero()) problems.add("timeout", "must be greater or equal to 0");
  if (send_batch_max_size > 0 && send_batch_max_size < send_batch_size) {
    problems.add("send_batch_max_size", "must be greater or equal to send_batch_size");
  }
  return problems;
}

Batch::Batch(const pipeline::ComponentContext& context, const BatchConfig& config,
             otlp::Signal signal, pipeline::Consumer& next)
    : name_(context.id.text()),
      config_(config),
      signal_(signal),
      next_(next),
      held_(signal),
      flush_timer_(context.lane, [this] { flush(Trigger::timeout); }),
      again_timer_(context.lane, [this] { offer_refused(); }),
      size_triggers_(counter(context, "otelcol_processor_batch_batch_size_trigger_send",
                             "Batches sent because they were full.")),
      timeout_triggers_(counter(context, "otelcol_processor_batch_timeout_trigger_send",
                                "Batches sent because time was up.")),
      sent_items_(histogram(context, "otelcol_processor_batch_batch_send_size", "{units}",
                            "Items of a batch.", runtime::MetricLevel::normal, item_bounds)),
      sent_bytes_(histogram(context, "otelcol_processor_batch_batch_send_size_bytes", "By",
                            "Bytes of a batch.", runtime::MetricLevel::detailed, byte_bounds)),
      lost_items_(context, signal) {
  count_shard(context);
}

Batch::~Batch() {
  // The drain ran out of time: what was acknowledged and has not been taken is gone.
  for (const auto& [payload, trigger] : refused_) {
    count_lost(payload, "shutdown", "stopped before it was taken");
  }
  if (!held_.empty()) count_lost(held_, "shutdown", "stopped before it was sent");
  for (pipeline::Completion& done : waiting_) {
    done.settle(pipeline::Outcome::retryable("the collector is shutting down"));
  }
}

void Batch::count_lost(const otlp::Payload& payload, std::string_view reason,
                       std::string_view why) {
  lost_items_.add(payload.item_count(), reason);
  log::warn(
      "Sender failed",
      {{"otelcol.component.id", name_}, {"error", why}, {"lost_items", payload.item_count()}});
}

void Batch::count_sent(const otlp::Payload& payload, Trigger trigger) {
  (trigger == Trigger::size ? size_triggers_ : timeout_triggers_) += 1;
  sent_items_.record(static_cast<double>(payload.item_count()));
  sent_bytes_.record(static_cast<double>(payload.byte_count()));
}

bool Batch::is_behind() const noexcept { return !refused_.empty() || offered_count_ >= offers_max; }

void Batch::consume(pipeline::Batch batch) {
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
  if (is_draining_ || config_.timeout == Duration::zero()) return flush(Trigger::size);
  // A batch size of zero waits for nothing, so it needs no timer either.
  if (config_.send_batch_size == 0) return flush(Trigger::size);
  if (!flush_timer_.is_scheduled()) flush_timer_.schedule(config_.timeout);
}

/// Sends full batches until less than one is held.
void Batch::flush_full() {
  if (config_.send_batch_size == 0 || held_.item_count() < config_.send_batch_size) return;
  flush_timer_.cancel();
  if (config_.send_batch_max_size == 0) return flush(Trigger::size);
  otlp::Splitter splitter(std::exchange(held_, otlp::Payload(signal_)));
  while (splitter.items_left() >= config_.send_batch_size) {
    offer(splitter.next(config_.send_batch_max_size), Trigger::size);
  }
  if (!splitter.done()) held_ = splitter.next(splitter.items_left() + 1);
}

void Batch::flush(Trigger trigger) {
  flush_timer_.cancel();
  if (held_.empty()) return;
  otlp::Payload payload = std::exchange(held_, otlp::Payload(signal_));
  if (config_.send_batch_max_size == 0) return offer(std::move(payload), trigger);
  otlp::Splitter splitter(std::move(payload));
  while (!splitter.done()) offer(splitter.next(config_.send_batch_max_size), trigger);
}

void Batch::offer(otlp::Payload payload, Trigger trigger) {
  ++offered_count_;
  pipeline::Completion completion([this, watch = lifeline_.watch(), copy = payload,
                                   trigger](const pipeline::Outcome& outcome) mutable {
    if (watch.is_alive()) on_outcome(std::move(copy), trigger, outcome);
  });
  next_.consume({.payload = std::move(payload), .done = std::move(completion)});
}

void Batch::on_outcome(otlp::Payload payload, Trigger trigger, const pipeline::Outcome& outcome) {
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
void Batch::offer_refused() {
  size_t left = refused_.size();
  while (left-- > 0 && offered_count_ < offers_max) {
    auto [payload, trigger] = std::move(refused_.front());
    refused_.pop_front();
    offer(std::move(payload), trigger);
  }
  admit_waiting();
}

void Batch::admit_waiting() {
  while (!waiting_.empty() && !is_behind()) {
    pipeline::Completion done = std::move(waiting_.front());
    waiting_.pop_front();
    done.settle(pipeline::Outcome::ok());
  }
}

void Batch::drain(base::UniqueFunction<void()> done) {
  is_draining_ = true;
  flush(Trigger::timeout);
  drained_ = std::move(done);
  finish_drain();
}

void Batch::finish_drain() {
  if (!drained_ || offered_count_ > 0 || !refused_.empty()) return;
  for (pipeline::Completion& done : waiting_) done.settle(pipeline::Outcome::ok());
  waiting_.clear();
  std::exchange(drained_, {})();
}

const pipeline::Factory& factory() {
  static const BatchFactory instance;
  return instance;
}

}  // namespace telemill::components::processors::batch
