#include "components/receivers/otlp/otlp.h"

#include <utility>

namespace telemill::components::receivers::otlp {
namespace {

using transport::ServerSettings;

ServerSettings settings_of(const GrpcConfig& config) {
  const KeepaliveServerParameters& keepalive = config.keepalive.server_parameters;
  return {.accept_http1 = false,
          .streams_per_connection_max = config.max_concurrent_streams,
          .idle_timeout = keepalive.max_connection_idle,
          .ping_interval = keepalive.time,
          .ping_timeout = keepalive.timeout,
          .ping_interval_min = config.keepalive.enforcement_policy.min_time,
          .allows_idle_pings = config.keepalive.enforcement_policy.permit_without_stream,
          .connection_age_max = keepalive.max_connection_age,
          .connection_age_grace = keepalive.max_connection_age_grace};
}

class OtlpFactory final : public pipeline::FactoryFor<OtlpConfig> {
 public:
  OtlpFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::receiver,
                    .type = "otlp",
                    .summary = "Receives OTLP over gRPC and HTTP, protobuf and JSON."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Receiver> create_receiver(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      const pipeline::ReceiverOutputs& outputs) const override {
    return std::make_unique<Otlp>(context, as_config(settings), outputs);
  }
};

}  // namespace

Otlp::Otlp(const pipeline::ComponentContext& context, const OtlpConfig& config,
           const pipeline::ReceiverOutputs& outputs)
    : context_(context), config_(config) {
  if (config.protocols.grpc) {
    grpc_ = std::make_unique<GrpcHandler>(context, outputs, *config.protocols.grpc);
  }
  if (config.protocols.http) {
    http_ = std::make_unique<HttpHandler>(context, outputs, *config.protocols.http);
  }
}

Result<void, Failure> Otlp::start() {
  if (const auto& grpc = config_.protocols.grpc) {
    TELEMILL_TRY(grpc_->start(context_));
    ServerSettings settings = settings_of(*grpc);
    TELEMILL_TRY(shared::add_tls(settings, grpc->tls, {"h2"}));
    TELEMILL_TRY(listeners_.open(
        context_, {.endpoint = grpc->endpoint, .kind = grpc->transport, .what = "gRPC"}, settings,
        *grpc_));
  }
  if (const auto& http = config_.protocols.http) {
    TELEMILL_TRY(http_->start(context_));
    TELEMILL_ASSIGN(const ServerSettings settings, shared::to_settings(http->server));
    TELEMILL_TRY(listeners_.open(
        context_,
        {.endpoint = http->server.endpoint, .kind = http->server.transport, .what = "HTTP"},
        settings, *http_));
    const auto endpoint =
        runtime::Endpoint::parse(http->server.endpoint, shared::family_of(http->server.transport));
    http_->serve_at(shared::address_labels(endpoint ? endpoint->host : "", listeners_.port()));
  }
  return {};
}

void Otlp::drain(base::UniqueFunction<void()> done) { listeners_.drain(std::move(done)); }

const pipeline::Factory& factory() {
  static const OtlpFactory instance;
  return instance;
}

}  // namespace telemill::components::receivers::otlp
