#include "components/shared/page_text/page_text.h"

#include <fmt/format.h>

#include <ctime>

#include "base/buffer.h"
#include "wire/json_text.h"

namespace telemill::components::shared {
namespace {

constexpr uint64_t nanos_per_second = 1'000'000'000;

/// `.123` for the digits of `nanos` below a unit of `digits` places; empty for zero.
std::string fraction(uint64_t nanos, int digits) {
  if (nanos == 0) return {};
  std::string text = fmt::format(".{:0{}}", nanos, digits);
  while (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace

std::string rfc3339(UnixNanos time) {
  const auto seconds = static_cast<time_t>(time / nanos_per_second);
  tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     fraction(time % nanos_per_second, 9));
}

std::string duration_text(Duration duration) {
  if (duration <= Duration::zero()) return "0s";
  const auto nanos = static_cast<uint64_t>(duration.count());
  if (nanos < 1000) return fmt::format("{}ns", nanos);
  if (nanos < 1'000'000) return fmt::format("{}{}\u00b5s", nanos / 1000, fraction(nanos % 1000, 3));
  if (nanos < nanos_per_second) {
    return fmt::format("{}{}ms", nanos / 1'000'000, fraction(nanos % 1'000'000, 6));
  }
  const uint64_t seconds = nanos / nanos_per_second;
  std::string text;
  if (seconds >= 3600) text += fmt::format("{}h", seconds / 3600);
  if (seconds >= 60) text += fmt::format("{}m", seconds / 60 % 60);
  return text + fmt::format("{}{}s", seconds % 60, fraction(nanos % nanos_per_second, 9));
}

std::string json_string(std::string_view text) {
  base::Buffer out;
  wire::append_json_string(text, out);
  return std::string(out.view());
}

std::string html_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t bytes = wire::utf8_sequence(text);
    const std::string_view character = text.substr(0, bytes == 0 ? 1 : bytes);
    text.remove_prefix(character.size());
    if (bytes == 0) {
      out += "&#65533;";
    } else if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else if (character == "'") {
      out += "&#39;";
    } else if (static_cast<unsigned char>(character.front()) >= ' ' && character != "\x7f") {
      out += character;
    } else if (character == "\n" || character == "\t") {
      out += ' ';
    }
  }
  return out;
}

}  // namespace telemill::components::shared
