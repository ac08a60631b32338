#pragma once

#include <optional>

#include "base/buffer.h"
#include "base/small_vector.h"
#include "otlp/frame.h"
#include "otlp/metric_cutter.h"
#include "otlp/part_writer.h"
#include "otlp/payload.h"

namespace telemill::otlp {

/// Cuts a payload into payloads of a bounded number of items. Parts that fit go over by reference;
/// of a part that has to be cut each record is copied once, and the other fields of its request,
/// scope and resource are repeated in every piece. Metrics are cut between data points. Entries
/// without any item may be left out of a part that is cut. Requests of profiles are never cut: a
/// piece of them may exceed the bound.
class Splitter {
 public:
  explicit Splitter(Payload payload) noexcept : payload_(std::move(payload)) {}

  [[nodiscard]] bool done() const noexcept { return part_index_ == payload_.parts().size(); }
  [[nodiscard]] size_t items_left() const noexcept { return payload_.item_count() - items_taken_; }
  /// The next `items_max` items, or what is left. Requires `items_max > 0` and not `done()`.
  [[nodiscard]] Payload next(size_t items_max);

 private:
  Part cut(const Part& part, uint32_t item_count);
  uint32_t plan_scope(const ScopeRow& scope, const Part& part, uint32_t items_wanted);
  uint32_t plan_metric(std::string_view metric, uint32_t points_wanted);
  std::string_view use(const Frame& frame);
  void leave_scope() noexcept;
  void leave_resource() noexcept;
  void leave_part() noexcept;

  Payload payload_;
  size_t items_taken_ = 0;
  // The place up to which the payload has been taken.
  size_t part_index_ = 0;
  uint32_t part_items_taken_ = 0;
  uint32_t resource_index_ = 0;
  uint32_t scope_index_ = 0;
  uint32_t record_index_ = 0;
  uint32_t points_left_ = 0;  // of a metric that is being cut, by the last of `cutters_`
  // Read when first needed: one entry goes into many pieces.
  std::optional<Frame> request_frame_;
  std::optional<Frame> resource_frame_;
  std::optional<Frame> scope_frame_;
  // What the running plan borrows.
  base::SmallVector<base::Slice, 4> used_frames_;
  base::SmallVector<MetricCutter, 2> cutters_;
  PartWriter writer_;
};

}  // namespace telemill::otlp
