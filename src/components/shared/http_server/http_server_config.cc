#include "components/shared/http_server/http_server_config.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "codec/coding.h"

namespace telemill::components::shared {

void check_endpoint(config::Problems& problems, const std::string& endpoint, SocketKind kind) {
  if (auto parsed = runtime::Endpoint::parse(endpoint, family_of(kind)); !parsed) {
    problems.add("endpoint", parsed.error().message);
  }
}

config::Problems CorsConfig::check() const {
  config::Problems problems;
  for (const std::string& origin : allowed_origins) {
    if (std::ranges::count(origin, '*') > 1) {
      problems.add("allowed_origins", "more than one * in " + config::in_quotes(origin));
    }
  }
  if (max_age < 0) problems.add("max_age", "must not be negative");
  if (allowed_origins.empty() && !allowed_headers.empty()) {
    problems.add("allowed_headers", "has no effect without allowed_origins");
  }
  return problems;
}

config::Problems HttpServerConfig::check() const {
  config::Problems problems;
  check_endpoint(problems, endpoint, transport);
  if (max_request_body_size > static_cast<int64_t>(limits::request_bytes_max)) {
    problems.add("max_request_body_size",
                 "must not exceed " + std::to_string(limits::request_bytes_max));
  }
  for (const std::string& name : compression_algorithms) {
    if (!codec::coding_from_http(name)) {
      problems.add("compression_algorithms", "unknown coding \"" + name + "\"");
    }
  }
  const std::pair<std::string_view, Duration> timeouts[] = {
      {"read_timeout", read_timeout},
      {"read_header_timeout", read_header_timeout},
      {"write_timeout", write_timeout},
      {"idle_timeout", idle_timeout}};
  for (const auto& [key, value] : timeouts) {
    if (value < Duration::zero()) problems.add(key, "must not be negative");
  }
  return problems;
}

size_t HttpServerConfig::body_bytes_max() const noexcept {
  return max_request_body_size <= 0 ? limits::http_body_bytes_default
                                    : static_cast<size_t>(max_request_body_size);
}

HttpServerConfig page_server_defaults(std::string endpoint) {
  return {.endpoint = std::move(endpoint),
          .read_header_timeout = std::chrono::minutes(1),
          .write_timeout = std::chrono::seconds(30),
          .idle_timeout = std::chrono::minutes(1)};
}

Result<void, Failure> add_tls(transport::ServerSettings& settings,
                              const std::optional<ServerTlsConfig>& tls,
                              const std::vector<std::string>& protocols) {
  if (!tls) return {};
  TELEMILL_ASSIGN(settings.tls, transport::TlsContext::create(transport::TlsContext::Role::server,
                                                              to_settings(*tls), protocols));
  return {};
}

Result<transport::ServerSettings, Failure> to_settings(const HttpServerConfig& config) {
  transport::ServerSettings settings{.header_timeout = config.read_header_timeout,
                                     .read_timeout = config.read_timeout,
                                     .write_timeout = config.write_timeout,
                                     .idle_timeout = config.idle_timeout,
                                     .keep_alives = config.keep_alives_enabled};
  TELEMILL_TRY(add_tls(settings, config.tls, {"h2", "http/1.1"}));
  return settings;
}

}  // namespace telemill::components::shared
