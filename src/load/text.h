#pragma once

#include <string>
#include <string_view>

#include "base/units.h"
#include "load/histogram.h"

/// How reports word their figures.
namespace telemill::load {

/// "1.25 ms", three significant digits.
std::string format_duration(Duration duration);
/// "p50 1.2 ms  p90 ...  p99 ...  p99.9 ...  max ..." of nanoseconds, or "none".
std::string format_quantiles(const Histogram& nanos);
/// {"count":..,"p50":..,"p90":..,"p99":..,"p999":..,"max":..}
std::string json_quantiles(const Histogram& nanos);
/// What a JSON string holds between its quotes; `text` may be any bytes.
std::string json_escaped(std::string_view text);
/// Text of a peer made safe for a terminal: control and non-ASCII bytes become '?'.
std::string printable(std::string_view text);

}  // namespace telemill::load
