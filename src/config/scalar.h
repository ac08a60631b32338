#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/units.h"
#include "config/node.h"
#include "telemill/result.h"

/// What a scalar's text means, by the rules of the reference's YAML library (1.2 with base
/// prefixes, underscores and leading-zero octals), and how it becomes a typed value. Nothing is
/// converted weakly: "5" in quotes is no number, and 5 is no string.
namespace telemill::config {

/// The value of a scalar; uint64_t only above the range of int64_t. The text borrows from the node.
using ScalarValue = std::variant<std::string_view, bool, int64_t, uint64_t, double>;
[[nodiscard]] ScalarValue resolve(const Node& scalar) noexcept;

/// Empty, `~`, null, Null, NULL.
[[nodiscard]] bool is_null_text(std::string_view text) noexcept;

/// Applies an explicit tag of YAML's own (`str`, `int`, `binary`, ...) to a scalar. Returns what is
/// wrong, or nothing.
[[nodiscard]] std::string apply_tag(Node& scalar, std::string_view tag);

/// "a list", "an integer 5", "a string \"x\"". The text is left out where it may be secret: where
/// it came out of an expansion or `show` is false.
[[nodiscard]] std::string describe_value(const Node& node, bool show = true);

/// A typed value, or "expected ..., got ..." for a person.
template <class T>
using Read = Result<T, std::string>;

/// Takes true and false, and from plain text also yes, no, on and off (YAML 1.1).
Read<bool> read_bool(const Node& node);
/// Whole numbers within the bounds; 1e3 and 5.0 are whole, 1.5 is not.
Read<int64_t> read_integer(const Node& node, int64_t min, int64_t max);
Read<uint64_t> read_unsigned(const Node& node, uint64_t max);
Read<double> read_real(const Node& node);
/// Text, or what an expansion said before it was parsed.
Read<std::string> read_string(const Node& node);
/// `1m30s`, `1.5h`, `-10us`; a bare whole number counts nanoseconds.
Read<Duration> read_duration(const Node& node);

/// The grammar of durations alone; fails on anything beyond 292 years.
Result<Duration> parse_duration(std::string_view text) noexcept;
/// The shortest text that reads back the same: `1m30s`, `200ms`, `0s`.
[[nodiscard]] std::string format_duration(Duration value);

}  // namespace telemill::config
