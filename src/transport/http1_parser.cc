#include "transport/http1_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace telemill::transport {
namespace {

/// Chunk size lines with their extensions are framing, not data: nobody needs long ones.
constexpr size_t chunk_line_bytes_max = 256;
constexpr int chunk_size_digits_max = 15;
constexpr size_t content_length_digits_max = 18;

constexpr bool is_token_byte(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}
constexpr std::array<bool, 256> token_bytes = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < table.size(); ++c) table[c] = is_token_byte(static_cast<unsigned char>(c));
  return table;
}();

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return token_bytes[static_cast<unsigned char>(c)];
  });
}
bool is_visible(char c) noexcept { return c > 0x20 && c < 0x7f; }
bool is_value_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 ? byte != 0x7f : byte == '\t';
}
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_lowered(std::string_view text, std::string_view lowered) noexcept {
  return std::equal(text.begin(), text.end(), lowered.begin(), lowered.end(),
                    [](char a, char b) { return lower(a) == b; });
}
std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}
uint32_t size32(size_t size) noexcept { return static_cast<uint32_t>(size); }

}  // namespace

Http1Parser::Step Http1Parser::step(std::string_view input) {
  switch (state_) {
    case State::request_line:
    case State::header_line:
      return step_head(input);
    case State::counted_body:
      return step_counted_body(input);
    case State::ended:
      return end(0);
    case State::failed:
      return {Event::fault, 0, {}};
    default:
      return step_chunked(input);
  }
}

bool Http1Parser::refuse(int status, const char* rule) noexcept {
  state_ = State::failed;
  keeps_alive_ = false;
  fault_ = {status, rule};
  return false;
}

Http1Parser::Step Http1Parser::fail(int status, const char* rule, size_t consumed) {
  refuse(status, rule);
  return {Event::fault, consumed, {}};
}

// The head stays readable until the next request's first byte, so nothing of it is cleared here.
Http1Parser::Step Http1Parser::end(size_t consumed) noexcept {
  state_ = State::request_line;
  is_fresh_ = true;
  return {Event::end, consumed, {}};
}

Http1Parser::Step Http1Parser::step_head(std::string_view input) {
  if (input.empty()) return {Event::more, 0, {}};
  if (is_fresh_) {
    is_fresh_ = false;
    text_.clear();
    head_ = {};
    line_start_ = framing_bytes_ = 0;
  }
  size_t consumed = 0;
  for (;;) {
    const std::string_view rest = input.substr(consumed);
    const size_t line_end = rest.find('\n');
    const size_t count = line_end == std::string_view::npos ? rest.size() : line_end + 1;
    if (text_.size() + count > limits_.head_bytes_max) {
      return state_ == State::request_line ? fail(414, "request line is too long", consumed)
                                           : fail(431, "headers are too long", consumed);
    }
    text_.append(rest.substr(0, count));
    consumed += count;
    if (line_end == std::string_view::npos) return {Event::more, consumed, {}};

    const size_t line_bytes = text_.size() - line_start_;
    if (line_bytes < 2 || text_[text_.size() - 2] != '\r') {
      return fail(400, "line ends without CR", consumed);
    }
    if (state_ == State::request_line) {
      if (line_bytes == 2) {  // an empty line before a request, as old clients sent
        if (++framing_bytes_ > 4) return fail(400, "too many empty lines", consumed);
        text_.clear();
        continue;
      }
      if (!read_request_line()) return {Event::fault, consumed, {}};
      state_ = State::header_line;
    } else if (line_bytes == 2) {
      return {end_head() ? Event::head : Event::fault, consumed, {}};
    } else if (!read_header_line()) {
      return {Event::fault, consumed, {}};
    }
    line_start_ = text_.size();
  }
}

bool Http1Parser::read_request_line() {
  fields_.clear();
  keeps_alive_ = true;
  expects_continue_ = is_chunked_ = has_host_ = false;
  framing_bytes_ = 0;

  const std::string_view line(text_.data(), text_.size() - 2);
  const size_t method_end = line.find(' ');
  const size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end) {
    return refuse(400, "request line has not three parts");
  }
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  if (!is_token(method)) return refuse(400, "method is not a token");
  if (version == "HTTP/1.1") {
    head_.version = HttpVersion::http1_1;
  } else if (version == "HTTP/1.0") {
    head_.version = HttpVersion::http1_0;
    keeps_alive_ = false;
  } else if (version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.') {
    return refuse(505, "HTTP version is not supported");
  } else {
    return refuse(400, "version is malformed");
  }
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible)) {
    return refuse(400, "target has forbidden characters");
  }
  if (method == "CONNECT") return refuse(501, "CONNECT is not supported");
  request_line_ = {0, size32(method.size()), size32(method.size() + 1), size32(target.size())};
  return true;
}

