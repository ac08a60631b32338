#pragma once

#include "base/buffer.h"
#include "otlp/part_writer.h"
#include "otlp/payload.h"

namespace telemill::otlp {

/// Cuts a payload into payloads of a bounded number of items. Parts that fit go over by reference;
/// of a part that has to be cut each record is copied once, and the other fields of its scope and
/// resource are repeated in every piece. Metrics are cut between data points. Entries without any
/// item may be left out of a part that is cut. Requests of profiles are never cut: a piece of them
/// may exceed the bound.
class Splitter {
 public:
  explicit Splitter(Payload payload) noexcept : payload_(std::move(payload)) {}

  [[nodiscard]] bool done() const noexcept { return part_index_ == payload_.parts().size(); }
  [[nodiscard]] size_t items_left() const noexcept { return payload_.item_count() - items_taken_; }
  /// The next `items_max` items, or what is left. Requires `items_max > 0` and not `done()`.
  [[nodiscard]] Payload next(size_t items_max);

 private:
  Part cut(const Part& part, uint32_t item_count);
  uint32_t plan_scope(const Part& part, uint32_t items_wanted);
  void advance_part() noexcept;

  Payload payload_;
  size_t items_taken_ = 0;
  // The place up to which the payload has been taken.
  size_t part_index_ = 0;
  uint32_t part_items_taken_ = 0;
  uint32_t resource_index_ = 0;
  uint32_t scope_index_ = 0;
  uint32_t record_index_ = 0;
  uint32_t points_taken_ = 0;  // of a metric that was cut
  // What the running plan borrows. Moving a buffer never moves its bytes.
  base::SmallVector<base::Buffer, 4> frames_;
  base::SmallVector<base::Buffer, 2> cut_metrics_;
  PartWriter writer_;
};

/// A Metric with the data points [begin, end) of `metric` only; everything else is kept.
base::Buffer cut_metric(std::string_view metric, uint32_t begin, uint32_t end);

}  // namespace telemill::otlp
