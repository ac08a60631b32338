#include "components/receivers/otlp/http_handler.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "transport/grpc.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using telemill::otlp::Signal;
using transport::Response;

std::string with_slash(const std::string& path) {
  return path.starts_with('/') ? path : "/" + path;
}

}  // namespace

HttpHandler::HttpHandler(const pipeline::ComponentContext& context,
                         const pipeline::ReceiverOutputs& outputs, const HttpConfig& config)
    : config_(config.server),
      answer_headers_(config.server),
      callers_({.auth = config.server.auth, .include_metadata = config.server.include_metadata}),
      lane_(context.lane),
      metrics_(context.metrics),
      intake_(context, outputs, "http"),
      paths_{with_slash(config.traces_url_path), with_slash(config.metrics_url_path),
             with_slash(config.logs_url_path),
             std::string(telemill::otlp::names(Signal::profiles).http_path)} {}

std::optional<Signal> HttpHandler::signal_of(std::string_view path) const {
  for (const Signal signal : telemill::otlp::all_signals) {
    if (paths_[static_cast<size_t>(signal)] == path && intake_.serves(signal)) return signal;
  }
  return std::nullopt;
}

std::optional<codec::Coding> HttpHandler::coding_of(const transport::RequestHead& head) const {
  const std::string_view name = head.header("content-encoding");
  const auto coding = codec::coding_from_http(name);
  if (!coding) return coding;
  // An empty list decodes nothing: such bodies are taken as they are.
  if (config_.compression_algorithms.empty()) return codec::Coding::identity;
  // By name, not by coding: `zlib` may be allowed where `deflate` is not. A list without "" refuses
  // plain bodies.
  const std::string_view listed = *coding == codec::Coding::identity ? std::string_view() : name;
  const bool is_allowed = std::ranges::any_of(
      config_.compression_algorithms,
      [listed](const std::string& allowed) { return codec::equals_without_case(allowed, listed); });
  return is_allowed ? coding : std::nullopt;
}

std::optional<Response> HttpHandler::refuse_head(const transport::RequestHead& head) const {
  const BodyKind kind = body_kind(head.header("content-type"));
  if (!coding_of(head)) {
    return http_error(400,
                      {.code = grpc::Code::invalid_argument,
                       .message = "unsupported Content-Encoding: " +
                                  std::string(head.header("content-encoding"))},
                      kind);
  }
  if (!signal_of(head.path)) return plain_text(404, "404 page not found\n");
  if (head.method != "POST") {
    return plain_text(405, "405 method not allowed, supported: [POST]");
  }
  if (kind == BodyKind::other) {
    return plain_text(415,
                      "415 unsupported media type, supported: [application/json, "
                      "application/x-protobuf]");
  }
  return std::nullopt;
}

Response HttpHandler::refuse_caller(const Failure& refusal, BodyKind kind) const {
  if (shared::is_temporary(refusal)) {
    return http_error(503, {.code = grpc::Code::unavailable, .message = refusal.message}, kind);
  }
  Response response =
      http_error(401, {.code = grpc::Code::unauthenticated, .message = refusal.message}, kind);
  response.headers.push_back({"www-authenticate", callers_.challenge()});
  return response;
}

shared::HttpCalls::Call HttpHandler::call_of(const transport::RequestHead& head) const {
  const auto signal = signal_of(head.path);
  return {.method = head.method,
          .route = signal ? paths_[static_cast<size_t>(*signal)] : std::string_view(),
          .version = head.version,
          .is_secure = head.is_secure};
}

Response HttpHandler::noted(shared::HttpCalls::Call call, Response response) {
  call.status = response.status;
  call.response_bytes = response.body.size();
  calls_->record(call);
  return response;
}

transport::HeadVerdict HttpHandler::on_head(const transport::RequestHead& head) {
  transport::HeadVerdict verdict{.body_bytes_max = config_.body_bytes_max()};
  std::optional<Response> answer = answer_headers_.preflight(head);
  if (!answer) {
    const auto refusal = callers_.refuse(head);
    answer = refusal ? refuse_caller(*refusal, body_kind(head.header("content-type")))
                     : refuse_head(head);
    if (answer) answer = answer_headers_.added_to(*std::move(answer), head.header("origin"));
  }
  if (answer && is_recording()) answer = noted(call_of(head), *std::move(answer));
  if (answer) verdict.answer = std::make_unique<Response>(*std::move(answer));
  return verdict;
}

