#include "otlp/field_view.h"

namespace telemill::otlp {

using wire::WireType;

bool FieldCursor::next(FieldView& field) noexcept {
  if (is_broken_ || in_.at_end()) return false;
  // The common case by far: a one-byte tag and a one-byte length.
  if (in_.left() >= 2) [[likely]] {
    const uint32_t tag = in_.peek(0);
    const size_t size = in_.peek(1);
    const bool is_short = (tag & 0x87) == static_cast<uint32_t>(WireType::length_delimited) &&
                          tag >= wire::message_tag(1) && size < 0x80 && size <= in_.left() - 2;
    if (is_short) [[likely]] {
      in_.skip(2);
      field.number = tag >> 3;
      field.type = WireType::length_delimited;
      field.bytes = in_.take(size);
      return true;
    }
  }
  is_broken_ = !read(field);
  return !is_broken_;
}

bool FieldCursor::read(FieldView& field) noexcept {
  const Result<wire::Tag> tag = wire::read_tag(in_);
  if (!tag) return false;
  field.number = tag->field;
  field.type = tag->type;
  switch (tag->type) {
    case WireType::varint: {
      const Result<uint64_t> value = wire::read_varint(in_);
      if (value) field.bits = *value;
      return value.has_value();
    }
    case WireType::length_delimited: {
      const Result<std::string_view> value = wire::read_bytes(in_);
      if (value) field.bytes = *value;
      return value.has_value();
    }
    case WireType::fixed64:
      if (in_.left() < 8) return false;
      field.bits = in_.take_fixed<uint64_t>();
      return true;
    case WireType::fixed32:
      if (in_.left() < 4) return false;
      field.bits = in_.take_fixed<uint32_t>();
      return true;
    default:
      return wire::skip_value(in_, *tag).has_value();
  }
}

bool MessageView::is_broken() const noexcept {
  FieldCursor fields(content_);
  for (FieldView field; fields.next(field);) continue;
  return fields.is_broken();
}

FieldView MessageView::last(uint32_t field, WireType type) const noexcept {
  FieldView last;
  FieldCursor fields(content_);
  for (FieldView found; fields.next(found);) {
    if (found.is(field, type)) last = found;
  }
  return last;
}

uint64_t MessageView::varint(uint32_t field) const noexcept {
  return last(field, WireType::varint).bits;
}

uint64_t MessageView::fixed64(uint32_t field) const noexcept {
  return last(field, WireType::fixed64).bits;
}

uint32_t MessageView::fixed32(uint32_t field) const noexcept {
  return static_cast<uint32_t>(last(field, WireType::fixed32).bits);
}

std::optional<double> MessageView::optional_real(uint32_t field) const noexcept {
  const FieldView found = last(field, WireType::fixed64);
  if (found.number == 0) return std::nullopt;
  return std::bit_cast<double>(found.bits);
}

std::string_view MessageView::bytes(uint32_t field) const noexcept {
  return last(field, WireType::length_delimited).bytes;
}

}  // namespace telemill::otlp
