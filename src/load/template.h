#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/identity.h"
#include "otlp/signal.h"
#include "telemill/result.h"

namespace telemill::load {

/// Which part of an item a hole holds.
enum class HoleKind : uint8_t {
  id,         // of spans and log records: 8 bytes; of data points: the start time
  parent_id,  // 8 bytes
  trace_id,   // 16 bytes
  time,       // 8 bytes; the end of a span, a time of a log record, the time of a data point
  past_time,  // 8 bytes; a span's start, its events
};

struct Hole {
  HoleKind kind;
  uint32_t offset;  // in the request
};

/// Every hole of a request, in the order of its bytes, and its items. Ids of unusual length are no
/// holes: such items keep what they have.
struct Holes {
  std::vector<Hole> holes;
  uint32_t item_count = 0;
};
Result<Holes> find_holes(otlp::Signal signal, std::string_view request);

/// What the holes of one sending are filled with.
struct Numbering {
  Series series{};
  uint64_t item_base = 0;   // counter of the item with ordinal zero
  uint64_t trace_base = 0;  // counter of the trace with ordinal zero
  UnixNanos sent_at = 0;    // when this sending was meant to begin
};

/// A pre-encoded request whose ids and times are filled in for each sending: a few stores per item,
/// nothing is encoded again. Immutable; any number of copies of its bytes may be in flight.
class Template {
 public:
  /// `bytes` is a request whose holes hold marks, little-endian: ids the ordinal of their item,
  /// trace ids that of their trace (in the first 8 bytes), times the nanoseconds before sending.
  static Result<Template> create(otlp::Signal signal, std::string bytes, const Holes& holes);

  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  [[nodiscard]] otlp::Signal signal() const noexcept { return signal_; }
  [[nodiscard]] uint32_t item_count() const noexcept { return item_count_; }
  /// Items that carry an id; only captured requests have others.
  [[nodiscard]] size_t id_count() const noexcept { return ids_.size(); }
  /// One more than the largest ordinal.
  [[nodiscard]] uint64_t item_end() const noexcept { return item_end_; }
  [[nodiscard]] uint64_t trace_end() const noexcept { return trace_end_; }

  /// Fills `request`, a copy of `bytes()`. Returns the sum of the ids.
  uint64_t fill(const Numbering& numbering, char* request) const noexcept;

  /// Calls `visit(uint64_t id)` for each item's id under this numbering.
  template <class Visit>
  void for_each_id(const Numbering& numbering, Visit visit) const {
    for (const Mark& mark : ids_) {
      visit(scramble(numbering.series.number(numbering.item_base + mark.ordinal)));
    }
  }

 private:
  struct Mark {
    uint32_t offset;
    uint32_t ordinal;
  };
  struct TimeMark {
    uint64_t nanos_before;
    uint32_t offset;
  };

  Template(otlp::Signal signal, std::string bytes) : signal_(signal), bytes_(std::move(bytes)) {}

  otlp::Signal signal_;
  std::string bytes_;
  std::vector<Mark> ids_;
  std::vector<Mark> parents_;
  std::vector<Mark> traces_;
  std::vector<TimeMark> times_;
  uint32_t item_count_ = 0;
  uint64_t item_end_ = 0;
  uint64_t trace_end_ = 0;
};

}  // namespace telemill::load
