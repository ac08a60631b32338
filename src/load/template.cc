#include "load/template.h"

#include <algorithm>
#include <limits>

#include "load/field_scan.h"
#include "otlp/walk.h"
#include "wire/fields.h"

namespace telemill::load {
namespace {

constexpr size_t trace_id_bytes = 16;
constexpr size_t span_id_bytes = 8;

/// Collects the holes of records that lie inside one request.
class HoleFinder {
 public:
  explicit HoleFinder(std::string_view request) noexcept : begin_(request.data()) {}

  Result<void> record(otlp::Signal signal, std::string_view bytes) {
    switch (signal) {
      case otlp::Signal::traces:
        return span(bytes);
      case otlp::Signal::logs:
        return log_record(bytes);
      case otlp::Signal::metrics:
        return metric(bytes);
      case otlp::Signal::profiles:
        break;
    }
    return fail("profiles are not generated", 0, ErrorCode::unsupported);
  }

  [[nodiscard]] std::vector<Hole> take() && noexcept { return std::move(holes_); }

 private:
  void add(HoleKind kind, const FieldView& field) {
    holes_.push_back({kind, static_cast<uint32_t>(field.bytes.data() - begin_)});
  }
  void add_bytes(HoleKind kind, const FieldView& field, size_t size) {
    if (field.bytes.size() == size) add(kind, field);
  }

  Result<void> span(std::string_view bytes) {
    namespace f = wire::field::span;
    return scan_fields(bytes, [this](const FieldView& field) -> Result<void> {
      if (field.is_message(f::trace_id)) add_bytes(HoleKind::trace_id, field, trace_id_bytes);
      if (field.is_message(f::span_id)) add_bytes(HoleKind::id, field, span_id_bytes);
      if (field.is_message(f::parent_span_id)) add_bytes(HoleKind::parent_id, field, span_id_bytes);
      if (field.is_fixed64(f::start_time_unix_nano)) add(HoleKind::past_time, field);
      if (field.is_fixed64(f::end_time_unix_nano)) add(HoleKind::time, field);
      if (field.is_message(f::events)) return event(field.bytes);
      return {};
    });
  }
  Result<void> event(std::string_view bytes) {
    return scan_fields(bytes, [this](const FieldView& field) -> Result<void> {
      if (field.is_fixed64(wire::field::span_event::time_unix_nano)) {
        add(HoleKind::past_time, field);
      }
      return {};
    });
  }
  Result<void> log_record(std::string_view bytes) {
    namespace f = wire::field::log_record;
    return scan_fields(bytes, [this](const FieldView& field) -> Result<void> {
      if (field.is_fixed64(f::time_unix_nano)) add(HoleKind::time, field);
      if (field.is_fixed64(f::observed_time_unix_nano)) add(HoleKind::time, field);
      if (field.is_message(f::trace_id)) add_bytes(HoleKind::trace_id, field, trace_id_bytes);
      if (field.is_message(f::span_id)) add_bytes(HoleKind::id, field, span_id_bytes);
      return {};
    });
  }
  Result<void> metric(std::string_view bytes) {
    namespace f = wire::field::metric;
    return scan_fields(bytes, [this](const FieldView& field) -> Result<void> {
      const bool has_points = field.is_message(f::gauge) || field.is_message(f::sum) ||
                              field.is_message(f::histogram) ||
                              field.is_message(f::exponential_histogram) ||
                              field.is_message(f::summary);
      if (!has_points) return {};
      return scan_fields(field.bytes, [this](const FieldView& inner) -> Result<void> {
        if (!inner.is_message(wire::field::metric_data::data_points)) return {};
        return point(inner.bytes);
      });
    });
  }
  /// The five kinds of points number their times alike.
  Result<void> point(std::string_view bytes) {
    namespace f = wire::field::number_point;
    return scan_fields(bytes, [this](const FieldView& field) -> Result<void> {
      if (field.is_fixed64(f::start_time_unix_nano)) add(HoleKind::id, field);
      if (field.is_fixed64(f::time_unix_nano)) add(HoleKind::time, field);
      return {};
    });
  }

  const char* begin_;
  std::vector<Hole> holes_;
};

uint64_t load_u64(std::string_view bytes, uint32_t offset) noexcept {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

Result<Holes> find_holes(otlp::Signal signal, std::string_view request) {
  otlp::Walker walker;
  TELEMILL_ASSIGN(const otlp::Part part,
                  walker.walk(signal, base::Slice(base::SlabRef{}, request)));
  HoleFinder finder{request};
  for (const otlp::Range record : part.table.records()) {
    TELEMILL_TRY(finder.record(signal, request.substr(record.offset, record.size)));
  }
  return Holes{.holes = std::move(finder).take(), .item_count = part.item_count};
}

Result<Template> Template::create(otlp::Signal signal, std::string bytes, const Holes& holes) {
  Template made(signal, std::move(bytes));
  made.item_count_ = holes.item_count;
  for (const Hole& hole : holes.holes) {
    const uint64_t mark = load_u64(made.bytes_, hole.offset);
    if (hole.kind == HoleKind::time || hole.kind == HoleKind::past_time) {
      made.times_.push_back({.nanos_before = mark, .offset = hole.offset});
      continue;
    }
    if (mark >= std::numeric_limits<uint32_t>::max()) {
      return fail("ordinal of a template exceeds 32 bits", hole.offset, ErrorCode::over_limit);
    }
    const Mark place{.offset = hole.offset, .ordinal = static_cast<uint32_t>(mark)};
    if (hole.kind == HoleKind::trace_id) {
      made.traces_.push_back(place);
      made.trace_end_ = std::max(made.trace_end_, mark + 1);
    } else {
      (hole.kind == HoleKind::id ? made.ids_ : made.parents_).push_back(place);
      made.item_end_ = std::max(made.item_end_, mark + 1);
    }
  }
  return made;
}

uint64_t Template::fill(const Numbering& numbering, char* request) const noexcept {
  uint64_t sum = 0;
  const bool is_start_time = signal_ == otlp::Signal::metrics;
  for (const Mark& mark : ids_) {
    const uint64_t number = numbering.series.number(numbering.item_base + mark.ordinal);
    const uint64_t id = scramble(number);
    write_id(is_start_time ? start_time_of(number) : id, request + mark.offset);
    sum += id;
  }
  for (const Mark& mark : parents_) {
    write_id(scramble(numbering.series.number(numbering.item_base + mark.ordinal)),
             request + mark.offset);
  }
  for (const Mark& mark : traces_) {
    write_trace_id(numbering.series.number(numbering.trace_base + mark.ordinal),
                   request + mark.offset);
  }
  for (const TimeMark& mark : times_) {
    write_id(numbering.sent_at - mark.nanos_before, request + mark.offset);
  }
  return sum;
}

}  // namespace telemill::load
