#pragma once

#include <string>
#include <vector>

#include "otlp/payload.h"
#include "pipeline/component.h"
#include "pipeline/item_counters.h"
#include "pipeline/outcome.h"

namespace telemill::pipeline {

/// What every exporter with a sending queue tells about itself, by the reference's names. One
/// signal, one lane; values are summed over lanes.
class ExporterMetrics {
 public:
  struct Setup {
    otlp::Signal signal;
    bool has_queue = true;
    int64_t queue_capacity = 0;
    std::vector<runtime::Label> peer;  // further labels of what was sent
  };
  ExporterMetrics(const ComponentContext& context, const Setup& setup);

  void count_sent(const otlp::Payload& request) noexcept;
  void count_send_failed(const otlp::Payload& request, const Outcome& outcome) noexcept;
  void count_enqueue_failed(const otlp::Payload& request) noexcept;
  /// In units of the queue's sizer, waiting and in flight.
  void set_queue_size(int64_t size) noexcept {
    if (queue_size_ != nullptr) queue_size_->set(size);
  }
  void set_in_flight(size_t requests) noexcept { in_flight_.set(static_cast<int64_t>(requests)); }

 private:
  const otlp::Signal signal_;
  ItemCounters sent_;
  ItemCounters send_failed_;
  ItemCounters enqueue_failed_;
  runtime::Counter& in_flight_;
  runtime::Counter* queue_size_ = nullptr;  // null: there is no queue
};

}  // namespace telemill::pipeline