bool Http1Parser::read_header_line() {
  if (fields_.size() == limits_.header_count_max) return refuse(431, "too many headers");
  const std::string_view line(text_.data() + line_start_, text_.size() - line_start_ - 2);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "header has no colon");
  const std::string_view name = line.substr(0, colon);
  // This also refuses folded lines and blanks before the colon.
  if (!is_token(name)) return refuse(400, "header name is not a token");
  const std::string_view value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_byte)) {
    return refuse(400, "header value has control characters");
  }
  for (size_t i = 0; i < colon; ++i) text_[line_start_ + i] = lower(text_[line_start_ + i]);
  const Field field{size32(line_start_), size32(colon),
                    size32(static_cast<size_t>(value.data() - text_.data())), size32(value.size())};
  fields_.push_back(field);
  return read_special(field);
}

/// Headers that decide how the message is read.
bool Http1Parser::read_special(const Field& field) {
  const std::string_view name = text(field.name, field.name_size);
  const std::string_view value = text(field.value, field.value_size);
  if (name == "content-length") return read_content_length(value);
  if (name == "transfer-encoding") return read_transfer_encoding(value);
  if (name == "connection") return read_connection(value);
  if (name == "host") {
    if (has_host_) return refuse(400, "Host comes twice");
    if (!std::all_of(value.begin(), value.end(), is_visible)) {
      return refuse(400, "Host has forbidden characters");
    }
    has_host_ = true;
  } else if (name == "expect") {
    if (!equals_lowered(value, "100-continue")) return refuse(417, "expectation is unknown");
    expects_continue_ = head_.version == HttpVersion::http1_1;
  }
  return true;
}

bool Http1Parser::read_content_length(std::string_view value) {
  if (head_.content_length) return refuse(400, "Content-Length comes twice");
  if (value.empty() || value.size() > content_length_digits_max) {
    return refuse(400, "Content-Length is malformed");
  }
  uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return refuse(400, "Content-Length is malformed");
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  head_.content_length = length;
  return true;
}

bool Http1Parser::read_transfer_encoding(std::string_view value) {
  if (is_chunked_) return refuse(400, "Transfer-Encoding comes twice");
  if (head_.version == HttpVersion::http1_0) {
    return refuse(400, "Transfer-Encoding in HTTP/1.0");
  }
  if (!equals_lowered(value, "chunked")) return refuse(501, "transfer coding is not supported");
  is_chunked_ = true;
  return true;
}

bool Http1Parser::read_connection(std::string_view value) {
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view token = trim(value.substr(0, comma));
    if (equals_lowered(token, "close")) keeps_alive_ = false;
    if (equals_lowered(token, "keep-alive") && head_.version == HttpVersion::http1_0) {
      keeps_alive_ = true;
    }
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return true;
}

bool Http1Parser::end_head() {
  if (head_.version == HttpVersion::http1_1 && !has_host_) return refuse(400, "Host is missing");
  if (is_chunked_ && head_.content_length) {
    return refuse(400, "both Content-Length and Transfer-Encoding");
  }
  views_.clear();
  for (const Field& field : fields_) {
    views_.push_back({text(field.name, field.name_size), text(field.value, field.value_size)});
  }
  head_.headers = views_;
  head_.method = text(request_line_.name, request_line_.name_size);
  head_.authority = head_.header("host");
  if (!read_target(text(request_line_.value, request_line_.value_size))) return false;

  framing_bytes_ = 0;
  body_bytes_left_ = head_.content_length.value_or(0);
  size_digits_ = 0;
  if (is_chunked_) {
    state_ = State::chunk_size;
  } else {
    state_ = body_bytes_left_ > 0 ? State::counted_body : State::ended;
  }
  if (state_ == State::ended) expects_continue_ = false;
  return true;
}

