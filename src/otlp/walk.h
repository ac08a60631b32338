#pragma once

#include <vector>

#include "base/buffer.h"
#include "otlp/item_table.h"
#include "otlp/signal.h"
#include "telemill/result.h"
#include "wire/fields.h"

namespace telemill::otlp {

/// One request's bytes, checked, with the places of its records. Bytes are contiguous and padded;
/// a part never changes, so any number of readers may share it.
struct Part {
  base::Slice bytes;
  ItemTable table;
  /// Spans, data points, log records or profile samples.
  uint32_t item_count = 0;
};

/// The checked walk: one pass over an Export...ServiceRequest that verifies the structure of its
/// three outer levels (and of a metric's points, a profile's samples), and notes where every record
/// lies. What is inside a record is opaque until somebody reads it; unknown fields are skipped and
/// kept. Walk bytes in the turn in which they arrive, while they are in cache.
///
/// Errors: `corrupt` with the offset for broken lengths, cut values, a known field of the wrong
/// wire type; `over_limit` for groups nested too deeply or more than 4 GiB.
///
/// Keeps scratch memory between calls: one per lane.
class Walker {
 public:
  Result<Part> walk(Signal signal, base::Slice request);

 private:
  struct Pass;
  std::vector<ResourceRow> resources_;
  std::vector<ScopeRow> scopes_;
  std::vector<Range> records_;
};

/// Whether a Metric's field is a member of its data oneof.
[[nodiscard]] constexpr bool is_metric_data(uint32_t field) noexcept {
  namespace metric = wire::field::metric;
  return field == metric::gauge || field == metric::sum || field == metric::histogram ||
         field == metric::exponential_histogram || field == metric::summary;
}

/// Data points of one Metric message.
Result<uint32_t> count_points(std::string_view metric) noexcept;
/// Samples of one Profile message.
Result<uint32_t> count_samples(std::string_view profile) noexcept;

}  // namespace telemill::otlp
