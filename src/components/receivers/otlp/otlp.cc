#include "components/receivers/otlp/otlp.h"

#include <utility>

#include "base/log.h"

namespace telemill::components::receivers::otlp {
namespace {

using runtime::Address;
using runtime::Endpoint;
using transport::ServerSettings;
using transport::TlsContext;

Endpoint::Family family_of(SocketKind kind) noexcept {
  switch (kind) {
    case SocketKind::tcp:
      return Endpoint::Family::tcp;
    case SocketKind::tcp4:
      return Endpoint::Family::tcp4;
    case SocketKind::tcp6:
      return Endpoint::Family::tcp6;
    case SocketKind::unix_socket:
      break;
  }
  return Endpoint::Family::unix_socket;
}

Result<void, Failure> add_tls(ServerSettings& settings,
                              const std::optional<shared::ServerTlsConfig>& tls,
                              const std::vector<std::string>& protocols) {
  if (!tls) return {};
  TELEMILL_ASSIGN(settings.tls, TlsContext::create(TlsContext::Role::server,
                                                   shared::to_settings(*tls), protocols));
  return {};
}

ServerSettings settings_of(const GrpcConfig& config) {
  const KeepaliveServerParameters& keepalive = config.keepalive.server_parameters;
  return {.accept_http1 = false,
          .streams_per_connection_max = config.max_concurrent_streams,
          .idle_timeout = keepalive.max_connection_idle,
          .ping_interval = keepalive.time,
          .ping_timeout = keepalive.timeout,
          .connection_age_max = keepalive.max_connection_age,
          .connection_age_grace = keepalive.max_connection_age_grace};
}

ServerSettings settings_of(const HttpConfig& config) {
  return {.header_timeout = config.read_header_timeout,
          .read_timeout = config.read_timeout,
          .write_timeout = config.write_timeout,
          .idle_timeout = config.idle_timeout,
          .keep_alives = config.keep_alives_enabled};
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
    ServerSettings settings = settings_of(*grpc);
    TELEMILL_TRY(add_tls(settings, grpc->tls, {"h2"}));
    TELEMILL_TRY(listen(grpc->endpoint, grpc->transport, settings, *grpc_, "gRPC"));
  }
  if (const auto& http = config_.protocols.http) {
    ServerSettings settings = settings_of(*http);
    TELEMILL_TRY(add_tls(settings, http->tls, {"h2", "http/1.1"}));
    TELEMILL_TRY(listen(http->endpoint, http->transport, settings, *http_, "HTTP"));
  }
  return {};
}

Result<void, Failure> Otlp::listen(const std::string& endpoint, SocketKind kind,
                                   const ServerSettings& settings, transport::Handler& handler,
                                   std::string_view protocol) {
  TELEMILL_ASSIGN(const Endpoint parsed, Endpoint::parse(endpoint, family_of(kind)));
  const bool can_be_shared = kind != SocketKind::unix_socket && parsed.port != 0;
  if (!context_.is_first_lane && !can_be_shared) return {};
  TELEMILL_ASSIGN(const std::vector<Address> addresses, runtime::resolve(parsed));
  Failure last{ErrorCode::unavailable, "no address to listen on"};
  bool is_listening = false;
  for (const Address& address : addresses) {
    auto socket = runtime::listen_on(address, context_.is_first_lane);
    if (!socket) {
      // A host name may have addresses this machine lacks, such as ::1; a taken port is final.
      last = std::move(socket).error();
      if (last.code != ErrorCode::unsupported) return fail(std::move(last));
      continue;
    }
    const auto bound = runtime::bound_address(*socket);
    if (context_.is_first_lane && bound) {
      log::info("Starting " + std::string(protocol) + " server",
                {{"otelcol.component.id", context_.id.text()}, {"endpoint", bound->to_string()}});
    }
    servers_.push_back(transport::Server::create(context_.lane, context_.budget, *std::move(socket),
                                                 settings, handler));
    is_listening = true;
    if (parsed.port == 0) break;  // one free port, not one per address
  }
  if (!is_listening) return fail(std::move(last));
  return {};
}

void Otlp::drain(base::UniqueFunction<void()> done) {
  if (servers_.empty()) return done();
  struct Waiting {
    size_t left;
    base::UniqueFunction<void()> done;
  };
  auto waiting = std::make_shared<Waiting>(servers_.size(), std::move(done));
  for (const auto& server : servers_) {
    server->drain([waiting] {
      if (--waiting->left == 0) waiting->done();
    });
  }
}

const pipeline::Factory& factory() {
  static const OtlpFactory instance;
  return instance;
}

}  // namespace telemill::components::receivers::otlp
