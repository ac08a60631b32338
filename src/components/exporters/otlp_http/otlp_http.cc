#include "components/exporters/otlp_http/otlp_http.h"

#include <array>
#include <utility>

#include "components/shared/otlp_exporter/body_coder.h"
#include "components/shared/otlp_exporter/otlp_exporter.h"
#include "components/shared/otlp_exporter/outcomes.h"
#include "components/shared/otlp_exporter/url.h"
#include "otlp/schema.h"
#include "telemill/version.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"

namespace telemill::components::exporters::otlp_http {
namespace {

using pipeline::Outcome;

/// Of an answer that a peer could mean: what is larger is none.
constexpr size_t answer_bytes_max = 64_KiB;
constexpr Duration ping_timeout_default = std::chrono::seconds(15);
constexpr std::string_view proto_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

/// The coding, called as the user calls it: `zlib` and `deflate` are one.
shared::NamedCoding coding_of(Compression compression) noexcept {
  for (const auto& entry : config_names(Compression{})) {
    if (entry.value != compression) continue;
    return {codec::coding_from_http_config(entry.name).value_or(codec::Coding::identity),
            entry.name};
  }
  return {};
}

class HttpProtocol final : public shared::Protocol {
 public:
  HttpProtocol(const OtlpHttpConfig& config, otlp::Signal signal,
               const pipeline::ComponentContext& context)
      : config_(config),
        signal_(signal),
        lane_(context.lane),
        logger_(context.logger),
        coder_(coding_of(config.compression), config.compression_params.level) {
    if (const auto url = shared::parse_url(config.url_for(signal))) path_ = url->path;
  }

  [[nodiscard]] Result<shared::Peer, Failure> peer() const override;
  Result<transport::ClientRequest> make_request(const otlp::Payload& payload) override;
  /// None: what a user sets wins, as in the reference.
  [[nodiscard]] bool reserves(std::string_view /*header*/) const noexcept override { return false; }
  [[nodiscard]] Outcome outcome_of(const transport::ClientResponse& response) override;

 private:
  [[nodiscard]] Result<base::Rope> encode(const otlp::Payload& payload) const;
  [[nodiscard]] Result<shared::PartialSuccess> read_partial(
      const transport::ClientResponse& response);

