#include "wire/json_number.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace telemill::wire {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

size_t skip_digits(std::string_view text, size_t at) noexcept {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Whether a number that no double can hold is too small rather than too large: its first digit
/// that counts lies behind the point.
bool is_tiny(std::string_view text) noexcept {
  const size_t exponent_at = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent_at);
  long long exponent = 0;
  if (exponent_at != std::string_view::npos) {
    const bool is_negative = text[exponent_at + 1] == '-';
    for (const char c : text.substr(exponent_at + 1)) {
      if (is_digit(c) && exponent < 1'000'000'000'000) exponent = exponent * 10 + (c - '0');
    }
    if (is_negative) exponent = -exponent;
  }
  const size_t point = mantissa.find('.');
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const size_t whole = point == std::string_view::npos ? mantissa.size() : point;
  return static_cast<long long>(whole) - static_cast<long long>(first) + exponent < 0;
}

}  // namespace

std::optional<int64_t> Integer::as_signed(int bits) const noexcept {
  const uint64_t most = uint64_t{1} << (bits - 1);
  if (is_negative) {
    if (magnitude > most) return std::nullopt;
    return static_cast<int64_t>(~magnitude + 1);
  }
  if (magnitude >= most) return std::nullopt;
  return static_cast<int64_t>(magnitude);
}

std::optional<uint64_t> Integer::as_unsigned(int bits) const noexcept {
  if (is_negative && magnitude != 0) return std::nullopt;
  if (bits < 64 && magnitude >> bits != 0) return std::nullopt;
  return magnitude;
}

bool is_json_number(std::string_view text) noexcept {
  size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  const size_t whole = at;
  at = skip_digits(text, at);
  if (at == whole || (text[whole] == '0' && at - whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = ++at;
    at = skip_digits(text, at);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = at;
    at = skip_digits(text, at);
    if (at == exponent) return false;
  }
  return at == text.size();
}

std::optional<Integer> parse_integer(std::string_view text) noexcept {
  Integer value;
  size_t at = 0;
  if (!text.empty() && text[0] == '-') {
    value.is_negative = true;
    ++at;
  }
  const size_t first = at;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<uint64_t>(text[at] - '0');
    if (value.magnitude > (UINT64_MAX - digit) / 10) return std::nullopt;
    value.magnitude = value.magnitude * 10 + digit;
  }
  if (at == first) return std::nullopt;
  if (at == text.size()) return value;
  const std::optional<double> real = parse_real(text, false);
  if (!real || std::trunc(*real) != *real || std::abs(*real) >= 0x1p64) return std::nullopt;
  return Integer{static_cast<uint64_t>(std::abs(*real)), *real < 0};
}

std::optional<double> parse_real(std::string_view text, bool with_names) noexcept {
  if (with_names) {
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  if (!is_json_number(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (!is_tiny(text)) return std::nullopt;
    return text[0] == '-' ? -0.0 : 0.0;
  }
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace telemill::wire
