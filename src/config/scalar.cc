#include "config/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "config/problem.h"

namespace telemill::config {
namespace {

constexpr std::string_view true_texts[] = {"true", "True", "TRUE"};
constexpr std::string_view false_texts[] = {"false", "False", "FALSE"};
constexpr std::string_view null_texts[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view nan_texts[] = {".nan", ".NaN", ".NAN"};
constexpr std::string_view infinity_texts[] = {".inf", ".Inf", ".INF"};

bool is_one_of(std::string_view text, std::span<const std::string_view> texts) noexcept {
  return std::ranges::find(texts, text) != texts.end();
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The digits of a whole number: 0x, 0o, 0b, or a leading zero for octal, else decimal.
std::optional<uint64_t> parse_magnitude(std::string_view digits) noexcept {
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char prefix = static_cast<char>(digits[1] | 0x20);
    base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
    digits.remove_prefix(prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1);
  }
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Decimal digits with at most one point and an exponent; no hexadecimal, no words.
bool looks_like_real(std::string_view text) noexcept {
  size_t i = 0;
  const auto skip_digits = [&] {
    const size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - start;
  };
  size_t digits = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

std::optional<ScalarValue> resolve_number(std::string_view text) {
  if (!is_digit(text[0]) && text[0] != '+' && text[0] != '-' && text[0] != '.') return std::nullopt;
  std::string plain(text);
  if (plain[0] != '.') std::erase(plain, '_');  // a quirk of the reference's library
  const bool has_sign = plain[0] == '+' || plain[0] == '-';
  const bool is_negative = plain[0] == '-';
  const std::string_view rest = std::string_view(plain).substr(has_sign ? 1 : 0);
  if (rest.empty()) return std::nullopt;

  if (const auto magnitude = is_digit(rest[0]) ? parse_magnitude(rest) : std::nullopt) {
    constexpr uint64_t signed_max = std::numeric_limits<int64_t>::max();
    if (*magnitude <= signed_max + (is_negative ? 1 : 0)) {
      return static_cast<int64_t>(is_negative ? 0 - *magnitude : *magnitude);
    }
    if (!has_sign) return *magnitude;
  }
  if (looks_like_real(rest)) {
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error == std::errc()) return is_negative ? -value : value;
  }
  return std::nullopt;
}

std::string expected(std::string_view what, const Node& node) {
  return fmt::format("expected {}, got {}", what, describe_value(node));
}

Unexpected<std::string> mismatch(std::string_view what, const Node& node) {
  return {expected(what, node)};
}

/// A real number that is whole and fits int64_t.
std::optional<int64_t> whole(double value) noexcept {
  if (!(value >= -0x1p63 && value < 0x1p63) || std::trunc(value) != value) return std::nullopt;
  return static_cast<int64_t>(value);
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  size_t digit_count = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    const size_t digit = alphabet.find(c);
    if (c == '=') {
      ++padding;
    } else if (digit == alphabet.npos || padding > 0) {
      return std::nullopt;
    } else {
      bits = bits << 6 | static_cast<uint32_t>(digit);
      if (++digit_count % 4 != 1) {
        bytes += static_cast<char>(bits >> (6 - 2 * ((digit_count - 1) % 4)) & 0xff);
      }
    }
  }
  if ((digit_count + padding) % 4 != 0 || padding > 2) return std::nullopt;
  return bytes;
}

}  // namespace

bool is_null_text(std::string_view text) noexcept { return is_one_of(text, null_texts); }

ScalarValue resolve(const Node& scalar) noexcept {
  const std::string_view text = scalar.text;
  if (scalar.style == ScalarStyle::text || text.empty()) return text;
  if (is_one_of(text, true_texts)) return true;
  if (is_one_of(text, false_texts)) return false;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (is_one_of(text, nan_texts)) return std::numeric_limits<double>::quiet_NaN();
  if (is_one_of(text[0] == '+' ? text.substr(1) : text, infinity_texts)) return infinity;
  if (text[0] == '-' && is_one_of(text.substr(1), infinity_texts)) return -infinity;
  if (const auto number = resolve_number(text)) return *number;
  return text;
}

std::string apply_tag(Node& scalar, std::string_view tag) {
  const auto wrong = [&] { return fmt::format("{} is no !!{}", in_quotes(scalar.text), tag); };
  scalar.style = ScalarStyle::plain;
  if (tag == "null") return is_null_text(scalar.text) ? std::string() : wrong();
  const ScalarValue value = resolve(scalar);
  if (tag == "bool") return std::holds_alternative<bool>(value) ? std::string() : wrong();
  const bool is_integer =
      std::holds_alternative<int64_t>(value) || std::holds_alternative<uint64_t>(value);
  if (tag == "int") return is_integer ? std::string() : wrong();
  if (tag == "float") {
    return is_integer || std::holds_alternative<double>(value) ? std::string() : wrong();
  }
  scalar.style = ScalarStyle::text;
  if (tag == "binary") {
    std::optional<std::string> bytes = decode_base64(scalar.text);
    if (!bytes) return wrong();
    scalar.text = std::move(*bytes);
  }
  return {};
}

std::string describe_value(const Node& node, bool show) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing (null)";
    case NodeKind::sequence:
      return "a list";
    case NodeKind::mapping:
      return "a mapping";
    case NodeKind::scalar:
      break;
  }
  const ScalarValue value = resolve(node);
  const std::string_view type = std::holds_alternative<std::string_view>(value) ? "the string"
                                : std::holds_alternative<bool>(value)           ? "the boolean"
                                : std::holds_alternative<double>(value)         ? "the number"
                                                                                : "the integer";
  const bool is_text = std::holds_alternative<std::string_view>(value);
  if (!show || node.is_expanded) {
    constexpr size_t article_bytes = 4;
    const std::string_view noun = type.substr(article_bytes);
    return fmt::format("{} {}", noun == "integer" ? "an" : "a", noun);
  }
  return fmt::format("{} {}", type, is_text ? in_quotes(node.text) : node.text);
}

