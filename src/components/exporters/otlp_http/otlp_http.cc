#include "components/exporters/otlp_http/otlp_http.h"

#include <array>
#include <utility>

#include "components/shared/otlp_exporter/outcomes.h"
#include "components/shared/otlp_exporter/url.h"
#include "otlp/schema.h"
#include "telemill/version.h"
#include "wire/json_encoder.h"

namespace telemill::components::exporters::otlp_http {
namespace {

using pipeline::Outcome;

/// Below this, coding costs more than it saves.
constexpr size_t compress_bytes_min = 1024;

codec::Coding coding_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip:
      return codec::Coding::gzip;
    case Compression::zstd:
      return codec::Coding::zstd;
    case Compression::snappy:
      return codec::Coding::snappy;
    case Compression::snappy_framed:
      return codec::Coding::snappy_framed;
    case Compression::zlib:
      return codec::Coding::zlib;
    case Compression::lz4:
      return codec::Coding::lz4;
    case Compression::none:
      break;
  }
  return codec::Coding::identity;
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
    return std::make_unique<OtlpHttp>(context, as_config(settings), signal);
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
  if (!codec::accepts_level(coding_of(compression), compression_params.level)) {
    problems.add("compression_params::level", "is not a level of this compression");
  }
  return problems;
}

OtlpHttp::OtlpHttp(const pipeline::ComponentContext& context, const OtlpHttpConfig& config,
                   otlp::Signal signal)
    : context_(context),
      config_(config),
      signal_(signal),
      coding_(coding_of(config.compression)),
      queue_(context, signal, config.sending_queue, config.retry_on_failure, *this) {}

Result<void, Failure> OtlpHttp::start() {
  const std::string text = config_.url_for(signal_);
  if (text.empty()) {
    return fail(ErrorCode::unsupported,
                "no endpoint for " + std::string(otlp::names(signal_).name));
  }
  TELEMILL_ASSIGN(shared::Url url, shared::parse_url(text));
  path_ = url.path;
  const auto connections =
      static_cast<size_t>(config_.max_conns_per_host > 0 ? config_.max_conns_per_host
                                                         : config_.sending_queue.num_consumers);
  transport::ClientSettings settings{.endpoint = std::move(url.endpoint),
                                     .authority = std::move(url.authority),
                                     .protocol = config_.force_attempt_http2
                                                     ? transport::ClientProtocol::by_agreement
                                                     : transport::ClientProtocol::http1,
                                     .user_agent = std::string(user_agent),
                                     .connections_max = connections,
                                     .idle_timeout = config_.idle_conn_timeout,
                                     .keep_alives = !config_.disable_keep_alives};
  if (url.is_secure) {
    const std::vector<std::string> protocols = config_.force_attempt_http2
                                                   ? std::vector<std::string>{"h2", "http/1.1"}
                                                   : std::vector<std::string>{"http/1.1"};
    TELEMILL_ASSIGN(settings.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client,
                                                  shared::to_settings(config_.tls), protocols));
  }
  client_ = transport::Client::create(context_.lane, context_.worker, settings);
  return {};
}

Result<base::Rope> OtlpHttp::encode(const otlp::Payload& payload) {
  if (config_.encoding == Encoding::proto) return payload.bytes();
  base::Buffer json;
  TELEMILL_TRY(
      wire::encode_json(otlp::request_schema(signal_), payload.bytes().flatten().view(), json));
  return base::Rope(std::move(json).freeze());
}

void OtlpHttp::send(const otlp::Payload& payload, base::UniqueFunction<void(Outcome)> done) {
  auto body = encode(payload);
  if (!body) {
    // Never inside `send`: the lane calls back in its next step.
    base::UniqueFunction<void()> answer = [done = std::move(done),
                                           what = body.error().what]() mutable {
      done(Outcome::permanent(std::string("cannot encode as JSON: ") + what));
    };
    if (!context_.lane.post(answer)) answer();
    return;
  }
  transport::ClientRequest request{.path = path_, .timeout = config_.timeout};
  request.headers.push_back({"content-type", config_.encoding == Encoding::json
                                                 ? "application/json"
                                                 : "application/x-protobuf"});
  request.body = *std::move(body);
  if (coding_ != codec::Coding::identity && request.body.size() >= compress_bytes_min) {
    // What the coder refuses as too large leaves as it is.
    if (auto coded =
            compressor_.compress(coding_, request.body, config_.compression_params.level)) {
      request.body = base::Rope(std::move(*coded).freeze());
      request.headers.push_back({"content-encoding", std::string(codec::http_name(coding_))});
    }
  }
  for (const config::Header& header : config_.headers.list) {
    request.headers.push_back({header.name, header.value.reveal()});
  }
  client_->send(std::move(request),
                [this, done = std::move(done)](transport::ClientResult result) mutable {
                  done(outcome_of(std::move(result)));
                });
}

Outcome OtlpHttp::outcome_of(transport::ClientResult result) const {
  if (!result) return Outcome::retryable(std::move(result).error().message);
  Outcome outcome = shared::outcome_of(*result, context_.lane.unix_now());
  if (!outcome.is_ok()) {
    // An OTLP peer explains itself in a google.rpc.Status.
    if (result->field("content-type").starts_with("application/x-protobuf")) {
      outcome.details = std::string(result->body.view());
    }
    return outcome;
  }
  if (!result->field("content-type").starts_with("application/x-protobuf")) return outcome;
  const auto partial = shared::read_partial_success(result->body.view());
  if (!partial) return Outcome::permanent("the peer's answer cannot be decoded");
  shared::note_partial_success(*partial, context_.id.text());
  return outcome;
}

const pipeline::Factory& factory() {
  static const OtlpHttpFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::otlp_http
