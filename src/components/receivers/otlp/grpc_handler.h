#pragma once

#include "components/receivers/otlp/intake.h"
#include "components/receivers/otlp/otlp_config.h"
#include "transport/server.h"

namespace telemill::components::receivers::otlp {

/// The Export services of OTLP over gRPC, unary calls only. Unknown services and signals without a
/// pipeline answer 12, oversized messages 8, broken ones 13, an exhausted memory budget 14.
class GrpcHandler final : public transport::Handler {
 public:
  GrpcHandler(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
              const GrpcConfig& config)
      : intake_(context, outputs, "grpc"), message_bytes_max_(config.message_bytes_max()) {}

  transport::HeadVerdict on_head(const transport::RequestHead& head) override;
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override;
  transport::Response on_refusal(const transport::RequestHead& head,
                                 transport::Refusal refusal) override;

 private:
  Intake intake_;
  const size_t message_bytes_max_;
};

}  // namespace telemill::components::receivers::otlp
