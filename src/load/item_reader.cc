#include "load/item_reader.h"

#include "load/field_scan.h"
#include "load/identity.h"
#include "wire/fields.h"

namespace telemill::load {
namespace {

using wire::encode_tag;
using wire::message_tag;
using wire::WireType;

/// The generator's spans begin with trace and span id ...
constexpr size_t span_ids_bytes = 2 + 16 + 2 + 8;
/// ... its log records end with them and the observed time ...
constexpr size_t log_tail_bytes = span_ids_bytes + 1 + 8;
/// ... and its data points begin with the start time.
constexpr size_t point_start_bytes = 1 + 8;

constexpr char tag_byte(uint32_t tag) noexcept { return static_cast<char>(tag); }

/// Both ids when they stand at the front of `bytes` under these tags.
std::optional<uint64_t> ids_at_front(std::string_view bytes, char trace_tag,
                                     char span_tag) noexcept {
  const bool is_there =
      bytes[0] == trace_tag && bytes[1] == 16 && bytes[18] == span_tag && bytes[19] == 8;
  if (!is_there) return std::nullopt;
  return read_id(bytes.substr(2, 16), bytes.substr(20, 8));
}

/// Searches a span or log record for ids and a time.
ItemMark search(std::string_view record, uint32_t trace_field, uint32_t span_field,
                uint32_t time_field) noexcept {
  std::string_view trace_id;
  std::string_view span_id;
  ItemMark mark;
  const auto scanned = scan_fields(record, [&](const FieldView& field) -> Result<void> {
    if (field.is_message(trace_field)) trace_id = field.bytes;
    if (field.is_message(span_field)) span_id = field.bytes;
    if (field.is_fixed64(time_field)) mark.time = field.fixed64();
    return {};
  });
  if (scanned) mark.id = read_id(trace_id, span_id);
  return mark;
}

}  // namespace

ItemMark ItemReader::span(std::string_view record) const noexcept {
  namespace f = wire::field::span;
  if (!wants_time_ && record.size() >= span_ids_bytes) {
    const auto id =
        ids_at_front(record, tag_byte(message_tag(f::trace_id)), tag_byte(message_tag(f::span_id)));
    if (id) return {.id = id, .time = 0};
  }
  return search(record, f::trace_id, f::span_id, f::end_time_unix_nano);
}

ItemMark ItemReader::log_record(std::string_view record) const noexcept {
  namespace f = wire::field::log_record;
  if (!wants_time_ && record.size() >= log_tail_bytes) {
    const auto id =
        ids_at_front(record.substr(record.size() - log_tail_bytes),
                     tag_byte(message_tag(f::trace_id)), tag_byte(message_tag(f::span_id)));
    if (id) return {.id = id, .time = 0};
  }
  return search(record, f::trace_id, f::span_id, f::time_unix_nano);
}

ItemMark ItemReader::point(std::string_view record) const noexcept {
  namespace f = wire::field::number_point;
  constexpr char start_tag = tag_byte(encode_tag({f::start_time_unix_nano, WireType::fixed64}));
  constexpr char time_tag = tag_byte(encode_tag({f::time_unix_nano, WireType::fixed64}));
  ItemMark mark;
  UnixNanos start = 0;
  const bool is_usual = record.size() >= 2 * point_start_bytes && record[0] == start_tag &&
                        record[point_start_bytes] == time_tag;
  if (is_usual) {
    std::memcpy(&start, record.data() + 1, sizeof start);
    std::memcpy(&mark.time, record.data() + point_start_bytes + 1, sizeof mark.time);
  } else {
    const auto scanned = scan_fields(record, [&](const FieldView& field) -> Result<void> {
      if (field.is_fixed64(f::start_time_unix_nano)) start = field.fixed64();
      if (field.is_fixed64(f::time_unix_nano)) mark.time = field.fixed64();
      return {};
    });
    if (!scanned) return mark;
  }
  if (const auto number = number_in_start_time(start)) mark.id = scramble(*number);
  return mark;
}

void ItemReader::visit_points(std::string_view metric, PointVisit visit, void* context) const {
  namespace f = wire::field::metric;
  // The walk has checked the structure down to the points.
  (void)scan_fields(metric, [&](const FieldView& field) -> Result<void> {
    const bool has_points =
        field.is_message(f::gauge) || field.is_message(f::sum) || field.is_message(f::histogram) ||
        field.is_message(f::exponential_histogram) || field.is_message(f::summary);
    if (!has_points) return {};
    return scan_fields(field.bytes, [&](const FieldView& inner) -> Result<void> {
      if (inner.is_message(wire::field::metric_data::data_points)) {
        visit(context, point(inner.bytes));
      }
      return {};
    });
  });
}

}  // namespace telemill::load
