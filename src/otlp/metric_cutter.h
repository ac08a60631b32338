#pragma once

#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "otlp/part_writer.h"

namespace telemill::otlp {

/// Deals the data points of one Metric out over several records, in order; everything else of the
/// metric is repeated in each. The work is linear in the metric's size, however often it is cut.
class MetricCutter {
 public:
  /// `metric` holds data points, and the walk has accepted it. Nothing is borrowed.
  explicit MetricCutter(std::string_view metric);

  /// Adds a record with the next `point_count` points to `writer`, which borrows it from here until
  /// it writes. Moving the cutter is allowed meanwhile, taking again is not.
  void take(uint32_t point_count, PartWriter& writer);

 private:
  void read_data(std::string_view data);

  base::Buffer others_;       // the metric's fields except the data
  uint32_t member_ = 0;       // which field of the metric holds the data
  base::Buffer data_others_;  // the data's fields except the points
  base::Buffer points_;       // the data's points, each a whole field
  size_t points_at_ = 0;      // where the next point begins
  base::Buffer header_;       // of the data, for the record under way
};

}  // namespace telemill::otlp
