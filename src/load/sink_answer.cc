#include "load/sink_answer.h"

#include <fmt/format.h>

#include "transport/grpc.h"
#include "wire/json_encoder.h"
#include "wire/schema.h"
#include "wire/writer.h"

namespace telemill::load {
namespace {

namespace grpc = transport::grpc;

constexpr int http_status_min = 100;
constexpr std::string_view accepted_protobuf{"\x0a\x00", 2};
constexpr std::string_view accepted_json = R"({"partialSuccess":{}})";
constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

grpc::Code code_of(int code) noexcept {
  if (code < http_status_min) return static_cast<grpc::Code>(code);
  switch (code) {
    case 400:
      return grpc::Code::invalid_argument;
    case 401:
      return grpc::Code::unauthenticated;
    case 403:
      return grpc::Code::permission_denied;
    case 404:
      return grpc::Code::unimplemented;
    case 429:
      return grpc::Code::resource_exhausted;
    case 502:
    case 503:
    case 504:
      return grpc::Code::unavailable;
    default:
      return grpc::Code::unknown;
  }
}

int status_of(int code) noexcept {
  if (code >= http_status_min) return code;
  switch (static_cast<grpc::Code>(code)) {
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

base::Slice partial_success(Speech speech, uint64_t rejected) {
  if (speech == Speech::http_json) {
    // All three names, so that each signal's client finds its own; unknown keys are skipped.
    return base::Slice::copy_of(
        fmt::format(R"({{"partialSuccess":{{"rejectedSpans":"{0}","rejectedDataPoints":"{0}",)"
                    R"("rejectedLogRecords":"{0}","errorMessage":"as told"}}}})",
                    rejected));
  }
  base::Buffer bytes;
  wire::Writer out(bytes);
  const size_t partial = out.open(1);
  out.varint(1, rejected);
  out.bytes(2, "as told");
  out.close(partial);
  return std::move(bytes).freeze();
}

}  // namespace

transport::Response accept_answer(Speech speech, uint64_t rejected_items) {
  const base::Slice body =
      rejected_items > 0
          ? partial_success(speech, rejected_items)
          : base::Slice::of_static(speech == Speech::http_json ? accepted_json : accepted_protobuf);
  if (speech == Speech::grpc) return grpc::make_response({}, base::Rope(body));
  transport::Response response;
  response.content_type = speech == Speech::http_json ? json_type : protobuf_type;
  response.body.append(body);
  return response;
}

transport::Response refuse_answer(Speech speech, int code, std::string_view message,
                                  std::optional<Duration> retry_after) {
  const grpc::Code grpc_code = code_of(code);
  std::string status = grpc::encode_status(grpc_code, message, retry_after);
  if (speech == Speech::grpc) {
    if (!retry_after) status.clear();
    return grpc::make_response({grpc_code, std::string(message), std::move(status)}, {});
  }
  transport::Response response;
  response.status = status_of(code);
  if (retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*retry_after).count();
    response.headers.push_back({"retry-after", std::to_string(seconds)});
  }
  if (speech == Speech::http_protobuf) {
    response.content_type = protobuf_type;
    response.body.append(base::Slice::copy_of(status));
    return response;
  }
  base::Buffer json;
  if (!wire::encode_json(wire::schema::rpc_status, status, json)) json.append("{}");
  response.content_type = json_type;
  response.body.append(std::move(json).freeze());
  return response;
}

}  // namespace telemill::load