bool Http1Parser::read_target(std::string_view target) {
  if (target.find('#') != std::string_view::npos) return refuse(400, "target has a fragment");
  if (target.front() != '/') {
    if (target == "*" && head_.method == "OPTIONS") {
      head_.path = target;
      return true;
    }
    size_t scheme_bytes = 0;
    if (equals_lowered(target.substr(0, 7), "http://")) scheme_bytes = 7;
    if (equals_lowered(target.substr(0, 8), "https://")) scheme_bytes = 8;
    if (scheme_bytes == 0) return refuse(400, "target is neither a path nor a URL");
    target.remove_prefix(scheme_bytes);
    const size_t authority_end = std::min(target.find_first_of("/?"), target.size());
    if (authority_end == 0) return refuse(400, "target has no authority");
    head_.authority = target.substr(0, authority_end);  // RFC 9112 3.2.2: it overrules Host
    target.remove_prefix(authority_end);
  }
  const size_t question = std::min(target.find('?'), target.size());
  head_.path = question == 0 ? std::string_view("/") : target.substr(0, question);
  if (question < target.size()) head_.query = target.substr(question + 1);
  return true;
}

Http1Parser::Step Http1Parser::step_counted_body(std::string_view input) {
  if (body_bytes_left_ == 0) return end(0);
  if (input.empty()) return {Event::more, 0, {}};
  const size_t count = static_cast<size_t>(std::min<uint64_t>(input.size(), body_bytes_left_));
  body_bytes_left_ -= count;
  return {Event::body, count, input.substr(0, count)};
}

Http1Parser::Step Http1Parser::step_chunked(std::string_view input) {
  if (input.empty()) return {Event::more, 0, {}};
  switch (state_) {
    case State::chunk_size:
    case State::chunk_extension:
    case State::chunk_size_end:
      return step_chunk_size(input);
    case State::trailer_line:
      return step_trailers(input);
    default:
      return step_chunk_data(input);
  }
}

/// Reads `size [; extension] CR LF` byte by byte: it is short and may be cut anywhere.
Http1Parser::Step Http1Parser::step_chunk_size(std::string_view input) {
  for (size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    if (++framing_bytes_ > chunk_line_bytes_max) return fail(400, "chunk line is too long", i);
    if (state_ == State::chunk_size_end) {
      if (c != '\n') return fail(400, "chunk size ends without LF", i);
      state_ = body_bytes_left_ > 0 ? State::chunk_data : State::trailer_line;
      framing_bytes_ = 0;
      previous_ = '\n';
      line_has_bytes_ = false;
      return {Event::more, i + 1, {}};
    }
    if (c == '\r') {
      if (size_digits_ == 0) return fail(400, "chunk size is missing", i);
      state_ = State::chunk_size_end;
    } else if (state_ == State::chunk_extension) {
      if (!is_value_byte(c)) return fail(400, "chunk extension has control characters", i);
    } else if (const int digit = hex_digit(c); digit >= 0) {
      if (++size_digits_ > chunk_size_digits_max) return fail(400, "chunk size is too long", i);
      body_bytes_left_ = body_bytes_left_ * 16 + static_cast<uint64_t>(digit);
    } else if (size_digits_ > 0 && (c == ';' || c == ' ' || c == '\t')) {
      state_ = State::chunk_extension;
    } else {
      return fail(400, "chunk size is malformed", i);
    }
  }
  return {Event::more, input.size(), {}};
}

Http1Parser::Step Http1Parser::step_chunk_data(std::string_view input) {
  if (state_ == State::chunk_data) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(input.size(), body_bytes_left_));
    body_bytes_left_ -= count;
    if (body_bytes_left_ == 0) state_ = State::chunk_data_cr;
    return {Event::body, count, input.substr(0, count)};
  }
  const bool is_cr = state_ == State::chunk_data_cr;
  if (input.front() != (is_cr ? '\r' : '\n')) return fail(400, "chunk data ends without CR LF");
  state_ = is_cr ? State::chunk_data_lf : State::chunk_size;
  size_digits_ = 0;
  return {Event::more, 1, {}};
}

/// Trailers are bounded and dropped; nobody may smuggle a header in behind the body.
Http1Parser::Step Http1Parser::step_trailers(std::string_view input) {
  for (size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    if (++framing_bytes_ > limits_.head_bytes_max) return fail(431, "trailers are too long", i);
    if (c == '\n') {
      if (previous_ != '\r') return fail(400, "line ends without CR", i);
      if (!line_has_bytes_) return end(i + 1);
      line_has_bytes_ = false;
    } else if (previous_ == '\r') {
      return fail(400, "CR without LF", i);
    } else if (c != '\r') {
      if (!is_value_byte(c)) return fail(400, "trailer has control characters", i);
      line_has_bytes_ = true;
    }
    previous_ = c;
  }
  return {Event::more, input.size(), {}};
}

}  // namespace telemill::transport
