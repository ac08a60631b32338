#include "components/exporters/debug/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <vector>

#include "base/buffer.h"
#include "wire/json_text.h"

namespace telemill::components::exporters::debug {
namespace {

/// Deeper values show as "..."; protobuf itself stops at 100.
constexpr int json_depth_max = 64;

uint32_t code_point(std::string_view sequence) noexcept {
  const auto byte = [sequence](size_t i) { return static_cast<uint8_t>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  uint32_t point = byte(0) & (0x7fU >> sequence.size());
  for (size_t i = 1; i < sequence.size(); ++i) point = point << 6 | (byte(i) & 0x3fU);
  return point;
}

/// What a terminal or an editor obeys instead of showing it.
constexpr bool is_command(uint32_t point) noexcept {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) ||  // C0, DEL, C1
         point == 0x2028 || point == 0x2029 ||               // line separators
         point == 0x200e || point == 0x200f ||               // directions ...
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

void append_escape(std::string& out, uint32_t point, bool as_json) {
  switch (point) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (point < 0x80 && !as_json) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", point);
      } else {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
      }
  }
}

/// The end of the longest prefix of `text` within `size_max` that cuts no character.
size_t cut(std::string_view text, size_t size_max) noexcept {
  size_t size = size_max;
  while (size > 0 && size_max - size < 4 && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80) {
    --size;
  }
  return size;
}

std::string base64(std::string_view bytes) {
  base::Buffer out;
  wire::append_base64(bytes, out);
  return std::string(out.view());
}

/// With an exponent below `exponent_below` and from 1e21 on.
std::string shortest(double value, double exponent_below) {
  const double size = std::fabs(value);
  const bool has_exponent = size != 0 && (size < exponent_below || size >= 1e21);
  std::array<char, 64> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    has_exponent ? std::chars_format::scientific : std::chars_format::fixed);
  return {buffer.data(), written.ptr};
}

}  // namespace

void Text::settle(size_t start) {
  if (out_.size() <= end_) return;
  drop(out_.size() - start);
  out_.resize(start);
  is_dropping_ = true;
}

