#pragma once

#include "components/receivers/otlp/intake.h"
#include "components/receivers/otlp/otlp_config.h"
#include "components/shared/call_metrics/call_metrics.h"
#include "components/shared/http_server/callers.h"
#include "transport/server.h"

namespace telemill::components::receivers::otlp {

/// The Export services of OTLP over gRPC, unary calls only. Unknown services and signals without a
/// pipeline answer 12, oversized messages 8, broken ones 13, an exhausted memory budget 14, callers
/// who are not known 16.
class GrpcHandler final : public transport::Handler {
 public:
  GrpcHandler(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
              const GrpcConfig& config)
      : lane_(context.lane),
        intake_(context, outputs, "grpc"),
        calls_(context.metrics, shared::CallSide::server, {}),
        callers_({.auth = config.auth, .include_metadata = config.include_metadata}),
        message_bytes_max_(config.message_bytes_max()) {}

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
  void take(Intake::Request request, transport::Exchange exchange);

  transport::HeadVerdict judge(const transport::RequestHead& head);
  transport::Response refuse(transport::Refusal refusal) const;
  /// `path` as the client wrote it. Counts nothing that is no answer of gRPC.
  void note(std::string_view path, const transport::Response& response, Duration duration);

  runtime::Lane& lane_;
  Intake intake_;
  shared::RpcCalls calls_;
  shared::Callers callers_;
  const size_t message_bytes_max_;
  const pipeline::Lifeline lifeline_;  // of callers who are being identified
};

}  // namespace telemill::components::receivers::otlp
