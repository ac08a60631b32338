#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "otlp/signal.h"
#include "otlp/walk.h"

namespace telemill::load {

/// What the sink wants to know of an item.
struct ItemMark {
  std::optional<uint64_t> id;  // nothing when it is no id of the generator's
  uint64_t time = 0;           // Unix nanoseconds when it was meant to be sent; zero: not read
};

/// Reads the marks of a request's items, in order. Fields where the generator puts them are found
/// at once; what has been encoded again is searched.
class ItemReader {
 public:
  /// Without `wants_time` marks have no time, which is cheaper.
  ItemReader(otlp::Signal signal, bool wants_time) noexcept
      : signal_(signal), wants_time_(wants_time) {}

  /// Calls `visit(const ItemMark&)` for each item. Items whose inside is broken count as foreign.
  template <class Visit>
  void read(const otlp::Part& part, Visit visit) const {
    for (const otlp::Range range : part.table.records()) {
      const std::string_view record = part.bytes.view().substr(range.offset, range.size);
      if (signal_ == otlp::Signal::metrics) {
        visit_points(
            record,
            [](void* context, const ItemMark& mark) { (*static_cast<Visit*>(context))(mark); },
            &visit);
      } else {
        visit(signal_ == otlp::Signal::traces ? span(record) : log_record(record));
      }
    }
  }

 private:
  using PointVisit = void (*)(void* context, const ItemMark& mark);

  [[nodiscard]] ItemMark span(std::string_view record) const noexcept;
  [[nodiscard]] ItemMark log_record(std::string_view record) const noexcept;
  [[nodiscard]] ItemMark point(std::string_view record) const noexcept;
  void visit_points(std::string_view metric, PointVisit visit, void* context) const;

  otlp::Signal signal_;
  bool wants_time_;
};

}  // namespace telemill::load
