#include "transport/http1_response_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace telemill::transport {
namespace {

constexpr uint32_t interim_count_max = 16;
constexpr size_t chunk_size_digits_max = 15;  // no sum of sizes overflows
constexpr size_t promised_bytes_max = 64_KiB;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_token_char(char c) noexcept {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
constexpr bool is_text_char(char c) noexcept {
  return c == '\t' || (static_cast<uint8_t>(c) >= 0x20 && c != 0x7f);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) noexcept {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) noexcept {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// True if the comma-separated `list` holds `word`.
bool holds_word(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (equals_ignoring_case(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

void Http1ResponseParser::begin(bool is_head) {
  is_head_request_ = is_head;
  has_begun_ = false;
  interim_count_ = 0;
  body_.clear();
  reset_head();
}

void Http1ResponseParser::reset_head() {
  state_ = State::head_line;
  keeps_alive_ = true;
  is_http1_0_ = is_chunked_ = has_length_ = false;
  head_bytes_ = 0;
  bytes_left_ = 0;
  line_.clear();
  response_ = {};
}

Result<size_t> Http1ResponseParser::feed(std::string_view input) {
  size_t taken = 0;
  if (!input.empty()) has_begun_ = true;
  while (taken < input.size() && state_ != State::done) {
    const auto count = step(input.substr(taken));
    if (!count) {
      state_ = State::failed;
      keeps_alive_ = false;
      return fail(count.error());
    }
    taken += *count;
  }
  return taken;
}

bool Http1ResponseParser::on_input_end() {
  keeps_alive_ = false;
  if (state_ == State::body_until_end) state_ = State::done;
  return state_ == State::done;
}

ClientResponse Http1ResponseParser::take() {
  response_.body = std::move(body_).freeze();
  return std::move(response_);
}

Result<size_t> Http1ResponseParser::step(std::string_view input) {
  switch (state_) {
    case State::counted_body:
    case State::body_until_end:
    case State::chunk_data:
      return take_body(input);
    case State::failed:
      return fail("the response was broken before");
    default:
      return take_line(input);
  }
}

/// Takes up to the end of a line; a whole line is read where it lies.
Result<size_t> Http1ResponseParser::take_line(std::string_view input) {
  const size_t newline = input.find('\n');
  const size_t count = newline == std::string_view::npos ? input.size() : newline + 1;
  head_bytes_ += count;
  if (head_bytes_ > limits_.head_bytes_max) {
    return fail("the response's head exceeds the limit", 0, ErrorCode::over_limit);
  }
  if (newline == std::string_view::npos) {
    line_.append(input);
    return count;
  }
  std::string_view line = input.substr(0, count);
  if (!line_.empty()) {
    line_.append(line);
    line = line_;
  }
  if (line.size() < 2 || line[line.size() - 2] != '\r') return fail("a line ends without CR");
  TELEMILL_TRY(read_line(line.substr(0, line.size() - 2)));
  line_.clear();
  return count;
}

Result<size_t> Http1ResponseParser::take_body(std::string_view input) {
  const bool is_bounded = state_ != State::body_until_end;
  const size_t count = is_bounded
                           ? static_cast<size_t>(std::min<uint64_t>(input.size(), bytes_left_))
                           : input.size();
  if (count > limits_.body_bytes_max - body_.size()) {
    return fail("the response exceeds the limit", 0, ErrorCode::over_limit);
  }
  body_.append(input.substr(0, count));
  if (!is_bounded) return count;
  bytes_left_ -= count;
  if (bytes_left_ == 0) {
    state_ = state_ == State::counted_body ? State::done : State::chunk_end;
  }
  return count;
}

Result<void> Http1ResponseParser::read_line(std::string_view line) {
  switch (state_) {
    case State::head_line:
      if (response_.status == 0) return read_status_line(line);
      if (line.empty()) return end_head();
      return read_field(line, response_.headers);
    case State::chunk_size:
      return read_chunk_size(line);
    case State::chunk_end:
      if (!line.empty()) return fail("a chunk is longer than its size");
      state_ = State::chunk_size;
      return {};
    default:  // trailer_line
      if (!line.empty()) return read_field(line, response_.trailers);
      state_ = State::done;
      return {};
  }
}

Result<void> Http1ResponseParser::read_status_line(std::string_view line) {
  const bool is_version = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  if (!is_version) return fail("the server does not answer in HTTP/1");
  is_http1_0_ = line[7] == '0';
  keeps_alive_ = !is_http1_0_;
  line.remove_prefix(9);
  const bool is_code = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit) &&
                       (line.size() == 3 || line[3] == ' ') && line[0] >= '1' && line[0] <= '5';
  if (!is_code) return fail("the status code is not three digits from 100 to 599");
  if (!std::all_of(line.begin(), line.end(), is_text_char)) {
    return fail("the status line holds control characters");
  }
  response_.status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  return {};
}

Result<void> Http1ResponseParser::read_field(std::string_view line, Headers& into) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return fail("a header has no name");
  const std::string_view raw_name = line.substr(0, colon);
  if (!std::all_of(raw_name.begin(), raw_name.end(), is_token_char)) {
    return fail("a header's name is not a token");  // also continuation lines, RFC 9112 5.2
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_text_char)) {
    return fail("a header's value holds control characters");
  }
  if (response_.headers.size() + response_.trailers.size() >= limits_.header_count_max) {
    return fail("the response has too many headers", 0, ErrorCode::over_limit);
  }
  std::string name(raw_name);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  if (&into == &response_.headers) TELEMILL_TRY(read_special(name, value));
  into.push_back({std::move(name), std::string(value)});
  return {};
}

/// Headers that decide how the body is framed and what becomes of the connection.
Result<void> Http1ResponseParser::read_special(std::string_view name, std::string_view value) {
  if (name == "content-length") {
    uint64_t length = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, length);
    if (error != std::errc{} || stop != end || !is_digit(value.front())) {
      return fail("Content-Length is not a number");
    }
    if (has_length_ && length != bytes_left_) return fail("two different Content-Lengths");
    has_length_ = true;
    bytes_left_ = length;
  } else if (name == "transfer-encoding") {
    if (is_chunked_ || !equals_ignoring_case(value, "chunked")) {
      return fail("a Transfer-Encoding other than chunked", 0, ErrorCode::unsupported);
    }
    is_chunked_ = true;
  } else if (name == "connection") {
    if (is_http1_0_ && holds_word(value, "keep-alive")) keeps_alive_ = true;
    if (holds_word(value, "close")) keeps_alive_ = false;
  }
  return {};
}

Result<void> Http1ResponseParser::end_head() {
  const int status = response_.status;
  if (status < 200) {
    if (status == 101) return fail("the server switches protocols unasked");
    if (++interim_count_ > interim_count_max) {
      return fail("the server sends interim answers without end", 0, ErrorCode::over_limit);
    }
    reset_head();
    return {};
  }
  head_bytes_ = 0;  // trailers and chunk sizes count anew
  if (is_chunked_ && has_length_) return fail("both Content-Length and Transfer-Encoding");
  if (is_chunked_ && is_http1_0_) return fail("Transfer-Encoding in HTTP/1.0");
  if (is_head_request_ || status == 204 || status == 304) {
    state_ = State::done;
  } else if (is_chunked_) {
    state_ = State::chunk_size;
  } else if (has_length_) {
    if (bytes_left_ > limits_.body_bytes_max) {
      return fail("the response exceeds the limit", 0, ErrorCode::over_limit);
    }
    body_.reserve(std::min<size_t>(bytes_left_, promised_bytes_max));
    state_ = bytes_left_ == 0 ? State::done : State::counted_body;
  } else {
    keeps_alive_ = false;
    state_ = State::body_until_end;
  }
  return {};
}

Result<void> Http1ResponseParser::read_chunk_size(std::string_view line) {
  size_t digits = 0;
  uint64_t size = 0;
  for (; digits < line.size() && digits <= chunk_size_digits_max; ++digits) {
    const char c = lower(line[digits]);
    if (!is_digit(c) && !(c >= 'a' && c <= 'f')) break;
    size = size << 4 | static_cast<uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  if (digits == 0 || digits > chunk_size_digits_max) return fail("a chunk has no proper size");
  const std::string_view extension = trim(line.substr(digits));
  if (!extension.empty() && extension.front() != ';') return fail("a chunk has no proper size");
  if (!std::all_of(extension.begin(), extension.end(), is_text_char)) {
    return fail("a chunk extension holds control characters");
  }
  // Each chunk's line may be long, but not all of them together against the body they carry.
  if (size > 0) head_bytes_ = extension.empty() ? 0 : head_bytes_;
  bytes_left_ = size;
  state_ = size == 0 ? State::trailer_line : State::chunk_data;
  return {};
}

}  // namespace telemill::transport
