#pragma once

#include <memory>

#include "components/receivers/otlp/grpc_handler.h"
#include "components/receivers/otlp/http_handler.h"
#include "components/receivers/otlp/otlp_config.h"
#include "components/shared/http_server/listeners.h"
#include "pipeline/component.h"

namespace telemill::components::receivers::otlp {

/// Listens for OTLP on one lane. Every lane has its own listener on the same port.
class Otlp final : public pipeline::Receiver {
 public:
  Otlp(const pipeline::ComponentContext& context, const OtlpConfig& config,
       const pipeline::ReceiverOutputs& outputs);

  Result<void, Failure> start() override;
  void drain(base::UniqueFunction<void()> done) override;

 private:
  const pipeline::ComponentContext context_;
  const OtlpConfig& config_;
  std::unique_ptr<GrpcHandler> grpc_;
  std::unique_ptr<HttpHandler> http_;
  shared::Listeners listeners_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::receivers::otlp
