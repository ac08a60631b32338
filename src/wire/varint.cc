#include "wire/varint.h"

#include "base/limits.h"

namespace telemill::wire {
namespace {

constexpr uint32_t field_number_max = (1U << 29) - 1;

Result<void> skip_group(Cursor& in, uint32_t field, int depth) noexcept {
  if (depth > limits::nesting_depth_max) {
    return fail("groups nest too deeply", in.offset(), ErrorCode::over_limit);
  }
  for (;;) {
    TELEMILL_ASSIGN(const Tag tag, read_tag(in));
    if (tag.type == WireType::group_end) {
      if (tag.field != field) return fail("group ends with another field's tag", in.offset());
      return {};
    }
    if (tag.type == WireType::group_start) {
      TELEMILL_TRY(skip_group(in, tag.field, depth + 1));
    } else {
      TELEMILL_TRY(skip_value(in, tag));
    }
  }
}

Result<void> skip_fixed(Cursor& in, size_t size) noexcept {
  if (in.left() < size) return fail("fixed-width value is cut short", in.offset());
  in.skip(size);
  return {};
}

}  // namespace

Result<uint64_t> read_long_varint(Cursor& in) noexcept {
  uint64_t value = 0;
  for (size_t i = 0; i < varint_bytes_max; ++i) {
    if (i == in.left()) return fail("varint is cut short", in.offset());
    const uint64_t byte = in.peek(i);
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    in.skip(i + 1);
    return value;
  }
  return fail("varint exceeds ten bytes", in.offset());
}

Result<Tag> read_tag(Cursor& in) noexcept {
  const size_t start = in.offset();
  TELEMILL_ASSIGN(const uint64_t number, read_varint(in));
  const uint64_t field = number >> 3;
  if (field == 0) return fail("field number zero", start);
  if (field > field_number_max) return fail("field number exceeds 29 bits", start);
  const auto type = static_cast<uint8_t>(number & 7);
  if (type > static_cast<uint8_t>(WireType::fixed32)) return fail("unknown wire type", start);
  return Tag{static_cast<uint32_t>(field), static_cast<WireType>(type)};
}

Result<void> skip_value(Cursor& in, Tag tag) noexcept {
  switch (tag.type) {
    case WireType::varint:
      TELEMILL_TRY(read_varint(in));
      return {};
    case WireType::fixed64:
      return skip_fixed(in, 8);
    case WireType::length_delimited:
      TELEMILL_TRY(read_bytes(in));
      return {};
    case WireType::group_start:
      return skip_group(in, tag.field, 1);
    case WireType::group_end:
      return fail("group ends that never began", in.offset());
    case WireType::fixed32:
      return skip_fixed(in, 4);
  }
  return fail("unknown wire type", in.offset());
}

}  // namespace telemill::wire