Response HttpHandler::to_response(const IntakeAnswer& answer, BodyKind kind) const {
  if (const auto* refusal = std::get_if<IntakeRefusal>(&answer)) {
    const bool is_ours = refusal->kind == RefusalKind::overloaded;
    return http_error(is_ours ? 503 : 400,
                      {.code = is_ours ? grpc::Code::unavailable : grpc::Code::invalid_argument,
                       .message = refusal->what},
                      kind);
  }
  const auto& outcome = std::get<pipeline::Outcome>(answer);
  if (outcome.is_ok()) return http_success(kind);
  const grpc::Status status = to_status(outcome);
  return http_error(http_status(status.code), status, kind);
}

void HttpHandler::on_request(const transport::RequestHead& head, transport::Body body,
                             transport::Exchange exchange) {
  const BodyKind kind = body_kind(head.header("content-type"));
  const codec::Coding coding = codec::coding_of_http_body(*coding_of(head), body.bytes.view());
  Intake::Request request{
      .signal = *signal_of(head.path),
      .format = kind == BodyKind::json ? Intake::Format::json : Intake::Format::protobuf,
      .coding = coding,
      .message_bytes_max = config_.body_bytes_max(),
      .message_offset = 0,
      .body = std::move(body.bytes),
      .admission = std::move(body.admission)};
  Pending pending{kind, answer_headers_.origin_of(head), std::move(exchange), {}, {}};
  if (is_recording()) {
    pending.start = lane_.read_now();
    pending.call = call_of(head);
    pending.call.method = "POST";  // others are refused by their heads, and the head goes
    pending.call.request_bytes = request.body.size();
  }
  if (!callers_.is_checking()) {
    request.context = callers_.context_of(head);
    return take(std::move(request), std::move(pending));
  }
  callers_.identify(head, [this, watch = lifeline_.watch(), request = std::move(request),
                           pending = std::move(pending)](auto caller) mutable {
    if (!watch.is_alive()) return;
    if (!caller) {
      Response refused = refuse_caller(caller.error(), pending.kind);
      if (is_recording()) refused = noted(pending.call, std::move(refused));
      return pending.exchange.respond(answer_headers_.added_to(std::move(refused), pending.origin));
    }
    request.context = *std::move(caller);
    take(std::move(request), std::move(pending));
  });
}

void HttpHandler::take(Intake::Request request, Pending pending) {
  const auto answer_of = [this](const IntakeAnswer& answer, BodyKind kind,
                                std::string_view origin) {
    return answer_headers_.added_to(to_response(answer, kind), origin);
  };
  if (pending.origin.empty() && !is_recording()) {  // small enough to be kept without an allocation
    return intake_.take(
        std::move(request),
        [answer_of, kind = pending.kind, reply = std::move(pending.exchange)](
            const IntakeAnswer& answer) mutable { reply.respond(answer_of(answer, kind, {})); });
  }
  intake_.take(std::move(request),
               [this, answer_of, pending = std::move(pending)](const IntakeAnswer& answer) mutable {
                 Response response = answer_of(answer, pending.kind, pending.origin);
                 if (is_recording()) {
                   pending.call.duration = lane_.read_now() - pending.start;
                   response = noted(pending.call, std::move(response));
                 }
                 pending.exchange.respond(std::move(response));
               });
}

Response HttpHandler::on_refusal(const transport::RequestHead& head, transport::Refusal refusal) {
  const BodyKind kind = body_kind(head.header("content-type"));
  const auto finished = [&](Response response) {
    response = answer_headers_.added_to(std::move(response), head.header("origin"));
    return is_recording() ? noted(call_of(head), std::move(response)) : std::move(response);
  };
  if (refusal == transport::Refusal::overloaded) {
    return finished(http_error(
        503, {.code = grpc::Code::unavailable, .message = "memory budget is exhausted"}, kind));
  }
  const char* const what = refusal == transport::Refusal::too_large
                               ? "http: request body too large"
                               : "the request body could not be read";
  return finished(http_error(400, {.code = grpc::Code::invalid_argument, .message = what}, kind));
}

}  // namespace telemill::components::receivers::otlp
