#pragma once

#include <memory>
#include <vector>

#include "components/receivers/otlp/grpc_handler.h"
#include "components/receivers/otlp/http_handler.h"
#include "components/receivers/otlp/otlp_config.h"
#include "pipeline/component.h"
#include "transport/server.h"

namespace telemill::components::receivers::otlp {

/// Listens for OTLP on one lane. Every lane has its own listener on the same port; a port of zero
/// and a unix socket can be held once, so the first lane has them alone.
class Otlp final : public pipeline::Receiver {
 public:
  Otlp(const pipeline::ComponentContext& context, const OtlpConfig& config,
       const pipeline::ReceiverOutputs& outputs);

  Result<void, Failure> start() override;
  void drain(base::UniqueFunction<void()> done) override;

 private:
  Result<void, Failure> listen(const std::string& endpoint, SocketKind kind,
                               const transport::ServerSettings& settings,
                               transport::Handler& handler, std::string_view protocol);

  const pipeline::ComponentContext context_;
  const OtlpConfig& config_;
  std::unique_ptr<GrpcHandler> grpc_;
  std::unique_ptr<HttpHandler> http_;
  std::vector<std::unique_ptr<transport::Server>> servers_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::receivers::otlp
