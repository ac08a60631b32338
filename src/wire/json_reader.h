#pragma once

#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "telemill/result.h"
#include "wire/json_text.h"
#include "wire/json_tokens.h"

namespace telemill::wire {

/// Walks over the tokens of one JSON text and refuses whatever JSON's grammar does not allow.
/// Functions answer false once something was refused; the reason is then in `error()`.
class JsonReader {
 public:
  /// `json` is what `tokens` was made from. `scratch` holds the string that was read last when it
  /// had escapes.
  JsonReader(std::string_view json TELEMILL_LIFETIMEBOUND,
             const JsonTokens& tokens TELEMILL_LIFETIMEBOUND,
             base::Buffer& scratch TELEMILL_LIFETIMEBOUND) noexcept
      : json_(json), scratch_(scratch), next_(tokens.begin()), end_(tokens.end()) {}

  /// Takes the opening bracket, or refuses with `what`.
  bool open(char bracket, const char* what) noexcept { return take(bracket) || refuse(what); }
  /// Takes the closing bracket if it stands here. No refusal.
  bool close(char bracket) noexcept { return take(bracket); }
  bool comma() noexcept { return take(',') || refuse("comma or closing bracket expected"); }
  /// Takes a key and its colon. Most keys have no escapes, so they come as they stand: a key that
  /// `has_escape` must be asked for again with `unescape` before it can be called unknown.
  bool raw_key(std::string_view& name) noexcept {
    return raw_string(name, "key expected") && (take(':') || refuse("colon expected"));
  }

  [[nodiscard]] bool is_string() const noexcept { return peek() == '"'; }
  [[nodiscard]] bool is_null() const noexcept { return peek() == 'n'; }
  bool null() noexcept { return take_text() == "null" || refuse_last("unknown word"); }
  bool boolean(uint64_t& value) noexcept;
  /// Reads a string. The view lives until the next string is read.
  bool string(std::string_view& text) {
    return raw_string(text) && (!has_escape(text) || unescape(text));
  }
  /// Takes what stands between a string's quotes.
  bool raw_string(std::string_view& text, const char* what = "string expected") noexcept;
  /// Replaces what `raw_string` or `raw_key` gave last by what it stands for.
  bool unescape(std::string_view& text);
  [[nodiscard]] static bool has_escape(std::string_view raw) noexcept {
    return raw.find('\\') != std::string_view::npos;
  }
  /// Reads a bare or quoted number as text that may yet be anything.
  bool number(std::string_view& text, bool& is_quoted);
  /// Passes any well-formed value.
  bool skip_value() { return skip_value(0); }
  /// Nothing may follow.
  bool finish() noexcept {
    return next_ == end_ || refuse("text behind the end of the JSON value");
  }

  /// Refuses the token that stands here, or the one that was taken last.
  bool refuse(const char* what, ErrorCode code = ErrorCode::corrupt) noexcept {
    return refuse_at(what, *next_, code);
  }
  bool refuse_last(const char* what) noexcept { return refuse_at(what, last_, ErrorCode::corrupt); }
  [[nodiscard]] Error error() const noexcept { return error_; }

 private:
  [[nodiscard]] char peek() const noexcept { return next_ < end_ ? json_[*next_] : '\0'; }
  bool take(char expected) noexcept {
    if (peek() != expected) return false;
    ++next_;
    return true;
  }
  /// Takes a token with what belongs to it: up to the next token, without white space.
  std::string_view take_text() noexcept;
  bool skip_value(int depth);
  bool skip_list(char closing, int depth);
  bool refuse_at(const char* what, size_t offset, ErrorCode code) noexcept {
    error_ = fail(what, offset, code).error;
    return false;
  }

  std::string_view json_;
  base::Buffer& scratch_;
  const uint32_t* next_;
  const uint32_t* end_;
  size_t last_ = 0;  // offset of the value or key that was taken last
  Error error_{"nothing was refused"};
};

}  // namespace telemill::wire
