#include "telemetry/metrics_page.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/units.h"

namespace telemill::telemetry {
namespace {

using transport::RequestHead;
using transport::Response;

constexpr size_t budget_bytes = size_t{1} << 20;  // heads only: no request has a body
constexpr size_t connections_max = 64;
constexpr size_t gzip_bytes_min = 1024;

transport::ServerSettings server_settings() {
  return {.connections_max = connections_max,
          .streams_per_connection_max = 8,
          .header_timeout = std::chrono::seconds(5),
          .read_timeout = std::chrono::seconds(5),
          .write_timeout = std::chrono::seconds(10),
          .idle_timeout = std::chrono::seconds(30)};
}

Response plain_text(int status, std::string_view text) {
  Response response{.status = status, .content_type = "text/plain; charset=utf-8"};
  response.body.append(base::Slice::of_static(text));
  return response;
}

/// True when `gzip` is in the list and not forbidden by q=0.
bool accepts_gzip(std::string_view accept_encoding) noexcept {
  while (!accept_encoding.empty()) {
    std::string_view part = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), part.size() + 1));
    while (part.starts_with(' ')) part.remove_prefix(1);
    std::string_view name = part.substr(0, part.find(';'));
    while (name.ends_with(' ')) name.remove_suffix(1);
    const bool is_forbidden = part.ends_with("q=0") || part.find("q=0.0") != part.npos;
    if (codec::equals_without_case(name, "gzip")) return !is_forbidden;
  }
  return false;
}

}  // namespace

MetricsPage::MetricsPage(const PrometheusConfig& config, const Resource& resource, Collect collect)
    : config_(config),
      resource_(resource),
      collect_(std::move(collect)),
      style_{.without_scope_info = config.without_scope_info,
             .without_units = config.without_units,
             .without_type_suffix = config.without_type_suffix},
      budget_(budget_bytes),
      lane_budget_(std::make_unique<runtime::LaneBudget>(budget_)) {
  for (const auto& [key, value] : resource.attributes) {
    if (config.with_resource_constant_labels.takes(key)) {
      style_.constant_labels.emplace_back(to_prometheus_name(key), value);
    }
  }
}

MetricsPage::~MetricsPage() { close(); }

void MetricsPage::close() noexcept { servers_.clear(); }

Result<std::unique_ptr<MetricsPage>, Failure> MetricsPage::open(const PrometheusConfig& config,
                                                                const Resource& resource,
                                                                runtime::Lane& lane,
                                                                Collect collect) {
  std::unique_ptr<MetricsPage> page(
      new MetricsPage(config, resource, std::move(collect)));  // NOLINT: owned at once
  TELEMILL_TRY(page->listen(lane));
  return page;
}

Result<void, Failure> MetricsPage::listen(runtime::Lane& lane) {
  runtime::Endpoint endpoint{.host = config_.host, .port = static_cast<uint16_t>(*config_.port)};
  TELEMILL_ASSIGN(const std::vector<runtime::Address> addresses, runtime::resolve(endpoint));
  Failure last{ErrorCode::unavailable, "no address to listen on"};
  for (const runtime::Address& address : addresses) {
    auto socket = runtime::listen_on(address, true);
    if (!socket) {
      // A host name may have addresses this machine lacks, such as ::1; a taken port is final.
      last = std::move(socket).error();
      if (last.code != ErrorCode::unsupported) return fail(std::move(last));
      continue;
    }
    if (const auto bound = runtime::bound_address(*socket)) {
      log::info("Serving metrics on /metrics", {{"endpoint", bound->to_string()}});
    }
    servers_.push_back(transport::Server::create(lane, *lane_budget_, *std::move(socket),
                                                 server_settings(), *this));
    if (endpoint.port == 0) break;  // one free port, not one per address
  }
  if (servers_.empty()) return fail(std::move(last));
  return {};
}

transport::HeadVerdict MetricsPage::on_head(const RequestHead& head) {
  transport::HeadVerdict verdict;
  verdict.answer = std::make_unique<Response>(answer(head));
  return verdict;
}

Response MetricsPage::answer(const RequestHead& head) {
  if (head.path != "/metrics") return plain_text(404, "404 page not found: try /metrics\n");
  if (head.method != "GET" && head.method != "HEAD") {
    Response refused = plain_text(405, "405 method not allowed, supported: [GET, HEAD]\n");
    refused.headers.push_back({"allow", "GET, HEAD"});
    return refused;
  }
  return page(head);
}

Response MetricsPage::page(const RequestHead& head) {
  const PageForm form = negotiate(head.header("accept"), config_.without_type_suffix);
  PageStyle style = style_;
  style.is_openmetrics = form.is_openmetrics;
  style.keeps_dots = form.keeps_dots;
  Response response{.status = 200, .content_type = content_type(form)};
  response.headers.push_back({"vary", "Accept, Accept-Encoding"});
  base::Rope text(base::Slice::copy_of(render_page(collect_(), resource_, style)));
  if (text.size() >= gzip_bytes_min && accepts_gzip(head.header("accept-encoding"))) {
    if (auto coded = compressor_.compress(codec::Coding::gzip, text)) {
      text = base::Rope(std::move(*coded).freeze());
      response.headers.push_back({"content-encoding", "gzip"});
    }
  }
  response.body = std::move(text);
  return response;
}

/// Every request is answered by its head.
void MetricsPage::on_request(const RequestHead& head, transport::Body /*body*/,
                             transport::Exchange exchange) {
  exchange.respond(answer(head));
}

Response MetricsPage::on_refusal(const RequestHead& /*head*/, transport::Refusal /*refusal*/) {
  return plain_text(400, "400 bad request\n");
}

}  // namespace telemill::telemetry