void Text::escape(std::string_view text, bool as_json) {
  while (!text.empty()) {
    // Plain for JSON is plain for us, but for DEL.
    const std::string_view plain = text.substr(0, wire::plain_prefix(text, false));
    const size_t end = std::min(plain.size(), plain.find('\x7f'));
    if (end > 0) {
      out_.append(text.substr(0, end));
      text.remove_prefix(end);
      continue;
    }
    const size_t size = wire::utf8_sequence(text);
    if (size == 0) {
      fmt::format_to(std::back_inserter(out_), "\\x{:02x}", static_cast<uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const uint32_t point = code_point(text.substr(0, size));
    if (as_json && (point == '"' || point == '\\')) {
      out_.push_back('\\');
      out_.push_back(text[0]);
    } else if (is_command(point)) {
      append_escape(out_, point, as_json);
    } else {
      out_.append(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
}

void Text::add_text(std::string_view text) {
  if (is_dropping_) return drop(text.size());
  const size_t start = out_.size();
  const size_t kept = text.size() > value_bytes_max ? cut(text, value_bytes_max) : text.size();
  escape(text.substr(0, kept), false);
  if (kept < text.size()) {
    fmt::format_to(std::back_inserter(out_), "... ({} bytes left out)", text.size() - kept);
  }
  settle(start);
}

void Text::add_line(std::string_view label, std::string_view text) {
  add("{}", label);
  add_text(text);
  add("\n");
}

void Text::add_hex(std::string_view id) {
  if (is_dropping_) return drop(2 * id.size());
  const size_t start = out_.size();
  const size_t kept = std::min(id.size(), value_bytes_max / 2);
  for (const char byte : id.substr(0, kept)) {
    fmt::format_to(std::back_inserter(out_), "{:02x}", static_cast<uint8_t>(byte));
  }
  if (kept < id.size()) {
    fmt::format_to(std::back_inserter(out_), "... ({} bytes left out)", id.size() - kept);
  }
  settle(start);
}

void Text::add_id(std::string_view label, std::string_view id) {
  add("{}", label);
  add_hex(id);
  add("\n");
}

void Text::add_time(std::string_view label, UnixNanos time) {
  // As the reference takes it: signed, so that the far future lies before 1970.
  constexpr int64_t nanos_per_second = 1'000'000'000;
  const auto total = static_cast<int64_t>(time);
  const int64_t rest = total % nanos_per_second;
  const int64_t nanos = rest < 0 ? rest + nanos_per_second : rest;
  const std::chrono::sys_seconds at{
      std::chrono::seconds(total / nanos_per_second - (rest < 0 ? 1 : 0))};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  std::string fraction = nanos == 0 ? "" : fmt::format(".{:09}", nanos);
  while (fraction.ends_with('0')) fraction.pop_back();
  add("{}{:04}-{:02}-{:02} {:02}:{:02}:{:02}{} +0000 UTC\n", label, static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
      clock.minutes().count(), clock.seconds().count(), fraction);
}

void Text::add_real(double value) {
  if (std::isfinite(value)) return add("{:f}", value);
  add("{}", std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
}

void Text::add_number(const otlp::NumberView& number) {
  if (number.kind == otlp::NumberKind::integer) return add("{}", number.integer());
  if (number.kind == otlp::NumberKind::real) add_real(number.real());
}

void Text::add_short_real(double value) {
  if (!std::isfinite(value)) return add_real(value);
  std::string text = shortest(value, 1e-6);
  // An exponent has no leading zero: 1e-7.
  const size_t exponent = text.find('e');
  if (exponent != std::string::npos && text[exponent + 2] == '0') text.erase(exponent + 2, 1);
  add("{}", text);
}

void Text::add_value_real(double value) {
  if (!std::isfinite(value)) return add_real(value);
  add("{}", shortest(value, 1e-4));
}

void Text::add_json_text(std::string_view text) {
  if (is_dropping_) return drop(text.size());
  const size_t start = out_.size();
  const size_t kept = text.size() > value_bytes_max ? cut(text, value_bytes_max) : text.size();
  out_.push_back('"');
  escape(text.substr(0, kept), true);
  if (kept < text.size()) {
    fmt::format_to(std::back_inserter(out_), "... ({} bytes left out)", text.size() - kept);
  }
  out_.push_back('"');
  settle(start);
}

void Text::add_json(const otlp::AnyValueView& value, int depth) {
  if (is_dropping_) return;
  if (depth > json_depth_max) return add("\"...\"");
  switch (value.kind()) {
    case otlp::ValueKind::none:
      return add("null");
    case otlp::ValueKind::string:
      return add_json_text(value.string());
    case otlp::ValueKind::boolean:
      return add("{}", value.boolean());
    case otlp::ValueKind::integer:
      return add("{}", value.integer());
    case otlp::ValueKind::real:
      return add_short_real(value.real());
    case otlp::ValueKind::array: {
      add("[");
      const char* separator = "";
      for (const otlp::AnyValueView element : value.array()) {
        add("{}", std::exchange(separator, ","));
        add_json(element, depth + 1);
      }
      return add("]");
    }
    case otlp::ValueKind::map:
      return add_json_map(value.map(), depth);
    case otlp::ValueKind::bytes:
      return add_json_text(base64(value.bytes()));
    case otlp::ValueKind::string_index:
      return add("{}", value.string_index());
  }
}

/// Keys sorted, as the reference prints maps; of equal keys the last one counts.
void Text::add_json_map(const otlp::AttributesView& map, int depth) {
  std::vector<otlp::KeyValueView> entries;
  for (const otlp::KeyValueView entry : map) entries.push_back(entry);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const int order = a.key().compare(b.key());
    return order != 0 ? order < 0 : a.content().data() < b.content().data();
  });
  add("{{");
  const char* separator = "";
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i + 1].key() == entries[i].key()) continue;
    add("{}", std::exchange(separator, ","));
    add_json_text(entries[i].key());
    add(":");
    add_json(entries[i].value(), depth + 1);
  }
  add("}}");
}

void Text::add_value(const otlp::AnyValueView& value) {
  switch (value.kind()) {
    case otlp::ValueKind::none:
      return;
    case otlp::ValueKind::string:
      return add_text(value.string());
    case otlp::ValueKind::bytes:
      return add_text(base64(value.bytes()));
    default:
      return add_json(value, 0);
  }
}

void Text::add_typed(const otlp::AnyValueView& value) {
  static constexpr std::array<std::string_view, 9> names = {
      "Empty", "Str", "Bool", "Int", "Double", "Slice", "Map", "Bytes", "StringIndex"};
  add("{}(", names[static_cast<size_t>(value.kind())]);
  add_value(value);
  add(")");
}

void Text::begin_item() noexcept {
  left_out_ = 0;
  is_dropping_ = is_full_;
  end_ = std::min(out_.size() + item_bytes_max, bytes_max);
}

void Text::end_item() {
  is_dropping_ = false;
  const bool was_cut = left_out_ > 0;
  if (was_cut && end_ == bytes_max) is_full_ = true;
  end_ = bytes_max;
  if (was_cut && !is_full_) add("    ... (the rest of this item is left out)\n");
  left_out_ = 0;
  is_dropping_ = is_full_;
}

std::string Text::take() && {
  if (is_full_) out_ += "... (the rest of this payload is left out)\n";
  return std::move(out_);
}

}  // namespace telemill::components::exporters::debug
