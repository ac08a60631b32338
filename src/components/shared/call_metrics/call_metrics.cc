#include "components/shared/call_metrics/call_metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

namespace telemill::components::shared {
namespace {

using runtime::Histogram;
using runtime::Labels;
using transport::HttpVersion;

constexpr std::array second_bounds = {.005, .01, .025, .05, .075, .1,  .25,
                                      .5,   .75, 1.,   2.5, 5.,   7.5, 10.};
constexpr std::array byte_bounds = {0.,   5.,   10., 25.,   50.,   75.,   100.,  250.,
                                    500., 750., 1e3, 2500., 5000., 7500., 10000.};
constexpr std::array<std::string_view, 9> methods = {
    "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "CONNECT", "TRACE"};
constexpr std::array<std::string_view, 17> code_names = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
constexpr std::string_view other = "_OTHER";

std::string_view known_method(std::string_view method) noexcept {
  const auto* const found = std::ranges::find(methods, method);
  return found == methods.end() ? other : *found;
}

std::string_view name_of(transport::grpc::Code code) noexcept {
  const auto index = static_cast<size_t>(code);
  return index < code_names.size() ? code_names.at(index) : other;
}

std::string_view name_of(HttpVersion version) noexcept {
  switch (version) {
    case HttpVersion::http1_0:
      return "1.0";
    case HttpVersion::http1_1:
      return "1.1";
    case HttpVersion::http2:
      break;
  }
  return "2";
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Histogram& histogram(runtime::MetricRegistry& metrics, std::string name, std::string unit,
                     std::string help, const Labels& labels, std::span<const double> bounds) {
  return metrics.histogram({.name = std::move(name),
                            .kind = runtime::MetricKind::histogram,
                            .unit = std::move(unit),
                            .help = std::move(help),
                            .level = runtime::MetricLevel::detailed},
                           labels, bounds);
}

}  // namespace

Labels address_labels(std::string_view host, uint16_t port) {
  Labels labels{{"server.address", host.empty() ? "::" : std::string(host)}};
  if (port != 0) labels.emplace_back("server.port", std::to_string(port));
  return labels;
}

HttpCalls::Series HttpCalls::make_series(const Key& key) {
  const auto& [method, route, status, version, is_secure] = key;
  Labels labels = labels_;
  labels.emplace_back("http.request.method", method);
  labels.emplace_back("network.protocol.name", "http");
  labels.emplace_back("network.protocol.version", name_of(version));
  labels.emplace_back("url.scheme", is_secure ? "https" : "http");
  if (!route.empty()) labels.emplace_back("http.route", route);
  if (status != 0) {
    labels.emplace_back("http.response.status_code", std::to_string(status));
  } else {
    labels.emplace_back("error.type", other);
  }
  const bool is_server = side_ == CallSide::server;
  const std::string prefix = is_server ? "http.server." : "http.client.";
  const std::string whose = is_server ? "HTTP server " : "HTTP client ";
  const auto sizes = [&](const std::string& what) -> Histogram& {
    return histogram(metrics_, prefix + what + ".body.size", "By",
                     "Size of " + whose + what + " bodies.", labels, byte_bounds);
  };
  return {.duration = histogram(metrics_, prefix + "request.duration", "s",
                                "Duration of " + whose + "requests.", labels, second_bounds),
          .request_bytes = sizes("request"),
          .response_bytes = is_server ? &sizes("response") : nullptr};
}

void HttpCalls::record(const Call& call) {
  if (!is_recording()) return;
  const Key key{known_method(call.method), call.route, call.status, call.version, call.is_secure};
  auto found = series_.find(key);
  if (found == series_.end()) found = series_.emplace(key, make_series(key)).first;
  const Series& series = found->second;
  series.duration.record(seconds(call.duration));
  series.request_bytes.record(static_cast<double>(call.request_bytes));
  if (series.response_bytes != nullptr) {
    series.response_bytes->record(static_cast<double>(call.response_bytes));
  }
}

void RpcCalls::record(std::string_view path, transport::grpc::Code code, Duration duration) {
  if (!is_recording()) return;
  const std::string_view method = path.empty() ? other : path.substr(1);
  Histogram*& series = series_[{method, name_of(code)}];
  if (series == nullptr) {
    Labels labels = labels_;
    labels.emplace_back("rpc.system.name", "grpc");
    labels.emplace_back("rpc.method", method);
    labels.emplace_back("rpc.response.status_code", name_of(code));
    const bool is_server = side_ == CallSide::server;
    series = &histogram(
        metrics_, is_server ? "rpc.server.call.duration" : "rpc.client.call.duration", "s",
        is_server ? "Duration of calls that came in." : "Duration of calls that went out.", labels,
        second_bounds);
  }
  series->record(seconds(duration));
}

}  // namespace telemill::components::shared
