#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "base/small_vector.h"
#include "base/unique_function.h"
#include "config/fields.h"
#include "otlp/payload.h"
#include "pipeline/component.h"
#include "pipeline/lifeline.h"
#include "pipeline/lost_items.h"
#include "runtime/lane.h"
#include "runtime/metrics.h"

namespace telemill::components::processors::batch {

struct BatchConfig {
  uint32_t send_batch_size = 8192;
  Duration timeout = std::chrono::milliseconds(200);
  uint32_t send_batch_max_size = 0;

  static constexpr auto fields = std::tuple{
      config::field("send_batch_size", &BatchConfig::send_batch_size,
                    "Send when this many items are held; 0 leaves it to send_batch_max_size."),
      config::field("timeout", &BatchConfig::timeout,
                    "Send what is held after this long; 0 sends at once."),
      config::field("send_batch_max_size", &BatchConfig::send_batch_max_size,
                    "Largest batch; larger ones are cut. 0: no limit."),
      config::not_yet("metadata_keys", "batches by client metadata"),
      config::accepted("metadata_cardinality_limit", "has an effect with metadata_keys only"),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Collects batches into larger ones by linking their bytes. Clients are answered once their data
/// is held here; when the next consumer falls behind, new clients wait for room instead, and what
/// it refuses for the moment is offered again until it is taken or refused for good: nothing that
/// was acknowledged is dropped because a queue was full. One instance per lane.
class Batch final : public pipeline::Processor {
 public:
  Batch(const pipeline::ComponentContext& context, const BatchConfig& config, otlp::Signal signal,
        pipeline::Consumer& next);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() override;

  void consume(pipeline::Batch batch) override;
  void drain(base::UniqueFunction<void()> done) override;

 private:
  enum class Trigger : uint8_t { size, timeout };

  void flush(Trigger trigger);
  void flush_full();
  void offer(otlp::Payload payload, Trigger trigger);
  void on_outcome(otlp::Payload payload, Trigger trigger, const pipeline::Outcome& outcome);
  void count_sent(const otlp::Payload& payload, Trigger trigger);
  void offer_refused();
  void admit_waiting();
  void finish_drain();
  void count_lost(const otlp::Payload& payload, std::string_view reason, std::string_view why);
  [[nodiscard]] bool is_behind() const noexcept;

  const std::string name_;
  const BatchConfig& config_;
  const otlp::Signal signal_;
  pipeline::Consumer& next_;

  otlp::Payload held_;
  runtime::Timer flush_timer_;
  size_t offered_count_ = 0;                               // downstream, outcome unknown
  std::deque<std::pair<otlp::Payload, Trigger>> refused_;  // for the moment, oldest first
  runtime::Timer again_timer_;
  std::deque<pipeline::Completion> waiting_;  // clients to answer when there is room
  bool is_draining_ = false;
  base::UniqueFunction<void()> drained_;
  const pipeline::Lifeline lifeline_;  // of completions that the next consumer holds

  runtime::Counter& size_triggers_;
  runtime::Counter& timeout_triggers_;
  runtime::Histogram& sent_items_;
  runtime::Histogram& sent_bytes_;
  pipeline::LostItems lost_items_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::processors::batch
