#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/payload.h"
#include "pipeline/component.h"
#include "pipeline/item_counters.h"
#include "pipeline/lost_items.h"
#include "pipeline/outcome.h"

namespace telemill::pipeline {

/// What every exporter with a sending queue tells about itself, by the reference's names. One
/// signal, one lane; values are summed over lanes.
class ExporterMetrics {
 public:
  struct Setup {
    otlp::Signal signal;
    bool has_queue = true;
    bool has_batches = false;
    int64_t queue_capacity = 0;
    std::vector<runtime::Label> peer;  // further labels of what was sent
  };
  ExporterMetrics(const ComponentContext& context, const Setup& setup);

  void count_sent(const otlp::Payload& request) noexcept;
  void count_send_failed(const otlp::Payload& request, const Outcome& outcome);
  /// See LostItems.
  void count_lost(size_t items, std::string_view reason) { lost_.add(items, reason); }
  void count_enqueue_failed(const otlp::Payload& request) noexcept;
  void note_enqueued(const otlp::Payload& request) noexcept;
  /// A batch that the exporter has made itself.
  void note_batch(const otlp::Payload& request) noexcept;
  /// In units of the queue's sizer, waiting and in flight.
  void set_queue_size(int64_t size) noexcept {
    if (queue_size_ != nullptr) queue_size_->set(size);
  }
  void set_in_flight(size_t requests) noexcept { in_flight_.set(static_cast<int64_t>(requests)); }

 private:
  /// How large requests are, in items and in bytes; null when nobody looks.
  struct Sizes {
    runtime::Histogram* items = nullptr;
    runtime::Histogram* bytes = nullptr;
    void record(const otlp::Payload& request) const noexcept;
  };
  Sizes sizes(std::string_view prefix, std::string_view help, const runtime::Labels& labels);
  runtime::Counter& failures_like(const Outcome& outcome);

  runtime::MetricRegistry& registry_;
  runtime::MetricScope scope_;  // of what ends with the instance
  const otlp::Signal signal_;
  const std::string exporter_;
  ItemCounters sent_;
  ItemCounters enqueue_failed_;
  std::optional<ItemCounters> send_failed_;  // where its reasons are not told apart
  std::map<std::pair<std::string_view, bool>, runtime::Counter*> failures_;  // by reason
  LostItems lost_;
  runtime::Counter& in_flight_;
  runtime::Counter* queue_size_ = nullptr;  // null: there is no queue
  Sizes enqueued_;
  Sizes batches_;
};

}  // namespace telemill::pipeline
