#include "engine/http_source.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "components/shared/otlp_exporter/url.h"
#include "runtime/lane.h"
#include "runtime/worker.h"
#include "telemill/version.h"
#include "transport/client.h"

namespace telemill::engine {
namespace {

using components::shared::Url;
using transport::ClientResponse;
using transport::ClientResult;

Result<ClientResponse, Failure> get(const Url& url, const HttpSource::Bounds& bounds) {
  transport::ClientSettings settings{
      .endpoint = url.endpoint,
      .authority = url.authority,
      .protocol = transport::ClientProtocol::http1,
      .user_agent = "telemill/" + std::string(version),
      .connections_max = 1,
      .response_bytes_max = bounds.bytes,
      .connect_timeout = bounds.connect,
      .keep_alives = false,
  };
  if (url.is_secure) {
    TELEMILL_ASSIGN(settings.tls, transport::TlsContext::create(
                                      transport::TlsContext::Role::client,
                                      {.include_system_ca_certs_pool = true}, {"http/1.1"}));
  }
  TELEMILL_ASSIGN(const std::unique_ptr<runtime::Lane> lane, runtime::Lane::create({}));
  runtime::Worker worker(4);  // resolves the name
  const auto client = transport::Client::create(*lane, worker, settings);
  std::optional<ClientResult> result;
  client->send(
      {.method = "GET", .path = url.path, .headers = {}, .body = {}, .timeout = bounds.whole},
      [&result](ClientResult given) { result.emplace(std::move(given)); });
  while (!result) lane->run_turn(bounds.whole);  // the client's own timer ends it
  return *std::move(result);
}

/// Why an answer is no document, or nothing.
std::string refusal(const ClientResponse& response) {
  constexpr int good = 200;
  if (response.status / 100 == 3 && !response.field("location").empty()) {
    return "redirects are not followed; this one leads to " +
           std::string(response.field("location"));
  }
  if (response.status != good) return "the server answered " + std::to_string(response.status);
  const std::string_view coding = response.field("content-encoding");
  if (!coding.empty() && coding != "identity") {
    return "the document is coded as " + std::string(coding) + ", which nobody asked for";
  }
  return {};
}

}  // namespace

Result<config::Retrieved, Failure> HttpSource::retrieve(std::string_view rest) {
  const std::string text = std::string(scheme()) + ":" + std::string(rest);
  TELEMILL_ASSIGN(const Url url, components::shared::parse_url(text));
  const auto refuse = [&text](std::string_view why) {
    return fail(ErrorCode::unavailable, "cannot get " + text + ": " + std::string(why));
  };
  const auto response = get(url, bounds_);
  if (!response) return refuse(response.error().message);
  if (const std::string why = refusal(*response); !why.empty()) return refuse(why);
  return config::Retrieved{
      .text = std::string(response->body.view()), .is_set = true, .is_text = false};
}

}  // namespace telemill::engine
