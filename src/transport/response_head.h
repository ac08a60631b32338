#pragma once

#include <array>
#include <string_view>

#include "base/units.h"
#include "transport/http.h"
#include "transport/output_queue.h"

namespace telemill::transport {

/// The phrase behind a status code, such as "Not Found"; "Status" for unknown ones.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// The `Date` header's text, made once per second.
class HttpDate {
 public:
  /// `Tue, 15 Nov 1994 08:12:31 GMT`; valid until the next call.
  [[nodiscard]] std::string_view text(UnixNanos now) noexcept;

 private:
  uint64_t second_ = UINT64_MAX;
  std::array<char, 32> text_{};
};

/// Replaces what would break out of a header value: answers may quote what a peer sent.
void clean_values(Headers& headers) noexcept;

/// A refusal by the server itself, with a line of text for people.
[[nodiscard]] Response plain_response(int status, std::string_view text);

/// How an HTTP/1 answer goes out.
struct Http1AnswerForm {
  bool closes = false;           // Connection: close
  bool says_keep_alive = false;  // HTTP/1.0 wants to hear it
  bool has_body = true;          // false for HEAD
};
/// Queues status line, headers and body.
void write_http1_response(const Response& response, Http1AnswerForm form, std::string_view date,
                          OutputQueue& output);

}  // namespace telemill::transport
