#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "telemill/result.h"
#include "wire/cursor.h"
#include "wire/varint.h"

namespace telemill::load {

/// One field of a message: content of length-delimited ones, raw bytes of fixed ones, empty for
/// varints and groups. Borrows from the message.
struct FieldView {
  uint32_t number = 0;
  wire::WireType type = wire::WireType::varint;
  std::string_view bytes;

  [[nodiscard]] bool is_message(uint32_t wanted) const noexcept {
    return number == wanted && type == wire::WireType::length_delimited;
  }
  [[nodiscard]] bool is_fixed64(uint32_t wanted) const noexcept {
    return number == wanted && type == wire::WireType::fixed64;
  }
  /// Of a fixed64 field.
  [[nodiscard]] uint64_t fixed64() const noexcept {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

/// Calls `visit(const FieldView&)` for each field of `message`, which may be hostile.
template <class Visit>
Result<void> scan_fields(std::string_view message, Visit&& visit) {
  wire::Cursor in{message};
  while (!in.at_end()) {
    TELEMILL_ASSIGN(const wire::Tag tag, wire::read_tag(in));
    FieldView field{.number = tag.field, .type = tag.type, .bytes = {}};
    if (tag.type == wire::WireType::length_delimited) {
      TELEMILL_ASSIGN(field.bytes, wire::read_bytes(in));
    } else {
      const char* const begin = in.position();
      TELEMILL_TRY(wire::skip_value(in, tag));
      if (tag.type == wire::WireType::fixed64) field.bytes = {begin, sizeof(uint64_t)};
    }
    TELEMILL_TRY(visit(field));
  }
  return {};
}

}  // namespace telemill::load
