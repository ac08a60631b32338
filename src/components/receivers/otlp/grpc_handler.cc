#include "components/receivers/otlp/grpc_handler.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "components/receivers/otlp/answers.h"
#include "transport/grpc.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using telemill::otlp::Signal;
using transport::Response;

Response failure(grpc::Code code, std::string message) {
  return grpc::make_response({.code = code, .message = std::move(message)}, {});
}

transport::HeadVerdict answer(Response response) {
  transport::HeadVerdict verdict;
  verdict.answer = std::make_unique<Response>(std::move(response));
  return verdict;
}

std::optional<Signal> signal_of(std::string_view path) noexcept {
  for (const Signal signal : telemill::otlp::all_signals) {
    if (telemill::otlp::names(signal).grpc_path == path) return signal;
  }
  return std::nullopt;
}

grpc::Code code_of(RefusalKind kind) noexcept {
  switch (kind) {
    case RefusalKind::too_large:
      return grpc::Code::resource_exhausted;
    case RefusalKind::overloaded:
      return grpc::Code::unavailable;
    case RefusalKind::bad_coding:
    case RefusalKind::undecodable:
      break;
  }
  return grpc::Code::internal;
}

Response refuse_caller(const Failure& refusal) {
  return failure(
      shared::is_temporary(refusal) ? grpc::Code::unavailable : grpc::Code::unauthenticated,
      refusal.message);
}

Response to_response(const IntakeAnswer& answer) {
  if (const auto* refusal = std::get_if<IntakeRefusal>(&answer)) {
    return failure(code_of(refusal->kind), refusal->what);
  }
  const auto& outcome = std::get<pipeline::Outcome>(answer);
  return outcome.is_ok() ? grpc_success() : grpc::make_response(to_status(outcome), {});
}

}  // namespace

void GrpcHandler::note(std::string_view path, const Response& response, Duration duration) {
  if (!calls_.is_recording()) return;
  const auto signal = signal_of(path);
  for (const transport::Header& trailer : response.trailers) {
    if (trailer.name != "grpc-status") continue;
    unsigned code = 0;
    std::from_chars(trailer.value.data(), trailer.value.data() + trailer.value.size(), code);
    calls_.record(signal ? telemill::otlp::names(*signal).grpc_path : "",
                  static_cast<grpc::Code>(code), duration);
  }
}

transport::HeadVerdict GrpcHandler::on_head(const transport::RequestHead& head) {
  transport::HeadVerdict verdict = judge(head);
  if (verdict.answer) note(head.path, *verdict.answer, {});
  return verdict;
}

transport::HeadVerdict GrpcHandler::judge(const transport::RequestHead& head) {
  constexpr std::string_view advice = "this port speaks gRPC: POST with application/grpc";
  if (head.method != "POST") return answer(plain_text(405, advice));
  if (!grpc::is_grpc_content_type(head.header("content-type"))) {
    return answer(plain_text(415, advice));
  }
  if (const auto refusal = callers_.refuse(head)) return answer(refuse_caller(*refusal));
  const auto signal = signal_of(head.path);
  if (!signal || !intake_.serves(*signal)) {
    return answer(
        failure(grpc::Code::unimplemented, "unknown service or method " + std::string(head.path)));
  }
  const std::string_view encoding = head.header("grpc-encoding");
  if (!codec::coding_from_grpc(encoding)) {
    return answer(failure(grpc::Code::unimplemented,
                          "Decompressor is not installed for "
                          "grpc-encoding \"" +
                              std::string(encoding) + "\""));
  }
  return {.body_bytes_max = message_bytes_max_ + grpc::prefix_bytes, .is_grpc = true};
}

void GrpcHandler::on_request(const transport::RequestHead& head, transport::Body body,
                             transport::Exchange exchange) {
  const std::string_view bytes = body.bytes.view();
  const auto answer_at_once = [&](Response response) {
    note(head.path, response, {});
    exchange.respond(std::move(response));
  };
  if (bytes.size() < grpc::prefix_bytes) {
    return answer_at_once(failure(grpc::Code::internal, "the call carries no message"));
  }
  const auto prefix = grpc::read_prefix(bytes);
  if (prefix && prefix->size_bytes > message_bytes_max_) {
    return answer_at_once(refuse(transport::Refusal::too_large));
  }
  if (!prefix || prefix->size_bytes != bytes.size() - grpc::prefix_bytes) {
    return answer_at_once(
        failure(grpc::Code::internal, "the call carries no single whole message"));
  }
  const codec::Coding coding = *codec::coding_from_grpc(head.header("grpc-encoding"));
  if (prefix->is_compressed && coding == codec::Coding::identity) {
    return answer_at_once(
        failure(grpc::Code::internal, "compressed flag set with identity or empty encoding"));
  }
  Intake::Request request{.signal = *signal_of(head.path),
                          .coding = prefix->is_compressed ? coding : codec::Coding::identity,
                          .message_bytes_max = message_bytes_max_,
                          .message_offset = grpc::prefix_bytes,
                          .body = std::move(body.bytes),
                          .admission = std::move(body.admission)};
  if (!callers_.is_checking()) {
    request.context = callers_.context_of(head);
    return take(std::move(request), std::move(exchange));
  }
  callers_.identify(head, [this, watch = lifeline_.watch(), request = std::move(request),
                           reply = std::move(exchange)](auto caller) mutable {
    if (!watch.is_alive()) return;
    if (!caller) {
      Response refused = refuse_caller(caller.error());
      note(telemill::otlp::names(request.signal).grpc_path, refused, {});
      return reply.respond(std::move(refused));
    }
    request.context = *std::move(caller);
    take(std::move(request), std::move(reply));
  });
}

void GrpcHandler::take(Intake::Request request, transport::Exchange exchange) {
  if (calls_.is_recording()) {
    const std::string_view path = telemill::otlp::names(request.signal).grpc_path;
    return intake_.take(std::move(request),
                        [this, path, start = lane_.read_now(),
                         reply = std::move(exchange)](const IntakeAnswer& answer) mutable {
                          Response response = to_response(answer);
                          note(path, response, lane_.read_now() - start);
                          reply.respond(std::move(response));
                        });
  }
  intake_.take(std::move(request), [reply = std::move(exchange)](IntakeAnswer answer) mutable {
    reply.respond(to_response(answer));
  });
}

Response GrpcHandler::on_refusal(const transport::RequestHead& head, transport::Refusal refusal) {
  Response response = refuse(refusal);
  note(head.path, response, {});
  return response;
}

Response GrpcHandler::refuse(transport::Refusal refusal) const {
  switch (refusal) {
    case transport::Refusal::too_large:
      return failure(
          grpc::Code::resource_exhausted,
          "received message larger than max (" + std::to_string(message_bytes_max_) + " bytes)");
    case transport::Refusal::overloaded:
      return failure(grpc::Code::unavailable, "memory budget is exhausted");
    case transport::Refusal::unreadable:
      break;
  }
  return failure(grpc::Code::internal, "the message could not be read");
}

}  // namespace telemill::components::receivers::otlp
