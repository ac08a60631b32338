#include "otlp/lazy_index.h"

#include "wire/fields.h"
#include "wire/varint.h"

namespace telemill::otlp {

using wire::Cursor;
using wire::WireType;

namespace {

/// A field as it was met: its tag as a number, where the tag starts, where the value (without its
/// length) starts and where it ends.
struct Place {
  uint32_t tag;
  uint32_t start;
  uint32_t value;
  uint32_t end;

  [[nodiscard]] Range range() const noexcept { return {value, end - value}; }
};

constexpr uint32_t varint_tag(uint32_t field) noexcept {
  return wire::encode_tag({field, WireType::varint});
}
constexpr uint32_t fixed64_tag(uint32_t field) noexcept {
  return wire::encode_tag({field, WireType::fixed64});
}
constexpr uint32_t fixed32_tag(uint32_t field) noexcept {
  return wire::encode_tag({field, WireType::fixed32});
}
using wire::message_tag;

void note(ListRange& list, const Place& place) noexcept {
  if (list.count == 0) list.begin = place.start;
  list.end = place.end;
  ++list.count;
}

void note(SpanIndex& index, const Place& place) noexcept {
  namespace field = wire::field::span;
  switch (place.tag) {
    case message_tag(field::trace_id):
      index.trace_id = place.range();
      return;
    case message_tag(field::span_id):
      index.span_id = place.range();
      return;
    case message_tag(field::trace_state):
      index.trace_state = place.range();
      return;
    case message_tag(field::parent_span_id):
      index.parent_span_id = place.range();
      return;
    case message_tag(field::name):
      index.name = place.range();
      return;
    case varint_tag(field::kind):
      index.kind = place.value;
      return;
    case fixed64_tag(field::start_time_unix_nano):
      index.start_time = place.value;
      return;
    case fixed64_tag(field::end_time_unix_nano):
      index.end_time = place.value;
      return;
    case message_tag(field::attributes):
      return note(index.attributes, place);
    case varint_tag(field::dropped_attributes_count):
      index.dropped_attributes_count = place.value;
      return;
    case message_tag(field::events):
      return note(index.events, place);
    case varint_tag(field::dropped_events_count):
      index.dropped_events_count = place.value;
      return;
    case message_tag(field::links):
      return note(index.links, place);
    case varint_tag(field::dropped_links_count):
      index.dropped_links_count = place.value;
      return;
    case message_tag(field::status):
      index.status = place.range();
      return;
    case fixed32_tag(field::flags):
      index.flags = place.value;
      return;
    default:
      return;
  }
}

void note(LogIndex& index, const Place& place) noexcept {
  namespace field = wire::field::log_record;
  switch (place.tag) {
    case fixed64_tag(field::time_unix_nano):
      index.time = place.value;
      return;
    case varint_tag(field::severity_number):
      index.severity_number = place.value;
      return;
    case message_tag(field::severity_text):
      index.severity_text = place.range();
      return;
    case message_tag(field::body):
      index.body = place.range();
      return;
    case message_tag(field::attributes):
      return note(index.attributes, place);
    case varint_tag(field::dropped_attributes_count):
      index.dropped_attributes_count = place.value;
      return;
    case fixed32_tag(field::flags):
      index.flags = place.value;
      return;
    case message_tag(field::trace_id):
      index.trace_id = place.range();
      return;
    case message_tag(field::span_id):
      index.span_id = place.range();
      return;
    case fixed64_tag(field::observed_time_unix_nano):
      index.observed_time = place.value;
      return;
    case message_tag(field::event_name):
      index.event_name = place.range();
      return;
    default:
      return;
  }
}

/// Notes the field at `in` and moves past it. False, where it is broken.
template <class Index>
bool step(Cursor& in, Index& index) noexcept {
  Place place{};
  place.start = static_cast<uint32_t>(in.offset());
  const Result<wire::Tag> tag = wire::read_tag(in);
  if (!tag) return false;
  place.tag = wire::encode_tag(*tag);
  place.value = static_cast<uint32_t>(in.offset());
  if (tag->type == WireType::length_delimited) {
    const Result<std::string_view> content = wire::read_bytes(in);
    if (!content) return false;
    place.value = static_cast<uint32_t>(in.offset() - content->size());
  } else if (!wire::skip_value(in, *tag)) {
    return false;
  }
  place.end = static_cast<uint32_t>(in.offset());
  note(index, place);
  return true;
}

template <class Index>
bool index_plain(std::string_view record, Index& index) noexcept {
  index = {};
  for (Cursor in{record}; !in.at_end();) {
    if (!step(in, index)) return false;
  }
  return true;
}

/// Whether the next bytes are `tag` and `length`, and that many follow.
template <uint32_t Tag, size_t Length>
bool is_at(const Cursor& in) noexcept {
  static_assert(Tag < 0x80 && Length < 0x80);
  return in.left() >= Length + 2 && in.peek(0) == Tag && in.peek(1) == Length;
}

/// A field of known length: its content.
template <uint32_t Tag, size_t Length>
void take_if_at(Cursor& in, Range& range) noexcept {
  if (!is_at<Tag, Length>(in)) return;
  range = {static_cast<uint32_t>(in.offset() + 2), Length};
  in.skip(Length + 2);
}

/// A field with a one-byte length: its content.
template <uint32_t Tag>
void take_short_if_at(Cursor& in, Range& range) noexcept {
  static_assert(Tag < 0x80);
  if (in.left() < 2 || in.peek(0) != Tag) return;
  const size_t size = in.peek(1);
  if (size >= 0x80 || size > in.left() - 2) return;
  range = {static_cast<uint32_t>(in.offset() + 2), static_cast<uint32_t>(size)};
  in.skip(size + 2);
}

/// Stays at it while the next field is another of the same list, with a length of one or two bytes.
template <uint32_t Tag>
void take_run(Cursor& in, ListRange& list) noexcept {
  static_assert(Tag < 0x80);
  const auto begin = static_cast<uint32_t>(in.offset());
  uint32_t count = 0;
  while (in.left() >= 3 && in.peek(0) == Tag) {
    const size_t first = in.peek(1);
    const size_t second = in.peek(2);
    const size_t header = first < 0x80 ? 2 : 3;
    const size_t size = first < 0x80 ? first : (first & 0x7f) | second << 7;
    if ((first >= 0x80 && second >= 0x80) || size > in.left() - header) break;
    in.skip(header + size);
    ++count;
  }
  if (count == 0) return;
  if (list.count == 0) list.begin = begin;
  list.end = static_cast<uint32_t>(in.offset());
  list.count += count;
}

/// How encoders begin a span: ids, name, kind and times, each in its usual size. What comes
/// otherwise is left to the general code.
void take_span_prologue(Cursor& in, SpanIndex& index) noexcept {
  namespace field = wire::field::span;
  take_if_at<message_tag(field::trace_id), 16>(in, index.trace_id);
  take_if_at<message_tag(field::span_id), 8>(in, index.span_id);
  take_short_if_at<message_tag(field::trace_state)>(in, index.trace_state);
  take_if_at<message_tag(field::parent_span_id), 8>(in, index.parent_span_id);
  take_short_if_at<message_tag(field::name)>(in, index.name);
  constexpr size_t block_bytes = 2 + 9 + 9;
  const bool is_block = in.left() >= block_bytes && in.peek(0) == varint_tag(field::kind) &&
                        in.peek(1) < 0x80 &&
                        in.peek(2) == fixed64_tag(field::start_time_unix_nano) &&
                        in.peek(11) == fixed64_tag(field::end_time_unix_nano);
  if (!is_block) return;
  const auto offset = static_cast<uint32_t>(in.offset());
  index.kind = offset + 1;
  index.start_time = offset + 3;
  index.end_time = offset + 12;
  in.skip(block_bytes);
}

/// A span's flags, which end most spans; the tag takes two bytes.
void take_flags_if_at(Cursor& in, uint32_t& flags) noexcept {
  constexpr uint32_t tag = fixed32_tag(wire::field::span::flags);
  static_assert(tag >= 0x80 && tag < 0x4000);
  constexpr size_t header_bytes = 2;
  const bool is_here = in.left() >= header_bytes + sizeof(uint32_t) &&
                       in.peek(0) == ((tag & 0x7f) | 0x80) && in.peek(1) == tag >> 7;
  if (!is_here) return;
  flags = static_cast<uint32_t>(in.offset() + header_bytes);
  in.skip(header_bytes + sizeof(uint32_t));
}

}  // namespace

bool index_span_plain(std::string_view span, SpanIndex& index) noexcept {
  return index_plain(span, index);
}

bool index_log_plain(std::string_view log, LogIndex& index) noexcept {
  return index_plain(log, index);
}

bool index_span(std::string_view span, SpanIndex& index) noexcept {
  namespace field = wire::field::span;
  index = {};
  Cursor in{span};
  take_span_prologue(in, index);
  take_run<message_tag(field::attributes)>(in, index.attributes);
  take_run<message_tag(field::events)>(in, index.events);
  take_short_if_at<message_tag(field::status)>(in, index.status);
  take_flags_if_at(in, index.flags);
  while (!in.at_end()) {
    if (!step(in, index)) return false;
    take_run<message_tag(field::attributes)>(in, index.attributes);
  }
  return true;
}

bool index_log(std::string_view log, LogIndex& index) noexcept {
  namespace field = wire::field::log_record;
  index = {};
  Cursor in{log};
  constexpr size_t time_bytes = 9;
  if (in.left() >= time_bytes && in.peek(0) == fixed64_tag(field::time_unix_nano)) {
    index.time = 1;
    in.skip(time_bytes);
  }
  if (in.left() >= 2 && in.peek(0) == varint_tag(field::severity_number) && in.peek(1) < 0x80) {
    index.severity_number = static_cast<uint32_t>(in.offset() + 1);
    in.skip(2);
  }
  take_short_if_at<message_tag(field::severity_text)>(in, index.severity_text);
  take_short_if_at<message_tag(field::body)>(in, index.body);
  take_run<message_tag(field::attributes)>(in, index.attributes);
  take_if_at<message_tag(field::trace_id), 16>(in, index.trace_id);
  take_if_at<message_tag(field::span_id), 8>(in, index.span_id);
  while (!in.at_end()) {
    if (!step(in, index)) return false;
    take_run<message_tag(field::attributes)>(in, index.attributes);
    take_if_at<message_tag(field::trace_id), 16>(in, index.trace_id);
    take_if_at<message_tag(field::span_id), 8>(in, index.span_id);
  }
  return true;
}

uint64_t IndexedRecordView::varint(uint32_t offset) const noexcept {
  if (offset == 0) return 0;
  Cursor in{content_.substr(offset)};
  const Result<uint64_t> value = wire::read_varint(in);
  return value ? *value : 0;
}

}  // namespace telemill::otlp
