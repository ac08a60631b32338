#pragma once

#include <optional>
#include <string>
#include <vector>

#include "components/shared/http_server/listeners.h"
#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "config/headers.h"
#include "pipeline/authentication.h"
#include "transport/server.h"

namespace telemill::components::shared {

/// Which pages of other origins a browser lets talk to us.
struct CorsConfig {
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> exposed_headers;
  int64_t max_age = 0;

  static constexpr auto fields = std::tuple{
      config::field("allowed_origins", &CorsConfig::allowed_origins,
                    "Origins such as https://*.example.com, one `*` in each; empty: none."),
      config::field("allowed_headers", &CorsConfig::allowed_headers,
                    "Headers besides the safe ones that requests may have; `*`: all."),
      config::field("exposed_headers", &CorsConfig::exposed_headers,
                    "Headers of answers that pages may read."),
      config::field("max_age", &CorsConfig::max_age,
                    "Seconds for which browsers may remember what is allowed; 0: their default."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// The keys of every HTTP server of the reference. The defaults are those of the OTLP receiver.
struct HttpServerConfig {
  std::string endpoint;
  SocketKind transport = SocketKind::tcp;
  int64_t max_request_body_size = int64_t{20} << 20;
  bool include_metadata = false;
  config::Headers response_headers;
  std::vector<std::string> compression_algorithms = {
      "", "gzip", "zstd", "zlib", "snappy", "deflate", "lz4", "x-snappy-framed"};
  Duration read_timeout{};
  Duration read_header_timeout{};
  Duration write_timeout{};
  Duration idle_timeout{};
  bool keep_alives_enabled = true;
  std::optional<ServerTlsConfig> tls;
  std::optional<CorsConfig> cors;
  std::optional<pipeline::ServerAuthConfig> auth;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &HttpServerConfig::endpoint, "host:port, or a path for `unix`."),
      config::field("transport", &HttpServerConfig::transport, "Kind of socket."),
      config::field("max_request_body_size", &HttpServerConfig::max_request_body_size,
                    "Largest body in bytes, as sent and again decompressed; 0 or less: 20 MiB."),
      config::field("include_metadata", &HttpServerConfig::include_metadata,
                    "Headers of requests go with their data, for those who ask for them."),
      config::field("response_headers", &HttpServerConfig::response_headers,
                    "Added to every response."),
      config::field("compression_algorithms", &HttpServerConfig::compression_algorithms,
                    "Content-Encodings to decode; an empty list decodes nothing."),
      config::field("read_timeout", &HttpServerConfig::read_timeout,
                    "For a whole request; 0: none."),
      config::field("read_header_timeout", &HttpServerConfig::read_header_timeout,
                    "For a request's head; 0: none."),
      config::field("write_timeout", &HttpServerConfig::write_timeout, "For a response; 0: none."),
      config::field("idle_timeout", &HttpServerConfig::idle_timeout, "Between requests; 0: none."),
      config::field("keep_alives_enabled", &HttpServerConfig::keep_alives_enabled,
                    "Several requests per connection."),
      config::field("tls", &HttpServerConfig::tls, "Absent: plaintext, HTTP/1.1 and HTTP/2."),
      config::field("cors", &HttpServerConfig::cors, "Requests of pages of other origins."),
      config::field("auth", &HttpServerConfig::auth, "Who may ask; absent: anybody."),
      config::not_yet("middlewares", "middlewares"),
  };
  [[nodiscard]] config::Problems check() const;
  [[nodiscard]] size_t body_bytes_max() const noexcept;
};

/// For a server of pages: the defaults of the reference's shared settings.
[[nodiscard]] HttpServerConfig page_server_defaults(std::string endpoint);

/// What `transport` makes a server of. Reads the TLS files, so at start-up only.
Result<transport::ServerSettings, Failure> to_settings(const HttpServerConfig& config);

/// Adds TLS to a server's settings. Reads its files.
Result<void, Failure> add_tls(transport::ServerSettings& settings,
                              const std::optional<ServerTlsConfig>& tls,
                              const std::vector<std::string>& protocols);

/// Adds a problem when `endpoint` is none of that kind.
void check_endpoint(config::Problems& problems, const std::string& endpoint, SocketKind kind);

}  // namespace telemill::components::shared
