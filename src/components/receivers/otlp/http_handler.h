#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "components/receivers/otlp/answers.h"
#include "components/receivers/otlp/intake.h"
#include "components/receivers/otlp/otlp_config.h"
#include "components/shared/call_metrics/call_metrics.h"
#include "components/shared/http_server/answer_headers.h"
#include "components/shared/http_server/callers.h"
#include "transport/server.h"

namespace telemill::components::receivers::otlp {

/// OTLP over HTTP: POST of protobuf or JSON to one path per signal. Checks in the reference's
/// order: browsers' questions, caller, coding, path, method, content type.
class HttpHandler final : public transport::Handler {
 public:
  HttpHandler(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
              const HttpConfig& config);

  /// Where it is reached, for its metrics. Before the first request.
  void serve_at(runtime::Labels address) {
    calls_ =
        std::make_unique<shared::HttpCalls>(metrics_, shared::CallSide::server, std::move(address));
  }

  /// Finds its authenticator.
  Result<void, Failure> start(const pipeline::ComponentContext& context) {
    return callers_.start(context);
  }

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;

 private:
  [[nodiscard]] std::optional<telemill::otlp::Signal> signal_of(std::string_view path) const;
  /// The coding of the body, if it is known and allowed.
  [[nodiscard]] std::optional<codec::Coding> coding_of(const transport::RequestHead& head) const;
  [[nodiscard]] std::optional<transport::Response> refuse_head(
      const transport::RequestHead& head) const;
  [[nodiscard]] transport::Response to_response(const IntakeAnswer& answer, BodyKind kind) const;
  [[nodiscard]] transport::Response refuse_caller(const Failure& refusal, BodyKind kind) const;
  /// What is remembered of a request while it is worked on.
  struct Pending {
    BodyKind kind;
    std::string origin;
    transport::Exchange exchange;
    TimePoint start;  // and what follows: only where calls are recorded
    shared::HttpCalls::Call call;
  };
  void take(Intake::Request request, Pending pending);
  [[nodiscard]] bool is_recording() const noexcept { return calls_ && calls_->is_recording(); }
  [[nodiscard]] shared::HttpCalls::Call call_of(const transport::RequestHead& head) const;
  /// Counts the call and passes its answer on.
  transport::Response noted(shared::HttpCalls::Call call, transport::Response response);

  const shared::HttpServerConfig& config_;
  const shared::AnswerHeaders answer_headers_;
  shared::Callers callers_;
  runtime::Lane& lane_;
  runtime::MetricRegistry& metrics_;
  std::unique_ptr<shared::HttpCalls> calls_;  // null: until it is known where we serve
  Intake intake_;
  std::array<std::string, telemill::otlp::signal_count> paths_;
  const pipeline::Lifeline lifeline_;  // of callers who are being identified
};

}  // namespace telemill::components::receivers::otlp
