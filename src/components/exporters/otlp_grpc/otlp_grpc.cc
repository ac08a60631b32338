#include "components/exporters/otlp_grpc/otlp_grpc.h"

#include <array>
#include <utility>

#include "components/shared/otlp_exporter/body_coder.h"
#include "components/shared/otlp_exporter/otlp_exporter.h"
#include "components/shared/otlp_exporter/outcomes.h"
#include "telemill/version.h"
#include "transport/grpc.h"

namespace telemill::components::exporters::otlp_grpc {
namespace {

namespace grpc = transport::grpc;
using runtime::Endpoint;

/// The endpoint without its scheme, and what the scheme says.
struct Target {
  Endpoint endpoint;
  bool forces_tls = false;
};

Result<Target, Failure> parse_target(std::string_view text) {
  bool forces_tls = false;
  Endpoint::Family family = Endpoint::Family::tcp;
  const auto strip = [&text](std::string_view prefix) {
    const bool found = text.starts_with(prefix);
    if (found) text.remove_prefix(prefix.size());
    return found;
  };
  if (strip("https://")) {
    forces_tls = true;
  } else if (strip("unix://") || strip("unix:")) {
    family = Endpoint::Family::unix_socket;
  } else if (!strip("http://") && !strip("dns:///")) {
    strip("passthrough:///");
  }
  if (family == Endpoint::Family::tcp) {
    while (text.ends_with('/')) text.remove_suffix(1);
  }
  TELEMILL_ASSIGN(Endpoint endpoint, Endpoint::parse(text, family));
  return Target{std::move(endpoint), forces_tls};
}

codec::Coding coding_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip:
      return codec::Coding::gzip;
    case Compression::zstd:
      return codec::Coding::zstd;
    case Compression::snappy:
      return codec::Coding::snappy_framed;
    case Compression::none:
      break;
  }
  return codec::Coding::identity;
}

/// What gRPC and HTTP/2 write themselves. The reference drops such headers, too.
bool is_reserved(std::string_view header) noexcept {
  constexpr std::array<std::string_view, 4> names = {"content-type", "te", "user-agent", "host"};
  for (const std::string_view name : names) {
    if (header == name) return true;
  }
  return header.starts_with("grpc-") || header.starts_with(':');
}

class GrpcProtocol final : public shared::Protocol {
 public:
  GrpcProtocol(const OtlpGrpcConfig& config, otlp::Signal signal, log::Logger logger)
      : config_(config),
        signal_(signal),
        logger_(std::move(logger)),
        coder_({coding_of(config.compression),
                codec::grpc_name(coding_of(config.compression)).value_or("")}) {}

  [[nodiscard]] Result<shared::Peer, Failure> peer() const override {
    TELEMILL_ASSIGN(Target target, parse_target(config_.endpoint));
    transport::ClientSettings settings{
        .endpoint = std::move(target.endpoint),
        .authority = config_.authority,
        .protocol = transport::ClientProtocol::http2,
        .user_agent = config_.user_agent.empty() ? std::string(user_agent) : config_.user_agent};
    if (config_.keepalive) {
      settings.ping_interval = config_.keepalive->time;
      settings.ping_timeout = config_.keepalive->timeout;
      settings.ping_without_streams = config_.keepalive->permit_without_stream;
    }
    const shared::ClientTlsConfig& tls = config_.common.tls;
    const bool is_plain = tls.insecure && !tls.has_authority() && !target.forces_tls;
    return shared::Peer{.client = std::move(settings), .is_secure = !is_plain, .protocols = {"h2"}};
  }

  Result<transport::ClientRequest> make_request(const otlp::Payload& payload) override {
    base::Rope message = payload.bytes();
    const std::string_view coding = coder_.code(message);
    base::Buffer prefix(grpc::prefix_bytes);
    grpc::write_prefix({!coding.empty(), static_cast<uint32_t>(message.size())},
                       prefix.extend(grpc::prefix_bytes));
    transport::ClientRequest request{.path = std::string(otlp::names(signal_).grpc_path),
                                     .timeout = config_.timeout};
    request.body = base::Rope(std::move(prefix).freeze());
    request.body.append(message);
    request.headers.push_back({"content-type", std::string(grpc::content_type)});
    request.headers.push_back({"te", "trailers"});
    if (!coding.empty()) request.headers.push_back({"grpc-encoding", std::string(coding)});
    if (config_.timeout > Duration::zero()) {
      request.headers.push_back({"grpc-timeout", grpc::format_timeout(config_.timeout)});
    }
    return request;
  }

  [[nodiscard]] bool reserves(std::string_view header) const noexcept override {
    return is_reserved(header);
  }

  [[nodiscard]] pipeline::Outcome outcome_of(const transport::ClientResponse& response) override {
    const grpc::Reply reply = grpc::read_reply(response);
    if (reply.status.code == grpc::Code::ok && !reply.is_compressed) {
      if (const auto partial = shared::read_partial_success(reply.message.view())) {
        shared::note_partial_success(*partial, logger_);
      }
    }
    return shared::outcome_of(reply.status);
  }

 private:
  const OtlpGrpcConfig& config_;
  const otlp::Signal signal_;
  const log::Logger logger_;
  shared::BodyCoder coder_;
};

class OtlpGrpcFactory final : public pipeline::FactoryFor<OtlpGrpcConfig> {
 public:
  OtlpGrpcFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "otlp_grpc",
                    .summary = "Sends OTLP over gRPC."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal) const override {
    const OtlpGrpcConfig& config = as_config(settings);
    return std::make_unique<shared::OtlpExporter>(
        context, config.common, signal,
        std::make_unique<GrpcProtocol>(config, signal, context.logger));
  }
};

}  // namespace

config::Problems OtlpGrpcConfig::check() const {
  config::Problems problems;
  if (endpoint.empty()) {
    problems.add("endpoint", "requires a non-empty endpoint", "host:port, such as backend:4317");
  } else if (auto target = parse_target(endpoint); !target) {
    problems.add("endpoint", target.error().message);
  }
  if (timeout < Duration::zero()) problems.add("timeout", "must not be negative");
  if (balancer_name != "round_robin" && balancer_name != "pick_first") {
    problems.add("balancer_name", "unknown balancer", "round_robin or pick_first");
  }
  return problems;
}

const pipeline::Factory& factory() {
  static const OtlpGrpcFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::otlp_grpc
