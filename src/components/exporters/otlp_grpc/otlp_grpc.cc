#include "components/exporters/otlp_grpc/otlp_grpc.h"

#include <array>
#include <utility>

#include "components/shared/otlp_exporter/outcomes.h"
#include "telemill/version.h"
#include "transport/grpc.h"

namespace telemill::components::exporters::otlp_grpc {
namespace {

namespace grpc = transport::grpc;
using pipeline::Outcome;
using runtime::Endpoint;

/// Below this, coding costs more than it saves.
constexpr size_t compress_bytes_min = 1024;

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

class OtlpGrpcFactory final : public pipeline::FactoryFor<OtlpGrpcConfig> {
 public:
  OtlpGrpcFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "otlp_grpc",
                    .summary = "Sends OTLP over gRPC."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal) const override {
    return std::make_unique<OtlpGrpc>(context, as_config(settings), signal);
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

OtlpGrpc::OtlpGrpc(const pipeline::ComponentContext& context, const OtlpGrpcConfig& config,
                   otlp::Signal signal)
    : context_(context),
      config_(config),
      signal_(signal),
      coding_(coding_of(config.compression)),
      queue_(context, signal, config.sending_queue, config.retry_on_failure, *this) {}

Result<void, Failure> OtlpGrpc::start() {
  TELEMILL_ASSIGN(Target target, parse_target(config_.endpoint));
  transport::ClientSettings settings{
      .endpoint = std::move(target.endpoint),
      .authority = config_.authority,
      .protocol = transport::ClientProtocol::http2,
      .user_agent = config_.user_agent.empty() ? std::string(user_agent) : config_.user_agent};
  const bool is_plain = config_.tls.insecure && !config_.tls.has_authority() && !target.forces_tls;
  if (!is_plain) {
    TELEMILL_ASSIGN(settings.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client,
                                                  shared::to_settings(config_.tls), {"h2"}));
  }
  if (config_.keepalive) {
    settings.ping_interval = config_.keepalive->time;
    settings.ping_timeout = config_.keepalive->timeout;
    settings.ping_without_streams = config_.keepalive->permit_without_stream;
  }
  client_ = transport::Client::create(context_.lane, context_.worker, settings);
  return {};
}

/// The message behind its five-byte prefix, compressed when that pays.
base::Rope OtlpGrpc::frame(const otlp::Payload& payload, bool& is_compressed) {
  base::Rope message = payload.bytes();
  is_compressed = false;
  if (coding_ != codec::Coding::identity && message.size() >= compress_bytes_min) {
    // What the coder refuses as too large leaves as it is.
    if (auto coded = compressor_.compress(coding_, message)) {
      message = base::Rope(std::move(*coded).freeze());
      is_compressed = true;
    }
  }
  base::Buffer prefix(grpc::prefix_bytes);
  grpc::write_prefix({is_compressed, static_cast<uint32_t>(message.size())},
                     prefix.extend(grpc::prefix_bytes));
  base::Rope framed(std::move(prefix).freeze());
  framed.append(message);
  return framed;
}

void OtlpGrpc::send(const otlp::Payload& payload, base::UniqueFunction<void(Outcome)> done) {
  bool is_compressed = false;
  base::Rope body = frame(payload, is_compressed);
  transport::ClientRequest request{.path = std::string(otlp::names(signal_).grpc_path),
                                   .timeout = config_.timeout};
  request.headers.push_back({"content-type", std::string(grpc::content_type)});
  request.headers.push_back({"te", "trailers"});
  if (is_compressed) {
    request.headers.push_back({"grpc-encoding", std::string(*codec::grpc_name(coding_))});
  }
  if (config_.timeout > Duration::zero()) {
    request.headers.push_back({"grpc-timeout", grpc::format_timeout(config_.timeout)});
  }
  for (const config::Header& header : config_.headers.list) {
    request.headers.push_back({header.name, header.value.reveal()});
  }
  request.body = std::move(body);
  client_->send(std::move(request),
                [this, done = std::move(done)](transport::ClientResult result) mutable {
                  done(outcome_of(std::move(result)));
                });
}

Outcome OtlpGrpc::outcome_of(transport::ClientResult result) const {
  if (!result) return Outcome::retryable(std::move(result).error().message);
  const grpc::Reply reply = grpc::read_reply(*result);
  if (reply.status.code == grpc::Code::ok && !reply.is_compressed) {
    if (const auto partial = shared::read_partial_success(reply.message.view())) {
      shared::note_partial_success(*partial, context_.id.text());
    }
  }
  return shared::outcome_of(reply.status);
}

const pipeline::Factory& factory() {
  static const OtlpGrpcFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::otlp_grpc
