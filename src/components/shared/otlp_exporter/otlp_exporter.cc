#include "components/shared/otlp_exporter/otlp_exporter.h"

#include <algorithm>
#include <utility>

#include "pipeline/extension.h"
#include "transport/grpc.h"
#include "transport/tls.h"

namespace telemill::components::shared {
namespace {

using pipeline::Outcome;

/// Labels of what was sent. An endpoint that cannot be read stops the start, and so has none.
std::vector<runtime::Label> labels_of(const Protocol& protocol) {
  const auto peer = protocol.peer();
  if (!peer) return {};
  const runtime::Endpoint& endpoint = peer->client.endpoint;
  std::vector<runtime::Label> labels{{"server.address", endpoint.host}};
  if (endpoint.family != runtime::Endpoint::Family::unix_socket) {
    labels.emplace_back("server.port", std::to_string(endpoint.port));
  }
  if (!peer->url_path.empty()) labels.emplace_back("url.path", peer->url_path);
  return labels;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

OtlpExporter::OtlpExporter(const pipeline::ComponentContext& context, const ExporterConfig& config,
                           otlp::Signal signal, std::unique_ptr<Protocol> protocol)
    : context_(context),
      config_(config),
      protocol_(std::move(protocol)),
      signal_(signal),
      unsaid_timer_(context.lane, [this] { tell_unsaid(); }),
      queue_(context, signal,
             {.queue = config.sending_queue,
              .retry = config.retry_on_failure,
              .peer = labels_of(*protocol_)},
             *this) {}

Result<void, Failure> OtlpExporter::start() {
  TELEMILL_ASSIGN(Peer peer, protocol_->peer());
  TELEMILL_TRY(find_authenticator(peer));
  if (peer.is_secure) {
    TELEMILL_ASSIGN(peer.client.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client,
                                                  to_settings(config_.tls), peer.protocols));
  }
  measure_calls(peer);
  client_ = transport::Client::create(context_.lane, context_.worker, peer.client);
  return {};
}

void OtlpExporter::measure_calls(const Peer& peer) {
  if (!context_.metrics.exposes(runtime::MetricLevel::detailed)) return;
  const runtime::Endpoint& endpoint = peer.client.endpoint;
  runtime::Labels address = address_labels(endpoint.host, endpoint.port);
  is_secure_ = peer.is_secure;
  if (peer.url_path.empty()) {
    rpc_calls_ = std::make_unique<RpcCalls>(context_.metrics, CallSide::client, std::move(address));
  } else {
    http_calls_ =
        std::make_unique<HttpCalls>(context_.metrics, CallSide::client, std::move(address));
  }
}

void OtlpExporter::note_call(const transport::ClientResult& result, const Outcome& outcome,
                             TimePoint start, size_t body_bytes) {
  const Duration duration = context_.lane.read_now() - start;
  if (http_calls_) {
    return http_calls_->record(
        {.method = "POST",
         .status = result ? result->status : 0,
         .version = result ? result->version : transport::HttpVersion::http1_1,
         .is_secure = is_secure_,
         .duration = duration,
         .request_bytes = body_bytes});
  }
  using transport::grpc::Code;
  Code code = outcome.is_ok() ? Code::ok : Code::unavailable;
  if (outcome.grpc_code) code = static_cast<Code>(*outcome.grpc_code);
  rpc_calls_->record(otlp::names(signal_).grpc_path, code, duration);
}

Result<void, Failure> OtlpExporter::find_authenticator(const Peer& peer) {
  if (!config_.auth) return {};
  const std::string id = config::in_quotes(config_.auth->authenticator.text());
  pipeline::Extension* const extension =
      context_.extensions == nullptr ? nullptr
                                     : context_.extensions->find(config_.auth->authenticator);
  if (extension == nullptr) {
    return fail(ErrorCode::unavailable, "the authenticator " + id + " does not run");
  }
  authenticator_ = extension->client_authenticator();
  if (authenticator_ == nullptr) {
    return fail(ErrorCode::unsupported,
                "the extension " + id + " does not authenticate us to peers");
  }
  const bool is_grpc = peer.url_path.empty();
  if (is_grpc && !peer.is_secure && authenticator_->requires_tls()) {
    return fail(ErrorCode::unsupported, "the credentials of " + id + " require TLS");
  }
  return {};
}

void OtlpExporter::send(const pipeline::Outgoing& outgoing, Done done) {
  auto request = protocol_->make_request(outgoing.payload);
  if (!request) {
    return tell_later(
        std::move(done),
        Outcome::permanent(std::string("cannot encode the request: ") + request.error().what));
  }
  if (auto written = write_headers(*request); !written) {
    return tell_later(std::move(done), Outcome::retryable(std::move(written).error().message));
  }
  const TimePoint start = measures_calls() ? context_.lane.read_now() : TimePoint();
  const size_t body_bytes = request->body.size();
  client_->send(*std::move(request), [this, start, body_bytes, done = std::move(done)](
                                         const transport::ClientResult& result) mutable {
    Outcome outcome = outcome_of(result);
    if (measures_calls()) note_call(result, outcome, start, body_bytes);
    note(outcome);
    done(std::move(outcome));
  });
}

/// The last thing before a request leaves, body and all: the user's headers, and those of the
/// authenticator, which win.
Result<void, Failure> OtlpExporter::write_headers(transport::ClientRequest& request) const {
  const auto set = [&request](const std::string& name, const std::string& value) {
    const auto known =
        std::ranges::find(request.headers, name, [](const auto& other) { return other.name; });
    if (known != request.headers.end()) {
      known->value = value;
    } else {
      request.headers.push_back({name, value});
    }
  };
  for (const config::Header& header : config_.headers.list) {
    const std::string name = lower_case(header.name);
    if (!protocol_->reserves(name)) set(name, header.value.reveal());
  }
  if (authenticator_ == nullptr) return {};
  std::vector<pipeline::ContextEntry> shown;
  TELEMILL_TRY(authenticator_->add_headers(shown));
  for (const auto& [name, value] : shown) set(name, value);
  return {};
}

Outcome OtlpExporter::outcome_of(const transport::ClientResult& result) {
  if (!result) return Outcome::retryable(result.error().message);
  return protocol_->outcome_of(*result);
}

void OtlpExporter::note(const Outcome& outcome) {
  constexpr auto code_of = [](transport::grpc::Code code) { return static_cast<uint8_t>(code); };
  const bool is_refusing_us =
      outcome.grpc_code == code_of(transport::grpc::Code::unauthenticated) ||
      outcome.grpc_code == code_of(transport::grpc::Code::permission_denied);
  // What is refused for its contents says nothing about the peer.
  const bool is_failing = outcome.cls == pipeline::OutcomeClass::retryable || is_refusing_us;
  if (is_failing == is_failing_ || (!is_failing && !outcome.is_ok())) return;
  is_failing_ = is_failing;
  if (is_failing) {
    context_.report(pipeline::Status::recoverable_error, outcome.message);
  } else {
    context_.report(pipeline::Status::ok);
  }
}

void OtlpExporter::tell_later(Done done, Outcome outcome) {
  unsaid_.push_back({std::move(done), std::move(outcome)});
  unsaid_timer_.schedule(Duration::zero());
}

void OtlpExporter::tell_unsaid() {
  for (Unsaid& unsaid : std::exchange(unsaid_, {})) unsaid.done(std::move(unsaid.outcome));
}

}  // namespace telemill::components::shared
