#pragma once

#include "components/receivers/otlp/intake.h"
#include "pipeline/outcome.h"
#include "transport/grpc.h"
#include "transport/http.h"

/// What clients hear: the response matrix of OTLP, for both transports.
/// https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-response
namespace telemill::components::receivers::otlp {

/// The two kinds of bodies that OTLP/HTTP knows, and anything else.
enum class BodyKind : uint8_t { protobuf, json, other };
[[nodiscard]] BodyKind body_kind(std::string_view content_type) noexcept;

/// The gRPC status that stands for a pipeline's outcome: the code it carries, or 14 for what may
/// be retried and 13 for what may not.
[[nodiscard]] transport::grpc::Status to_status(const pipeline::Outcome& outcome);

/// The HTTP status for a gRPC code.
[[nodiscard]] int http_status(transport::grpc::Code code) noexcept;

/// 200 with an empty partial success, in `kind`.
[[nodiscard]] transport::Response http_success(BodyKind kind);
/// A google.rpc.Status as the body, in `kind`; bodies of other kinds get a fixed 500 in JSON.
[[nodiscard]] transport::Response http_error(int http_status, const transport::grpc::Status& status,
                                             BodyKind kind);
[[nodiscard]] transport::Response plain_text(int http_status, std::string_view text);

/// Status 0 with an empty partial success.
[[nodiscard]] transport::Response grpc_success();

}  // namespace telemill::components::receivers::otlp
