#include "components/receivers/otlp/answers.h"

#include <utility>

#include "components/receivers/otlp/status_json.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using transport::Response;

constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";
/// An Export...ServiceResponse with an empty partial_success, field 1.
constexpr std::string_view empty_partial_success{"\x0a\x00", 2};
/// The same behind the five bytes of gRPC.
constexpr std::string_view empty_partial_success_framed{"\x00\x00\x00\x00\x02\x0a\x00", 7};

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace

BodyKind body_kind(std::string_view content_type) noexcept {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (equals_lower(type, protobuf_type)) return BodyKind::protobuf;
  if (equals_lower(type, json_type)) return BodyKind::json;
  return BodyKind::other;
}

grpc::Status to_status(const pipeline::Outcome& outcome) {
  if (outcome.is_ok()) return {};
  grpc::Status status{.code = outcome.cls == pipeline::OutcomeClass::permanent
                                  ? grpc::Code::internal
                                  : grpc::Code::unavailable,
                      .message = outcome.message,
                      .details = outcome.details};
  if (outcome.grpc_code) status.code = static_cast<grpc::Code>(*outcome.grpc_code);
  return status;
}

int http_status(grpc::Code code) noexcept {
  switch (code) {
    case grpc::Code::cancelled:
    case grpc::Code::deadline_exceeded:
    case grpc::Code::aborted:
    case grpc::Code::out_of_range:
    case grpc::Code::unavailable:
    case grpc::Code::data_loss:
      return 503;
    case grpc::Code::resource_exhausted:
      return 429;
    case grpc::Code::invalid_argument:
      return 400;
    case grpc::Code::unauthenticated:
      return 401;
    case grpc::Code::permission_denied:
      return 403;
    case grpc::Code::unimplemented:
      return 404;
    default:
      return 500;
  }
}

Response http_success(BodyKind kind) {
  const bool is_json = kind == BodyKind::json;
  Response response{.status = 200, .content_type = is_json ? json_type : protobuf_type};
  response.body.append(
      base::Slice::of_static(is_json ? R"({"partialSuccess":{}})" : empty_partial_success));
  return response;
}

Response http_error(int http_status, const grpc::Status& status, BodyKind kind) {
  if (kind == BodyKind::other) {
    Response response{.status = 500, .content_type = json_type};
    response.body.append(
        base::Slice::of_static(R"({"code":13,"message":"failed to marshal error message"})"));
    return response;
  }
  Response response{.status = http_status,
                    .content_type = kind == BodyKind::json ? json_type : protobuf_type};
  const std::string encoded =
      status.details.empty() ? grpc::encode_status(status.code, status.message) : status.details;
  response.body.append(kind == BodyKind::json ? status_json(encoded)
                                              : base::Slice::copy_of(encoded));
  if (http_status == 429 || http_status == 503) {
    if (const auto delay = grpc::retry_delay(status.details)) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*delay).count();
      response.headers.push_back({"retry-after", std::to_string(seconds)});
    }
  }
  return response;
}

Response plain_text(int http_status, std::string_view text) {
  Response response{.status = http_status, .content_type = "text/plain"};
  response.body.append(base::Slice::copy_of(text));
  return response;
}

Response grpc_success() {
  // What every request but a failed one hears: nothing of it is made anew.
  Response response{.content_type = grpc::content_type};
  response.body.append(base::Slice::of_static(empty_partial_success_framed));
  response.trailers.push_back({"grpc-status", "0"});
  return response;
}

}  // namespace telemill::components::receivers::otlp
