#pragma once

#include <optional>
#include <string>
#include <vector>

#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "config/headers.h"

namespace telemill::components::receivers::otlp {

enum class SocketKind : uint8_t { tcp, tcp4, tcp6, unix_socket };
constexpr auto config_names(SocketKind) {
  return std::array{config::EnumName<SocketKind>{"tcp", SocketKind::tcp},
                    config::EnumName<SocketKind>{"tcp4", SocketKind::tcp4},
                    config::EnumName<SocketKind>{"tcp6", SocketKind::tcp6},
                    config::EnumName<SocketKind>{"unix", SocketKind::unix_socket}};
}

struct KeepaliveServerParameters {
  Duration max_connection_idle{};
  Duration max_connection_age{};
  Duration max_connection_age_grace{};
  Duration time = std::chrono::hours(2);
  Duration timeout = std::chrono::seconds(20);

  static constexpr auto fields = std::tuple{
      config::field("max_connection_idle", &KeepaliveServerParameters::max_connection_idle,
                    "Close connections idle for this long; 0 never does."),
      config::field("max_connection_age", &KeepaliveServerParameters::max_connection_age,
                    "Ask clients to reconnect after this long; 0 never does."),
      config::field("max_connection_age_grace",
                    &KeepaliveServerParameters::max_connection_age_grace,
                    "Time for calls to end after that; 0 waits for them."),
      config::field("time", &KeepaliveServerParameters::time,
                    "Ping a silent peer after this long."),
      config::field("timeout", &KeepaliveServerParameters::timeout,
                    "Close when a ping is not answered in time."),
  };
};

struct Keepalive {
  KeepaliveServerParameters server_parameters;

  static constexpr auto fields = std::tuple{
      config::field("server_parameters", &Keepalive::server_parameters, "Pings and ages."),
      config::not_yet("enforcement_policy", "pings of clients are not policed"),
  };
};

struct GrpcConfig {
  std::string endpoint = "localhost:4317";
  SocketKind transport = SocketKind::tcp;
  int64_t max_recv_msg_size_mib = 0;
  uint32_t max_concurrent_streams = 0;
  int64_t read_buffer_size = 524288;
  int64_t write_buffer_size = 0;
  Keepalive keepalive;
  std::optional<shared::ServerTlsConfig> tls;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &GrpcConfig::endpoint, "host:port, or a path for `unix`."),
      config::field("transport", &GrpcConfig::transport, "Kind of socket."),
      config::field("max_recv_msg_size_mib", &GrpcConfig::max_recv_msg_size_mib,
                    "Largest message after decompression; 0 means 4 MiB."),
      config::field("max_concurrent_streams", &GrpcConfig::max_concurrent_streams,
                    "Calls at once per connection; 0 means 1024."),
      config::field("read_buffer_size", &GrpcConfig::read_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("write_buffer_size", &GrpcConfig::write_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("keepalive", &GrpcConfig::keepalive, "How silent connections are treated."),
      config::field("tls", &GrpcConfig::tls, "Absent: plaintext."),
      config::not_yet("auth", "server authentication"),
      config::not_yet("include_metadata", "request metadata"),
      config::not_yet("middlewares", "middlewares"),
      config::accepted("dialer", "concerns clients only"),
  };
  [[nodiscard]] config::Problems check() const;
  /// Bytes of the largest message.
  [[nodiscard]] size_t message_bytes_max() const noexcept;
};

struct HttpConfig {
  std::string endpoint = "localhost:4318";
  SocketKind transport = SocketKind::tcp;
  std::string traces_url_path = "/v1/traces";
  std::string metrics_url_path = "/v1/metrics";
  std::string logs_url_path = "/v1/logs";
  int64_t max_request_body_size = int64_t{20} << 20;
  config::Headers response_headers;
  std::vector<std::string> compression_algorithms = {
      "", "gzip", "zstd", "zlib", "snappy", "deflate", "lz4", "x-snappy-framed"};
  Duration read_timeout{};
  Duration read_header_timeout{};
  Duration write_timeout{};
  Duration idle_timeout{};
  bool keep_alives_enabled = true;
  std::optional<shared::ServerTlsConfig> tls;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &HttpConfig::endpoint, "host:port, or a path for `unix`."),
      config::field("transport", &HttpConfig::transport, "Kind of socket."),
      config::field("traces_url_path", &HttpConfig::traces_url_path, "Path for traces."),
      config::field("metrics_url_path", &HttpConfig::metrics_url_path, "Path for metrics."),
      config::field("logs_url_path", &HttpConfig::logs_url_path, "Path for logs."),
      config::field("max_request_body_size", &HttpConfig::max_request_body_size,
                    "Largest body in bytes, as sent and again decompressed; 0 or less: 20 MiB."),
      config::field("response_headers", &HttpConfig::response_headers, "Added to every response."),
      config::field("compression_algorithms", &HttpConfig::compression_algorithms,
                    "Content-Encodings to decode; an empty list decodes nothing."),
      config::field("read_timeout", &HttpConfig::read_timeout, "For a whole request; 0: none."),
      config::field("read_header_timeout", &HttpConfig::read_header_timeout,
                    "For a request's head; 0: none."),
      config::field("write_timeout", &HttpConfig::write_timeout, "For a response; 0: none."),
      config::field("idle_timeout", &HttpConfig::idle_timeout, "Between requests; 0: none."),
      config::field("keep_alives_enabled", &HttpConfig::keep_alives_enabled,
                    "Several requests per connection."),
      config::field("tls", &HttpConfig::tls, "Absent: plaintext, HTTP/1.1 and HTTP/2."),
      config::not_yet("cors", "cross-origin requests"),
      config::not_yet("auth", "server authentication"),
      config::not_yet("include_metadata", "request metadata"),
      config::not_yet("middlewares", "middlewares"),
  };
  [[nodiscard]] config::Problems check() const;
  [[nodiscard]] size_t body_bytes_max() const noexcept;
};

struct Protocols {
  std::optional<GrpcConfig> grpc;
  std::optional<HttpConfig> http;

  static constexpr auto fields = std::tuple{
      config::field("grpc", &Protocols::grpc, "OTLP over gRPC; on when the key is present."),
      config::field("http", &Protocols::http, "OTLP over HTTP; on when the key is present."),
  };
};

struct OtlpConfig {
  Protocols protocols;

  static constexpr auto fields = std::tuple{
      config::field("protocols", &OtlpConfig::protocols, "At least one of `grpc` and `http`."),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::receivers::otlp
