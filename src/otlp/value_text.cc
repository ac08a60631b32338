#include "otlp/value_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "base/limits.h"
#include "wire/json_text.h"

namespace telemill::otlp {
namespace {

void append_integer(int64_t value, base::Buffer& out) {
  std::array<char, 24> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append({text.data(), static_cast<size_t>(written.ptr - text.data())});
}

/// With an exponent below 1e-6 and from 1e21 on, as JavaScript writes numbers.
void append_real(double value, base::Buffer& out) {
  if (!std::isfinite(value)) {
    out.append("json: unsupported value: ");
    return out.append(std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
  }
  const double size = std::fabs(value);
  const bool has_exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  std::array<char, 64> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value,
                    has_exponent ? std::chars_format::scientific : std::chars_format::fixed);
  std::string_view number(text.data(), static_cast<size_t>(written.ptr - text.data()));
  const size_t exponent = number.find('e');
  if (exponent != number.npos && number[exponent + 1] == '-' && number[exponent + 2] == '0') {
    out.append(number.substr(0, exponent + 2));  // 1e-7, but 1e+21
    number.remove_prefix(exponent + 3);
  }
  out.append(number);
}

void append_json(const AnyValueView& value, int depth_left, base::Buffer& out);

void append_json_map(const AttributesView& map, int depth_left, base::Buffer& out) {
  std::vector<KeyValueView> entries;
  for (const KeyValueView entry : map) entries.push_back(entry);
  // Of equal keys the one that stands last comes last.
  std::ranges::sort(entries, [](const KeyValueView& a, const KeyValueView& b) {
    const int order = a.key().compare(b.key());
    return order != 0 ? order < 0 : a.content().data() < b.content().data();
  });
  char separator = '{';
  for (size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i + 1].key() == entries[i].key()) continue;
    out.push_back(separator);
    separator = ',';
    wire::append_json_string(entries[i].key(), out);
    out.push_back(':');
    append_json(entries[i].value(), depth_left, out);
  }
  out.append(separator == '{' ? "{}" : "}");
}

void append_json_array(const RepeatedView<AnyValueView>& array, int depth_left, base::Buffer& out) {
  char separator = '[';
  for (const AnyValueView element : array) {
    out.push_back(separator);
    separator = ',';
    append_json(element, depth_left, out);
  }
  out.append(separator == '[' ? "[]" : "]");
}

void append_json(const AnyValueView& value, int depth_left, base::Buffer& out) {
  if (depth_left == 0) return out.append("null");
  switch (value.kind()) {
    case ValueKind::none:
    case ValueKind::string_index:
      return out.append("null");
    case ValueKind::string:
      return wire::append_json_string(value.string(), out);
    case ValueKind::boolean:
      return out.append(value.boolean() ? "true" : "false");
    case ValueKind::integer:
      return append_integer(value.integer(), out);
    case ValueKind::real:
      return append_real(value.real(), out);
    case ValueKind::array:
      return append_json_array(value.array(), depth_left - 1, out);
    case ValueKind::map:
      return append_json_map(value.map(), depth_left - 1, out);
    case ValueKind::bytes:
      out.push_back('"');
      wire::append_base64(value.bytes(), out);
      return out.push_back('"');
  }
}

bool equal_arrays(const AnyValueView& a, const AnyValueView& b, int depth_max) noexcept {
  const auto left = a.array();
  const auto right = b.array();
  auto at = right.begin();
  for (const AnyValueView value : left) {
    if (at == right.end() || !equal_values(value, *at, depth_max)) return false;
    ++at;
  }
  return at == right.end();
}

bool equal_maps(const AnyValueView& a, const AnyValueView& b, int depth_max) noexcept {
  if (a.map().count() != b.map().count()) return false;
  for (const KeyValueView entry : a.map()) {
    const auto other = b.map().find(entry.key());
    if (!other || !equal_values(entry.value(), other->value(), depth_max)) return false;
  }
  return true;
}

}  // namespace

void append_value_text(const AnyValueView& value, base::Buffer& out) {
  switch (value.kind()) {
    case ValueKind::none:
      return;
    case ValueKind::string:
      return out.append(value.string());
    case ValueKind::bytes:
      return wire::append_base64(value.bytes(), out);
    default:
      return append_json(value, limits::nesting_depth_max, out);
  }
}

bool equal_values(const AnyValueView& a, const AnyValueView& b, int depth_max) noexcept {
  if (a.kind() != b.kind() || depth_max == 0) return false;
  switch (a.kind()) {
    case ValueKind::none:
      return true;
    case ValueKind::string:
      return a.string() == b.string();
    case ValueKind::boolean:
      return a.boolean() == b.boolean();
    case ValueKind::integer:
      return a.integer() == b.integer();
    case ValueKind::real:
      return a.real() == b.real();
    case ValueKind::array:
      return equal_arrays(a, b, depth_max - 1);
    case ValueKind::map:
      return equal_maps(a, b, depth_max - 1);
    case ValueKind::bytes:
      return a.bytes() == b.bytes();
    case ValueKind::string_index:
      return a.string_index() == b.string_index();
  }
  return false;
}

}  // namespace telemill::otlp
