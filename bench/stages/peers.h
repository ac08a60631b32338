#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "components/receivers/otlp/answers.h"
#include "otlp/walk.h"
#include "transport/client_session.h"
#include "transport/grpc.h"
#include "transport/http2_session.h"
#include "transport/session_driver.h"

/// Whom a stage talks to: OTLP over HTTP/2 without sockets, in order that nothing is left to
/// chance. What peers do is not measured.
namespace telemill::bench {

/// Takes requests as a receiver does, up to the point where it would look inside, and answers.
class AcceptingHandler final : public transport::Handler {
 public:
  transport::HeadVerdict on_head(const transport::RequestHead& head) override {
    return {.body_bytes_max = 16 * 1024 * 1024,
            .is_grpc = transport::grpc::is_grpc_content_type(head.header("content-type"))};
  }
  void on_request(const transport::RequestHead& /*head*/, transport::Body body,
                  transport::Exchange exchange) override {
    body_bytes += body.bytes.size();
    ++requests;
    exchange.respond(components::receivers::otlp::grpc_success());
    last_body = std::move(body.bytes);
  }
  transport::Response on_refusal(const transport::RequestHead& /*head*/,
                                 transport::Refusal /*refusal*/) override {
    return {.status = 500};
  }

  size_t requests = 0;
  size_t body_bytes = 0;
  base::Buffer last_body;
};

/// Hears how calls end.
class CallCounter final : public transport::ClientSession::Observer {
 public:
  void on_done(std::unique_ptr<transport::Call> /*call*/, transport::ClientResult result) override {
    TELEMILL_CHECK(result.has_value() && result->field("grpc-status") == "0");
    ++good;
  }
  void on_unprocessed(std::unique_ptr<transport::Call> /*call*/, Failure /*why*/) override {
    TELEMILL_CHECK(false);
  }
  size_t good = 0;
};

inline transport::ClientSessionSettings peer_settings() {
  transport::ClientSessionSettings settings;
  settings.authority = "127.0.0.1:4317";
  settings.user_agent = "telemill-bench";
  settings.response_bytes_max = 1024;
  return settings;
}

/// A call of Export for `message`, which is framed here.
inline std::unique_ptr<transport::Call> make_export_call(const base::Slice& message) {
  namespace grpc = transport::grpc;
  auto call = std::make_unique<transport::Call>();
  call->request.path = otlp::names(otlp::Signal::traces).grpc_path;
  call->request.headers.push_back({"content-type", std::string(grpc::content_type)});
  call->request.headers.push_back({"te", "trailers"});
  base::Buffer prefix(grpc::prefix_bytes);
  grpc::write_prefix({.is_compressed = false, .size_bytes = static_cast<uint32_t>(message.size())},
                     prefix.extend(grpc::prefix_bytes));
  call->request.body.append(std::move(prefix).freeze());
  call->request.body.append(message);
  return call;
}

/// All that a session wants to send, as one text.
template <class Session>
std::string take_output(Session& session) {
  std::string bytes;
  for (;;) {
    if (session.output().empty()) session.prepare_output();
    std::array<iovec, 64> pieces;
    const size_t count = session.output().pieces(pieces);
    if (count == 0) return bytes;
    size_t taken = 0;
    for (size_t i = 0; i < count; ++i) {
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
      taken += pieces[i].iov_len;
    }
    session.output().consume(taken);
  }
}

}  // namespace telemill::bench
