#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "telemill/result.h"
#include "wire/cursor.h"

/// Base-128 varints and tags of the protobuf encoding.
/// https://protobuf.dev/programming-guides/encoding/
namespace telemill::wire {

inline constexpr size_t varint_bytes_max = 10;

enum class WireType : uint8_t {
  varint = 0,
  fixed64 = 1,
  length_delimited = 2,
  group_start = 3,
  group_end = 4,
  fixed32 = 5,
};

struct Tag {
  uint32_t field = 0;
  WireType type = WireType::varint;

  friend constexpr bool operator==(Tag, Tag) noexcept = default;
};

/// The number that stands for a field and its type on the wire.
constexpr uint32_t encode_tag(Tag tag) noexcept {
  return tag.field << 3 | static_cast<uint32_t>(tag.type);
}
constexpr uint32_t message_tag(uint32_t field) noexcept {
  return encode_tag({field, WireType::length_delimited});
}

/// Bytes that `value` takes as a varint: 1 to 10.
constexpr size_t varint_size(uint64_t value) noexcept {
  return (static_cast<size_t>(std::bit_width(value | 1)) * 9 + 64) / 64;
}

/// Reads one base-128 varint of two bytes or more. The uncommon part of `read_varint`.
Result<uint64_t> read_long_varint(Cursor& in) noexcept;

/// Reads one base-128 varint and moves `in` past it. On error `in` stays where it was. Bits above
/// the 64th fall off, as in protobuf.
inline Result<uint64_t> read_varint(Cursor& in) noexcept {
  if (in.left() > 0 && in.peek(0) < 0x80) [[likely]] {
    const uint64_t value = in.peek(0);
    in.skip(1);
    return value;
  }
  return read_long_varint(in);
}

/// Reads a field's tag. Refuses field number zero, numbers above 2^29 and wire types 6 and 7.
Result<Tag> read_tag(Cursor& in) noexcept;

/// Reads a length prefix and takes that many bytes, which borrow from the input.
inline Result<std::string_view> read_bytes(Cursor& in) noexcept {
  TELEMILL_ASSIGN(const uint64_t size, read_varint(in));
  if (size > in.left()) return fail("length runs past the end of its message", in.offset());
  return in.take(static_cast<size_t>(size));
}

/// Moves past the value of a field whose tag was just read. Groups nest to a bounded depth.
Result<void> skip_value(Cursor& in, Tag tag) noexcept;

/// Writes `value` at `out`, which has room for ten bytes; returns the end.
inline char* write_varint(uint64_t value, char* out) noexcept {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

constexpr uint64_t zigzag(int64_t value) noexcept {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t unzigzag(uint64_t value) noexcept {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace telemill::wire
