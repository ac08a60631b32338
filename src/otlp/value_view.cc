#include "otlp/value_view.h"

#include <cstring>

namespace telemill::otlp {

using wire::WireType;

namespace {

/// Whether the member `found` stands in its wire type; its kind then.
ValueKind kind_of(const FieldView& found) noexcept {
  namespace field = wire::field::any_value;
  switch (found.number) {
    case field::string_value:
      return found.type == WireType::length_delimited ? ValueKind::string : ValueKind::none;
    case field::bool_value:
      return found.type == WireType::varint ? ValueKind::boolean : ValueKind::none;
    case field::int_value:
      return found.type == WireType::varint ? ValueKind::integer : ValueKind::none;
    case field::double_value:
      return found.type == WireType::fixed64 ? ValueKind::real : ValueKind::none;
    case field::array_value:
      return found.type == WireType::length_delimited ? ValueKind::array : ValueKind::none;
    case field::kvlist_value:
      return found.type == WireType::length_delimited ? ValueKind::map : ValueKind::none;
    case field::bytes_value:
      return found.type == WireType::length_delimited ? ValueKind::bytes : ValueKind::none;
    case field::string_value_strindex:
      return found.type == WireType::varint ? ValueKind::string_index : ValueKind::none;
    default:
      return ValueKind::none;
  }
}

/// For equal lengths. Most keys differ within eight bytes, which one compare settles.
bool equal_bytes(const char* a, const char* b, size_t size) noexcept {
  if (size == 0) return true;  // of no bytes there may be no address
  if (size < 8) return std::memcmp(a, b, size) == 0;
  uint64_t first_a = 0;
  uint64_t first_b = 0;
  std::memcpy(&first_a, a, 8);
  std::memcpy(&first_b, b, 8);
  return first_a == first_b && std::memcmp(a + 8, b + 8, size - 8) == 0;
}

constexpr char key_tag = static_cast<char>(wire::message_tag(wire::field::key_value::key));
constexpr char value_tag = static_cast<char>(wire::message_tag(wire::field::key_value::value));

/// What every encoder writes: the key, then the value, lengths of one byte, nothing else. Answers
/// the key's length, or -1 for any other form.
int canonical_key_bytes(std::string_view content) noexcept {
  if (content.size() < 4 || content[0] != key_tag) return -1;
  const auto key_bytes = static_cast<size_t>(static_cast<uint8_t>(content[1]));
  if (key_bytes >= 0x80 || key_bytes + 4 > content.size()) return -1;
  if (content[key_bytes + 2] != value_tag) return -1;
  const auto value_bytes = static_cast<size_t>(static_cast<uint8_t>(content[key_bytes + 3]));
  if (value_bytes >= 0x80 || key_bytes + value_bytes + 4 != content.size()) return -1;
  return static_cast<int>(key_bytes);
}

}  // namespace

AnyValueView::AnyValueView(std::string_view content) noexcept {
  FieldCursor fields(content);
  for (FieldView found; fields.next(found);) {
    const ValueKind kind = kind_of(found);
    if (kind == ValueKind::none) continue;
    kind_ = kind;
    bits_ = found.bits;
    bytes_ = found.bytes;
  }
  is_broken_ = fields.is_broken();
}

std::string_view KeyValueView::key() const noexcept {
  const int key_bytes = canonical_key_bytes(content());
  if (key_bytes >= 0) [[likely]]
    return content().substr(2, static_cast<size_t>(key_bytes));
  return bytes(wire::field::key_value::key);
}

AnyValueView KeyValueView::value() const noexcept {
  const int key_bytes = canonical_key_bytes(content());
  if (key_bytes >= 0) [[likely]]
    return AnyValueView(content().substr(static_cast<size_t>(key_bytes) + 4));
  return AnyValueView(bytes(wire::field::key_value::value));
}

bool KeyValueView::has_key(std::string_view key) const noexcept {
  const std::string_view own = this->key();
  return own.size() == key.size() && equal_bytes(own.data(), key.data(), key.size());
}

std::optional<KeyValueView> AttributesView::find(std::string_view key) const noexcept {
  FieldCursor fields(message());
  for (FieldView found; fields.next(found);) {
    if (found.is_message(field()) && KeyValueView(found.bytes).has_key(key)) {
      return KeyValueView(found.bytes);
    }
  }
  return std::nullopt;
}

}  // namespace telemill::otlp
