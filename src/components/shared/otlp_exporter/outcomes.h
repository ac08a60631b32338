#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/log.h"
#include "pipeline/outcome.h"
#include "transport/client.h"
#include "transport/grpc.h"

/// What an OTLP exporter makes of its peer's answers.
/// https://opentelemetry.io/docs/specs/otlp/#failures
namespace telemill::components::shared {

/// By gRPC code: 1, 4, 10, 11, 14, 15 may be retried, 8 only with a RetryInfo.
[[nodiscard]] pipeline::Outcome outcome_of(const transport::grpc::Status& status);

/// By HTTP status: 2xx is sent, 429, 502, 503 and 504 may be retried (a Retry-After is the least
/// delay), all others never. `unix_now` turns a Retry-After date into a delay.
[[nodiscard]] pipeline::Outcome outcome_of(const transport::ClientResponse& response,
                                           UnixNanos unix_now);

/// Seconds or an RFC 1123 date; nothing when it is neither.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view text, UnixNanos unix_now);

/// The partial_success of an Export...ServiceResponse.
struct PartialSuccess {
  int64_t rejected_items = 0;
  std::string message;
};
/// Fails when `response` is no protobuf message.
Result<PartialSuccess> read_partial_success(std::string_view response);

/// Logs what a peer rejected. It counts as sent and is never retried.
void note_partial_success(const PartialSuccess& partial, const log::Logger& logger);

}  // namespace telemill::components::shared
