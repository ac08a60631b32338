#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "config/scalar.h"

namespace telemill::config {
namespace {

struct Unit {
  std::string_view name;
  uint64_t nanos;
};
constexpr std::array units = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\xc2\xb5s", 1'000},  // U+00B5, the micro sign
    Unit{"\xce\xbcs", 1'000},  // U+03BC, the Greek letter
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};

constexpr uint64_t nanos_max = std::numeric_limits<int64_t>::max();

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// One number and its unit, in nanoseconds; moves `text` past both.
Result<uint64_t> take_part(std::string_view& text) noexcept {
  uint64_t whole = 0;
  uint64_t fraction = 0;
  uint64_t scale = 1;
  size_t i = 0;
  size_t digits = 0;
  for (; i < text.size() && is_digit(text[i]); ++i, ++digits) {
    const auto digit = static_cast<uint64_t>(text[i] - '0');
    if (whole > (nanos_max - digit) / 10) return fail("it is too long");
    whole = whole * 10 + digit;
  }
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i, ++digits) {
      if (scale >= 1'000'000'000'000'000) continue;  // finer than a nanosecond of an hour
      fraction = fraction * 10 + static_cast<uint64_t>(text[i] - '0');
      scale *= 10;
    }
  }
  if (digits == 0) return fail("it has no number");
  size_t unit_end = i;
  while (unit_end < text.size() && text[unit_end] != '.' && !is_digit(text[unit_end])) ++unit_end;
  const std::string_view name = text.substr(i, unit_end - i);
  if (name.empty()) return fail("its unit is missing (ns, us, ms, s, m or h)");
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (whole > nanos_max / unit.nanos) return fail("it is too long");
    const auto below_one =
        static_cast<uint64_t>(static_cast<double>(fraction) *
                              (static_cast<double>(unit.nanos) / static_cast<double>(scale)));
    text.remove_prefix(unit_end);
    return whole * unit.nanos + below_one;
  }
  return fail("its unit is unknown (use ns, us, ms, s, m or h)");
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) noexcept {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Duration(0);
  if (text.empty()) return fail("it is empty");
  uint64_t total = 0;
  while (!text.empty()) {
    TELEMILL_ASSIGN(const uint64_t part, take_part(text));
    if (part > nanos_max - total) return fail("it is too long");
    total += part;
  }
  const auto nanos = static_cast<int64_t>(total);
  return Duration(is_negative ? -nanos : nanos);
}

std::string format_duration(Duration value) {
  const int64_t count = value.count();
  if (count == 0) return "0s";
  uint64_t rest = count < 0 ? 0 - static_cast<uint64_t>(count) : static_cast<uint64_t>(count);
  std::string text = count < 0 ? "-" : "";
  constexpr std::array<Unit, 6> large_first = {
      Unit{"h", 3'600'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"s", 1'000'000'000},
      Unit{"ms", 1'000'000},        Unit{"us", 1'000},         Unit{"ns", 1}};
  for (const Unit& unit : large_first) {
    if (rest < unit.nanos) continue;
    text += fmt::format("{}{}", rest / unit.nanos, unit.name);
    rest %= unit.nanos;
  }
  return text;
}

}  // namespace telemill::config
