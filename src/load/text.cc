#include "load/text.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace telemill::load {
namespace {

struct Unit {
  std::string_view name;
  double nanos;
};
constexpr std::array<Unit, 4> units{{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};

std::string format_nanos(double nanos) {
  for (const Unit& unit : units) {
    if (nanos >= unit.nanos || unit.nanos <= 1) {
      return fmt::format("{:.3g} {}", nanos / unit.nanos, unit.name);
    }
  }
  return {};
}

}  // namespace

std::string format_duration(Duration duration) {
  return format_nanos(static_cast<double>(duration.count()));
}

std::string format_quantiles(const Histogram& nanos) {
  if (nanos.count() == 0) return "none";
  const auto at = [&](double quantile) {
    return format_nanos(static_cast<double>(nanos.quantile(quantile)));
  };
  return fmt::format("p50 {}  p90 {}  p99 {}  p99.9 {}  max {}", at(0.5), at(0.9), at(0.99),
                     at(0.999), format_nanos(static_cast<double>(nanos.max())));
}

std::string json_quantiles(const Histogram& nanos) {
  return fmt::format(R"({{"count":{},"p50":{},"p90":{},"p99":{},"p999":{},"max":{}}})",
                     nanos.count(), nanos.quantile(0.5), nanos.quantile(0.9), nanos.quantile(0.99),
                     nanos.quantile(0.999), nanos.max());
}

std::string printable(std::string_view text) {
  std::string safe(text);
  for (char& c : safe) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return safe;
}

std::string json_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace telemill::load