  const OtlpHttpConfig& config_;
  const otlp::Signal signal_;
  runtime::Lane& lane_;
  const log::Logger logger_;
  std::string path_;
  shared::BodyCoder coder_;
  wire::JsonDecoder json_decoder_;
};

Result<shared::Peer, Failure> HttpProtocol::peer() const {
  const std::string text = config_.url_for(signal_);
  if (text.empty()) {
    return fail(ErrorCode::unsupported,
                "no endpoint for " + std::string(otlp::names(signal_).name));
  }
  TELEMILL_ASSIGN(shared::Url url, shared::parse_url(text));
  const int64_t connections = config_.max_conns_per_host > 0
                                  ? config_.max_conns_per_host
                                  : config_.common.sending_queue.num_consumers;
  transport::ClientSettings settings{
      .endpoint = std::move(url.endpoint),
      .authority = std::move(url.authority),
      .protocol = config_.force_attempt_http2 ? transport::ClientProtocol::by_agreement
                                              : transport::ClientProtocol::http1,
      .user_agent = std::string(user_agent),
      .connections_max = static_cast<size_t>(connections),
      .idle_timeout = config_.idle_conn_timeout,
      .ping_interval = config_.http2_read_idle_timeout,
      .ping_timeout = config_.http2_ping_timeout > Duration::zero() ? config_.http2_ping_timeout
                                                                    : ping_timeout_default,
      .ping_without_streams = true,
      .keep_alives = !config_.disable_keep_alives};
  std::vector<std::string> protocols = {"http/1.1"};
  if (config_.force_attempt_http2) protocols = {"h2", "http/1.1"};
  return shared::Peer{.client = std::move(settings),
                      .is_secure = url.is_secure,
                      .protocols = std::move(protocols),
                      .url_path = std::move(url.path)};
}

Result<base::Rope> HttpProtocol::encode(const otlp::Payload& payload) const {
  if (config_.encoding == Encoding::proto) return payload.bytes();
  base::Buffer json;
  TELEMILL_TRY(
      wire::encode_json(otlp::request_schema(signal_), payload.bytes().flatten().view(), json));
  return base::Rope(std::move(json).freeze());
}

Result<transport::ClientRequest> HttpProtocol::make_request(const otlp::Payload& payload) {
  transport::ClientRequest request{.path = path_, .timeout = config_.timeout};
  TELEMILL_ASSIGN(request.body, encode(payload));
  request.headers.push_back(
      {"content-type", std::string(config_.encoding == Encoding::json ? json_type : proto_type)});
  const std::string_view coding = coder_.code(request.body);
  if (!coding.empty()) request.headers.push_back({"content-encoding", std::string(coding)});
  return request;
}

Outcome HttpProtocol::outcome_of(const transport::ClientResponse& response) {
  Outcome outcome = shared::outcome_of(response, lane_.unix_now());
  if (!outcome.is_ok()) {
    // An OTLP peer explains itself in a google.rpc.Status.
    if (response.field("content-type") == proto_type) {
      outcome.details = std::string(response.body.view());
    }
    return outcome;
  }
  const auto partial = read_partial(response);
  if (!partial) return Outcome::permanent("the peer's answer cannot be decoded");
  shared::note_partial_success(*partial, logger_);
  return outcome;
}

/// Answers in neither encoding of OTLP say nothing about parts, and are taken for a yes.
Result<shared::PartialSuccess> HttpProtocol::read_partial(
    const transport::ClientResponse& response) {
  const std::string_view type = response.field("content-type");
  const std::string_view body = response.body.view();
  if (body.empty() || (type != proto_type && type != json_type)) return shared::PartialSuccess{};
  if (body.size() > answer_bytes_max) return fail("the answer is too large");
  if (type == proto_type) return shared::read_partial_success(body);
  TELEMILL_ASSIGN(const base::Buffer message,
                  json_decoder_.decode(otlp::response_schema(signal_), body));
  return shared::read_partial_success(message.view());
}

class OtlpHttpFactory final : public pipeline::FactoryFor<OtlpHttpConfig> {
 public:
  OtlpHttpFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "otlp_http",
                    .summary = "Sends OTLP over HTTP, protobuf or JSON."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal) const override {
    const OtlpHttpConfig& config = as_config(settings);
    return std::make_unique<shared::OtlpExporter>(
        context, config.common, signal, std::make_unique<HttpProtocol>(config, signal, context));
  }
};

}  // namespace

std::string OtlpHttpConfig::url_for(otlp::Signal signal) const {
  const std::array own = {&traces_endpoint, &metrics_endpoint, &logs_endpoint, &profiles_endpoint};
  const std::string& whole = *own[static_cast<size_t>(signal)];
  if (!whole.empty() || endpoint.empty()) return whole;
  std::string_view base = endpoint;
  if (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base).append(otlp::names(signal).http_path);
}

config::Problems OtlpHttpConfig::check() const {
  config::Problems problems;
  const std::array<std::pair<std::string_view, const std::string*>, 5> urls = {
      {{"endpoint", &endpoint},
       {"traces_endpoint", &traces_endpoint},
       {"metrics_endpoint", &metrics_endpoint},
       {"logs_endpoint", &logs_endpoint},
       {"profiles_endpoint", &profiles_endpoint}}};
  bool has_any = false;
  for (const auto& [key, text] : urls) {
    if (text->empty()) continue;
    has_any = true;
    if (auto url = shared::parse_url(*text); !url) problems.add(key, url.error().message);
  }
  if (!has_any) problems.add("endpoint", "at least one endpoint must be specified");
  if (timeout < Duration::zero()) problems.add("timeout", "must not be negative");
  if (!codec::accepts_level(coding_of(compression).coding, compression_params.level)) {
    problems.add("compression_params::level", "is not a level of this compression");
  }
  return problems;
}

const pipeline::Factory& factory() {
  static const OtlpHttpFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::otlp_http
