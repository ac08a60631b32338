#include "components/shared/attribute_actions/value_convert.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/buffer.h"
#include "otlp/value_text.h"
#include "wire/fields.h"
#include "wire/json_number.h"
#include "wire/varint.h"

namespace telemill::components::shared {
namespace {

namespace field = wire::field::any_value;
using otlp::AnyValueView;
using otlp::ValueKind;

std::string_view integer_value(int64_t value, base::Arena& arena) {
  char* const start = arena.allocate(1 + wire::varint_bytes_max);
  *start = static_cast<char>(wire::encode_tag({field::int_value, wire::WireType::varint}));
  const char* const end = wire::write_varint(static_cast<uint64_t>(value), start + 1);
  return {start, static_cast<size_t>(end - start)};
}

std::string_view real_value(double value, base::Arena& arena) {
  char* const start = arena.allocate(1 + sizeof(value));
  *start = static_cast<char>(wire::encode_tag({field::double_value, wire::WireType::fixed64}));
  std::memcpy(start + 1, &value, sizeof(value));
  return {start, 1 + sizeof(value)};
}

/// Towards zero; what does not fit becomes the least integer, as Go's conversion does on x86.
int64_t truncated(double value) noexcept {
  constexpr double limit = 9223372036854775808.0;
  return value >= -limit && value < limit ? static_cast<int64_t>(value)
                                          : std::numeric_limits<int64_t>::min();
}

/// A sign of either kind, and what follows it.
struct Signed {
  bool is_negative = false;
  std::string_view rest;
};
Signed take_sign(std::string_view text) noexcept {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  return {is_negative, text};
}

std::optional<int64_t> parse_integer(std::string_view text) noexcept {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || text.empty()) return std::nullopt;
  return value;
}

/// Numbers as in JSON and what Go reads beside them: `+1`, `.5`, `5.`, `0x1p-2`, `inf`, `NaN`.
std::optional<double> parse_real(std::string_view text) noexcept {
  if (const auto plain = wire::parse_real(text, false)) return plain;
  const Signed number = take_sign(text);
  std::string_view digits = number.rest;
  // A second sign, or what C reads and Go does not.
  if (digits.empty() || digits[0] == '-' || digits[0] == '+' || digits.find('(') != digits.npos) {
    return std::nullopt;
  }
  const bool is_hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (is_hex) {
    digits.remove_prefix(2);
    if (digits.find_first_of("pP") == digits.npos) return std::nullopt;
  }
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value,
                                    is_hex ? std::chars_format::hex : std::chars_format::general);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number.is_negative ? -value : value;
}

}  // namespace

std::string_view string_value(std::string_view text, base::Arena& arena) {
  char* const start = arena.allocate(1 + wire::varint_bytes_max + text.size());
  *start = static_cast<char>(wire::message_tag(field::string_value));
  char* end = wire::write_varint(text.size(), start + 1);
  if (!text.empty()) std::memcpy(end, text.data(), text.size());
  end += text.size();
  return {start, static_cast<size_t>(end - start)};
}

std::optional<std::string_view> to_integer(const AnyValueView& value, std::string_view text,
                                           base::Arena& arena) {
  switch (value.kind()) {
    case ValueKind::real:
      return integer_value(truncated(value.real()), arena);
    case ValueKind::boolean:
      return integer_value(value.boolean() ? 1 : 0, arena);
    case ValueKind::string:
    case ValueKind::string_index: {
      const auto number = parse_integer(text);
      if (!number) return std::nullopt;
      return integer_value(*number, arena);
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> to_real(const AnyValueView& value, std::string_view text,
                                        base::Arena& arena) {
  switch (value.kind()) {
    case ValueKind::integer:
      return real_value(static_cast<double>(value.integer()), arena);
    case ValueKind::boolean:
      return real_value(value.boolean() ? 1 : 0, arena);
    case ValueKind::string:
    case ValueKind::string_index: {
      const auto number = parse_real(text);
      if (!number) return std::nullopt;
      return real_value(*number, arena);
    }
    default:
      return std::nullopt;
  }
}

std::string_view to_text(const AnyValueView& value, std::string_view text, base::Arena& arena) {
  if (value.kind() == ValueKind::string_index) return string_value(text, arena);
  base::Buffer out;
  otlp::append_value_text(value, out);
  return string_value(out.view(), arena);
}

}  // namespace telemill::components::shared