Read<bool> read_bool(const Node& node) {
  if (!node.is_scalar()) return mismatch("true or false", node);
  const ScalarValue value = resolve(node);
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (node.style == ScalarStyle::plain) {
    constexpr std::string_view yes[] = {"yes", "Yes", "YES", "on", "On", "ON"};
    constexpr std::string_view no[] = {"no", "No", "NO", "off", "Off", "OFF"};
    if (is_one_of(node.text, yes)) return true;
    if (is_one_of(node.text, no)) return false;
  }
  return mismatch("true or false", node);
}

Read<int64_t> read_integer(const Node& node, int64_t min, int64_t max) {
  if (!node.is_scalar()) return mismatch("an integer", node);
  const ScalarValue value = resolve(node);
  std::optional<int64_t> number;
  if (const int64_t* integer = std::get_if<int64_t>(&value)) number = *integer;
  if (const double* real = std::get_if<double>(&value)) {
    number = whole(*real);
    if (!number) return mismatch("an integer", node);
  }
  if (std::holds_alternative<uint64_t>(value) || (number && (*number < min || *number > max))) {
    return mismatch(fmt::format("an integer from {} to {}", min, max), node);
  }
  if (!number) return mismatch("an integer", node);
  return *number;
}

Read<uint64_t> read_unsigned(const Node& node, uint64_t max) {
  if (!node.is_scalar()) return mismatch("an integer", node);
  const ScalarValue value = resolve(node);
  std::optional<uint64_t> number;
  if (const uint64_t* large = std::get_if<uint64_t>(&value)) {
    number = *large;
  } else {
    const auto integer = read_integer(node, std::numeric_limits<int64_t>::min(),
                                      std::numeric_limits<int64_t>::max());
    if (!integer) return {Unexpected<std::string>{integer.error()}};
    if (*integer >= 0) number = static_cast<uint64_t>(*integer);
  }
  if (!number || *number > max) return mismatch(fmt::format("an integer from 0 to {}", max), node);
  return *number;
}

Read<double> read_real(const Node& node) {
  if (node.is_scalar()) {
    const ScalarValue value = resolve(node);
    if (const double* real = std::get_if<double>(&value)) return *real;
    if (const int64_t* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
    if (const uint64_t* large = std::get_if<uint64_t>(&value)) return static_cast<double>(*large);
  }
  return mismatch("a number", node);
}

Read<std::string> read_string(const Node& node) {
  if (node.original_text) return std::string(*node.original_text);
  if (!node.is_scalar() || !std::holds_alternative<std::string_view>(resolve(node))) {
    const bool needs_quotes = node.is_scalar();
    return {Unexpected<std::string>{expected("a string", node) +
                                    (needs_quotes ? "; put it in quotes" : "")}};
  }
  return std::string(node.text);
}

Read<Duration> read_duration(const Node& node) {
  constexpr std::string_view what = "a duration such as 1m30s or 200ms";
  if (!node.is_scalar()) return mismatch(what, node);
  const ScalarValue value = resolve(node);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const Result<Duration> parsed = parse_duration(*text);
    if (!parsed)
      return {Unexpected<std::string>{expected(what, node) + ": " + parsed.error().what}};
    return *parsed;
  }
  if (const int64_t* nanos = std::get_if<int64_t>(&value)) return Duration(*nanos);
  if (const double* real = std::get_if<double>(&value)) {
    if (const auto nanos = whole(*real)) return Duration(*nanos);
  }
  return mismatch(what, node);
}

}  // namespace telemill::config
