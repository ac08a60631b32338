#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/limits.h"
#include "telemill/result.h"
#include "transport/http.h"

namespace telemill::transport {

/// Reads one HTTP/1.0 or 1.1 response out of a byte stream, RFC 9112. Pure and strict: what two
/// clients could read in two ways is refused. Bytes may come in pieces of any size.
class Http1ResponseParser {
 public:
  struct Limits {
    size_t body_bytes_max = 4_MiB;
    size_t head_bytes_max = limits::header_bytes_max;  // status line, headers; again for trailers
    size_t header_count_max = limits::header_count_max;
  };

  explicit Http1ResponseParser(const Limits& limits) noexcept : limits_(limits) {}

  /// Gets ready for the next response; `is_head` when it answers HEAD and so has no body.
  void begin(bool is_head);
  /// Takes bytes until the response ends; returns how many. What follows is not the response's.
  Result<size_t> feed(std::string_view input);
  /// The connection has ended in order: true if that is how the response ends.
  bool on_input_end();

  [[nodiscard]] bool is_done() const noexcept { return state_ == State::done; }
  /// True once any byte of the response has come.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
  /// Whether the connection can carry another exchange; meaningful once done.
  [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }
  /// The response, once done; to be called once.
  ClientResponse take();

 private:
  enum class State : uint8_t {
    head_line,  // status line and headers
    counted_body,
    body_until_end,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer_line,
    done,
    failed,
  };

  Result<size_t> step(std::string_view input);
  Result<size_t> take_line(std::string_view input);
  Result<size_t> take_body(std::string_view input);
  Result<void> read_line(std::string_view line);
  Result<void> read_status_line(std::string_view line);
  Result<void> read_field(std::string_view line, Headers& into);
  Result<void> read_special(std::string_view name, std::string_view value);
  Result<void> read_chunk_size(std::string_view line);
  Result<void> end_head();
  void reset_head();

  const Limits limits_;
  State state_ = State::head_line;
  bool is_head_request_ = false;
  bool has_begun_ = false;
  bool keeps_alive_ = true;
  bool is_http1_0_ = false;
  bool is_chunked_ = false;
  bool has_length_ = false;
  uint32_t interim_count_ = 0;
  size_t head_bytes_ = 0;
  uint64_t bytes_left_ = 0;  // of the body or the chunk
  std::string line_;         // a line that came in pieces
  ClientResponse response_;
  base::Buffer body_;
};

}  // namespace telemill::transport
