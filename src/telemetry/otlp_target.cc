#include "telemetry/otlp_target.h"

#include <algorithm>
#include <utility>

#include "components/shared/otlp_exporter/outcomes.h"
#include "components/shared/otlp_exporter/url.h"
#include "telemill/version.h"
#include "transport/grpc.h"

namespace telemill::telemetry {
namespace {

namespace grpc = transport::grpc;
namespace shared = components::shared;
using pipeline::Outcome;

std::string url_of(const OtlpConfig& config) {
  if (config.endpoint.empty()) {
    return config.is_grpc() ? "http://localhost:4317" : "http://localhost:4318";
  }
  if (config.endpoint.find("://") != std::string::npos) return config.endpoint;
  return (config.insecure ? "http://" : "https://") + config.endpoint;
}

base::Rope framed(const base::Rope& message, bool is_compressed) {
  base::Buffer prefix(grpc::prefix_bytes);
  grpc::write_prefix({is_compressed, static_cast<uint32_t>(message.size())},
                     prefix.extend(grpc::prefix_bytes));
  base::Rope framed(std::move(prefix).freeze());
  framed.append(message);
  return framed;
}

}  // namespace

Result<Target, Failure> parse_target(const OtlpConfig& config, std::string_view path) {
  TELEMILL_ASSIGN(shared::Url url, shared::parse_url(url_of(config)));
  const bool has_path = url.path != "/" && !config.is_grpc();
  return Target{.endpoint = std::move(url.endpoint),
                .authority = std::move(url.authority),
                .path = has_path ? std::move(url.path) : std::string(path),
                .is_secure = url.is_secure};
}

Result<std::unique_ptr<OtlpSender>, Failure> OtlpSender::create(const OtlpConfig& config,
                                                                otlp::Signal signal,
                                                                runtime::Lane& lane,
                                                                runtime::Worker& worker) {
  const otlp::SignalNames& names = otlp::names(signal);
  TELEMILL_ASSIGN(Target target,
                  parse_target(config, config.is_grpc() ? names.grpc_path : names.http_path));
  transport::ClientSettings settings{.endpoint = std::move(target.endpoint),
                                     .authority = std::move(target.authority),
                                     .protocol = config.is_grpc()
                                                     ? transport::ClientProtocol::http2
                                                     : transport::ClientProtocol::http1,
                                     .tls = nullptr,
                                     .user_agent = "telemill/" + std::string(telemill::version),
                                     .connections_max = 2};
  if (target.is_secure) {
    const transport::TlsSettings tls{.ca_file = config.certificate,
                                     .cert_file = config.client_certificate,
                                     .key_file = config.client_key};
    TELEMILL_ASSIGN(settings.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client, tls,
                                                  {config.is_grpc() ? "h2" : "http/1.1"}));
  }
  std::unique_ptr<OtlpSender> sender(new OtlpSender(config, lane));  // NOLINT: owned at once
  sender->path_ = std::move(target.path);
  sender->client_ = transport::Client::create(lane, worker, settings);
  return sender;
}

/// Empty where compression is off or fails.
base::Rope OtlpSender::compressed(const base::Rope& message) {
  if (config_.compression != "gzip") return {};
  auto coded = compressor_.compress(codec::Coding::gzip, message);
  return coded ? base::Rope(std::move(*coded).freeze()) : base::Rope();
}

void OtlpSender::send(base::Slice message, Duration timeout,
                      base::UniqueFunction<void(Outcome)> done) {
  base::Rope body(std::move(message));
  const base::Rope coded = compressed(body);
  const bool is_compressed = !coded.empty();
  if (is_compressed) body = coded;
  const Duration configured = std::chrono::milliseconds(config_.timeout);
  if (timeout == Duration::zero() || (configured > Duration::zero() && configured < timeout)) {
    timeout = configured;
  }
  transport::ClientRequest request{.path = path_, .headers = {}, .body = {}, .timeout = timeout};
  if (config_.is_grpc()) {
    request.headers.push_back({"content-type", std::string(grpc::content_type)});
    request.headers.push_back({"te", "trailers"});
    if (is_compressed) request.headers.push_back({"grpc-encoding", "gzip"});
    if (timeout > Duration::zero()) {
      request.headers.push_back({"grpc-timeout", grpc::format_timeout(timeout)});
    }
    request.body = framed(body, is_compressed);
  } else {
    request.headers.push_back({"content-type", "application/x-protobuf"});
    if (is_compressed) request.headers.push_back({"content-encoding", "gzip"});
    request.body = std::move(body);
  }
  for (const config::Header& header : headers_) {
    std::string name = header.name;
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    request.headers.push_back({std::move(name), header.value.reveal()});
  }
  client_->send(std::move(request),
                [this, done = std::move(done)](transport::ClientResult result) mutable {
                  done(outcome_of(std::move(result)));
                });
}

Outcome OtlpSender::outcome_of(transport::ClientResult result) const {
  if (!result) return Outcome::retryable(std::move(result).error().message);
  if (config_.is_grpc()) return shared::outcome_of(grpc::read_reply(*result).status);
  return shared::outcome_of(*result, lane_.unix_now());
}

}  // namespace telemill::telemetry
