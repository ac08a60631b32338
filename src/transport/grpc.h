#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/units.h"
#include "telemill/result.h"
#include "transport/http.h"

/// gRPC over HTTP/2 for unary calls: message framing, status and timeouts.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
namespace telemill::transport::grpc {

enum class Code : uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// How a call ended. `details` is a serialised google.rpc.Status or empty; it travels in
/// `grpc-status-details-bin`.
struct Status {
  Code code = Code::ok;
  std::string message;
  std::string details;
};

inline constexpr size_t prefix_bytes = 5;
inline constexpr std::string_view content_type = "application/grpc";

/// The five bytes before a message.
struct Prefix {
  bool is_compressed = false;
  uint32_t size_bytes = 0;
};
/// Reads a prefix; `bytes` holds at least five. Fails when the flag byte is neither 0 nor 1.
Result<Prefix> read_prefix(std::string_view bytes) noexcept;
void write_prefix(Prefix prefix, char* into) noexcept;

/// The value of `grpc-timeout` ("100m" is 100 ms). Nothing when malformed.
std::optional<Duration> parse_timeout(std::string_view text) noexcept;
/// At most eight digits and a unit, rounded up.
std::string format_timeout(Duration timeout);

/// `grpc-message` is percent-encoded UTF-8.
std::string encode_message(std::string_view text);
std::string decode_message(std::string_view text);

/// True for `application/grpc` and its subtypes.
[[nodiscard]] bool is_grpc_content_type(std::string_view content_type) noexcept;

/// A server's answer with `message` (unframed; ignored unless the status is ok).
Response make_response(const Status& status, base::Rope message);

/// What a client makes of a response: status from trailers, or from the HTTP status by
/// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md when there is none.
struct Reply {
  Status status;
  base::Slice message;  // without its prefix, still compressed if `is_compressed`
  bool is_compressed = false;
  std::string encoding;  // the response's grpc-encoding
};
Reply read_reply(const ClientResponse& response);

/// RetryInfo's delay out of a serialised google.rpc.Status, if there is one (google.rpc.RetryInfo).
std::optional<Duration> retry_delay(std::string_view status_details) noexcept;
/// A serialised google.rpc.Status; with `retry_delay` it carries a RetryInfo.
std::string encode_status(Code code, std::string_view message,
                          std::optional<Duration> retry_delay = std::nullopt);

}  // namespace telemill::transport::grpc
