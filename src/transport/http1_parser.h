#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/http.h"

namespace telemill::transport {

/// Why a request is refused before anybody looked at it: the status that says so, and the rule.
struct Http1Fault {
  int status = 0;
  const char* rule = "";  // a string literal
};

/// Reads HTTP/1.0 and 1.1 requests out of a byte stream, RFC 9112. Pure and strict: what two
/// servers could read in two ways is refused. Bytes may come in pieces of any size.
class Http1Parser {
 public:
  struct Limits {
    size_t head_bytes_max = size_t{16} << 10;
    size_t header_count_max = 100;
  };
  enum class Event : uint8_t {
    more,   // nothing to tell: goes on with the rest of the input, or with new input
    head,   // `head()` is complete
    body,   // `data` is the next part of the body
    end,    // the request is complete; the next step begins another
    fault,  // `fault()` says why; the stream cannot be read on
  };
  struct Step {
    Event event;
    size_t consumed;        // from the front of the input
    std::string_view data;  // borrows from the input
  };

  explicit Http1Parser(const Limits& limits) : limits_(limits) {}

  /// Goes one event further; call again with the rest of the input. New input is needed after
  /// `more` when all is consumed.
  Step step(std::string_view input);

  /// The current request's head, without peer; valid until a step that reads the next one.
  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
  [[nodiscard]] const Http1Fault& fault() const noexcept { return fault_; }
  /// What the client wants; answers may still close the connection.
  [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  /// True before the first byte of a request.
  [[nodiscard]] bool is_between_requests() const noexcept {
    return state_ == State::request_line && (is_fresh_ || text_.empty());
  }

  /// Bytes still to come of a body with Content-Length; zero for chunked ones.
  [[nodiscard]] uint64_t body_bytes_left() const noexcept {
    return state_ == State::counted_body ? body_bytes_left_ : 0;
  }
  /// So many of them were read elsewhere.
  void skip_body(uint64_t bytes) noexcept { body_bytes_left_ -= bytes; }

 private:
  enum class State : uint8_t {
    request_line,
    header_line,
    counted_body,
    chunk_size,
    chunk_extension,
    chunk_size_end,  // the LF behind the size
    chunk_data,
    chunk_data_cr,
    chunk_data_lf,
    trailer_line,
    ended,
    failed,
  };
  /// A header's place in `text_`, which may move while it grows.
  struct Field {
    uint32_t name, name_size, value, value_size;
  };

  Step fail(int status, const char* rule, size_t consumed = 0);
  Step step_head(std::string_view input);
  Step step_counted_body(std::string_view input);
  Step step_chunked(std::string_view input);
  Step step_chunk_size(std::string_view input);
  Step step_chunk_data(std::string_view input);
  Step step_trailers(std::string_view input);
  Step end(size_t consumed) noexcept;
  bool read_request_line();
  bool read_target(std::string_view target);
  bool read_header_line();
  bool read_special(const Field& field);
  bool read_content_length(std::string_view value);
  bool read_transfer_encoding(std::string_view value);
  bool read_connection(std::string_view value);
  bool end_head();
  bool refuse(int status, const char* rule) noexcept;
  [[nodiscard]] std::string_view text(uint32_t offset, uint32_t size) const noexcept {
    return std::string_view(text_).substr(offset, size);
  }

  const Limits limits_;
  State state_ = State::request_line;
  Http1Fault fault_;

  std::string text_;  // the head as it came, names lowered in place
  size_t line_start_ = 0;
  std::vector<Field> fields_;
  std::vector<HeaderView> views_;
  Field request_line_{};  // method and target
  RequestHead head_;

  bool is_fresh_ = true;  // `text_` is still the former request's
  bool keeps_alive_ = true;
  bool expects_continue_ = false;
  bool is_chunked_ = false;
  bool has_host_ = false;
  uint64_t body_bytes_left_ = 0;
  size_t framing_bytes_ = 0;  // of a chunk's size line or of the trailers
  int size_digits_ = 0;
  // In trailers: the byte before the input, and whether its line holds more than CR LF.
  char previous_ = 0;
  bool line_has_bytes_ = false;
};

}  // namespace telemill::transport
