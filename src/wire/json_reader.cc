#include "wire/json_reader.h"

#include "base/limits.h"
#include "wire/json_number.h"

namespace telemill::wire {
namespace {

/// Each message takes an object and perhaps an array; unknown values get no more.
constexpr int skipped_depth_max = 2 * limits::nesting_depth_max;

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

std::string_view JsonReader::take_text() noexcept {
  if (next_ == end_) return {};
  last_ = *next_;
  size_t end = *++next_;  // behind the last token stands the size of the text
  while (is_space(json_[end - 1])) --end;
  return json_.substr(last_, end - last_);
}

bool JsonReader::raw_string(std::string_view& text, const char* what) noexcept {
  if (!is_string()) return refuse(what);
  const std::string_view quoted = take_text();
  if (quoted.size() < 2 || quoted.back() != '"') return refuse_last("malformed string");
  text = quoted.substr(1, quoted.size() - 2);
  return true;
}

bool JsonReader::unescape(std::string_view& text) {
  scratch_.clear();
  const auto unescaped = unescape_json(text, scratch_);
  if (!unescaped) {
    return refuse_at(unescaped.error().what, last_ + 1 + unescaped.error().offset,
                     unescaped.error().code);
  }
  text = scratch_.view();
  return true;
}

bool JsonReader::boolean(uint64_t& value) noexcept {
  const std::string_view word = take_text();
  value = word == "true" ? 1 : 0;
  return value == 1 || word == "false" || refuse_last("true or false expected");
}

bool JsonReader::number(std::string_view& text, bool& is_quoted) {
  is_quoted = is_string();
  if (is_quoted) return string(text);
  text = take_text();
  // Whether it is a number is for its parser to say, but JSON has no leading zeros.
  return is_json_number(text) || refuse_last("number expected");
}

bool JsonReader::skip_value(int depth) {
  if (depth > skipped_depth_max) return refuse("JSON nests too deeply", ErrorCode::over_limit);
  switch (peek()) {
    case '{':
      return skip_list('}', depth);
    case '[':
      return skip_list(']', depth);
    case '"': {
      std::string_view text;
      return string(text);
    }
    case 'n':
      return null();
    case 't':
    case 'f': {
      uint64_t value = 0;
      return boolean(value);
    }
    default:
      return is_json_number(take_text()) || refuse_last("value expected");
  }
}

bool JsonReader::skip_list(char closing, int depth) {
  ++next_;
  if (take(closing)) return true;
  for (;;) {
    std::string_view name;
    if (closing == '}' && !(raw_key(name) && (!has_escape(name) || unescape(name)))) return false;
    if (!skip_value(depth + 1)) return false;
    if (take(closing)) return true;
    if (!comma()) return false;
  }
}

}  // namespace telemill::wire
