#include "components/shared/otlp_exporter/otlp_exporter.h"

#include <algorithm>
#include <utility>

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
      unsaid_timer_(context.lane, [this] { tell_unsaid(); }),
      queue_(context, signal,
             {.queue = config.sending_queue,
              .retry = config.retry_on_failure,
              .peer = labels_of(*protocol_)},
             *this) {}

Result<void, Failure> OtlpExporter::start() {
  TELEMILL_ASSIGN(Peer peer, protocol_->peer());
  if (peer.is_secure) {
    TELEMILL_ASSIGN(peer.client.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client,
                                                  to_settings(config_.tls), peer.protocols));
  }
  client_ = transport::Client::create(context_.lane, context_.worker, peer.client);
  return {};
}

void OtlpExporter::send(const pipeline::Outgoing& outgoing, Done done) {
  auto request = protocol_->make_request(outgoing.payload);
  if (!request) {
    unsaid_.push_back(
        {std::move(done),
         Outcome::permanent(std::string("cannot encode the request: ") + request.error().what)});
    unsaid_timer_.schedule(Duration::zero());
    return;
  }
  write_headers(*request);
  client_->send(*std::move(request),
                [this, done = std::move(done)](const transport::ClientResult& result) mutable {
                  done(outcome_of(result));
                });
}

/// The last thing before a request leaves, body and all: an authenticator has its place here, after
/// the user's headers, which it overrides.
void OtlpExporter::write_headers(transport::ClientRequest& request) const {
  for (const config::Header& header : config_.headers.list) {
    const std::string name = lower_case(header.name);
    if (protocol_->reserves(name)) continue;
    const auto known =
        std::ranges::find(request.headers, name, [](const auto& other) { return other.name; });
    if (known != request.headers.end()) {
      known->value = header.value.reveal();
    } else {
      request.headers.push_back({name, header.value.reveal()});
    }
  }
}

Outcome OtlpExporter::outcome_of(const transport::ClientResult& result) {
  if (!result) return Outcome::retryable(result.error().message);
  return protocol_->outcome_of(*result);
}

void OtlpExporter::tell_unsaid() {
  for (Unsaid& unsaid : std::exchange(unsaid_, {})) unsaid.done(std::move(unsaid.outcome));
}

}  // namespace telemill::components::shared
