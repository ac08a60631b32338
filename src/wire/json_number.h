#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Numbers as JSON writes them, bare or quoted. Nothing here allocates or reads past its text.
namespace telemill::wire {

/// An integer of any sign whose magnitude fits 64 bits.
struct Integer {
  uint64_t magnitude = 0;
  bool is_negative = false;

  /// The value when it fits, by two's complement; nothing otherwise.
  [[nodiscard]] std::optional<int64_t> as_signed(int bits) const noexcept;
  [[nodiscard]] std::optional<uint64_t> as_unsigned(int bits) const noexcept;
};

/// Whether `text` is a number by RFC 8259: no leading zero or plus, digits around the point.
[[nodiscard]] bool is_json_number(std::string_view text) noexcept;

/// Reads a whole number: digits, or a form with point or exponent whose value is integral, as
/// protobuf's JSON mapping accepts (`1e3`, `2.0`). Nothing on fractions, overflow or other text.
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text) noexcept;

/// Reads a double; `NaN`, `Infinity` and `-Infinity` too when `with_names`. What rounds to infinity
/// is refused, what underflows becomes zero.
[[nodiscard]] std::optional<double> parse_real(std::string_view text, bool with_names) noexcept;

}  // namespace telemill::wire
