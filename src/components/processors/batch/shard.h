#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/unique_function.h"
#include "components/processors/batch/batch_config.h"
#include "otlp/payload.h"
#include "pipeline/component.h"
#include "pipeline/lifeline.h"
#include "pipeline/lost_items.h"
#include "runtime/lane.h"
#include "runtime/metrics.h"

namespace telemill::components::processors::batch {

/// What the shards of a processor share and outlive none of.
struct ShardContext {
  runtime::Lane& lane;
  const log::Logger logger;
  const BatchConfig& config;
  const otlp::Signal signal;
  pipeline::Consumer& next;
  runtime::Counter& size_triggers;
  runtime::Counter& timeout_triggers;
  runtime::Histogram& sent_items;
  runtime::Histogram& sent_bytes;
  pipeline::LostItems& lost_items;
};

/// Collects batches into larger ones by linking their bytes. Clients are answered once their data
/// is held here; when the next consumer falls behind, new clients wait for room instead, and what
/// it refuses for the moment is offered again until it is taken or refused for good: nothing that
/// was acknowledged is dropped because a queue was full.
class Shard {
 public:
  /// `metadata` goes with everything it sends; null: none.
  Shard(const ShardContext& context, pipeline::RequestContextPtr metadata);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard();

  void consume(pipeline::Batch batch);
  void drain(base::UniqueFunction<void()> done);

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

  const ShardContext& context_;
  const pipeline::RequestContextPtr metadata_;

  otlp::Payload held_;
  runtime::Timer flush_timer_;
  size_t offered_count_ = 0;                               // downstream, outcome unknown
  std::deque<std::pair<otlp::Payload, Trigger>> refused_;  // for the moment, oldest first
  runtime::Timer again_timer_;
  std::deque<pipeline::Completion> waiting_;  // clients to answer when there is room
  bool is_draining_ = false;
  base::UniqueFunction<void()> drained_;
  const pipeline::Lifeline lifeline_;  // of completions that the next consumer holds
};

}  // namespace telemill::components::processors::batch
