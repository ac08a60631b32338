#pragma once

#include <string>
#include <string_view>

#include "base/units.h"

/// Forms in which pages of extensions write values.
namespace telemill::components::shared {

/// `2026-11-20T15:04:05.123456789Z`, without needless digits at the end.
[[nodiscard]] std::string rfc3339(UnixNanos time);

/// As the reference prints durations: `1h2m3.5s`, `350ms`, `0s`.
[[nodiscard]] std::string duration_text(Duration duration);

/// With its quotes; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string json_string(std::string_view text);

/// Fit for HTML's text and attributes; control characters are left out.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace telemill::components::shared
