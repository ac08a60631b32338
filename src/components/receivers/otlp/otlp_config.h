#pragma once

#include <optional>
#include <string>
#include <vector>

#include "components/shared/http_server/http_server_config.h"
#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "pipeline/authentication.h"

namespace telemill::components::receivers::otlp {

using shared::SocketKind;

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

struct KeepaliveEnforcement {
  Duration min_time = std::chrono::minutes(5);
  bool permit_without_stream = false;

  static constexpr auto fields = std::tuple{
      config::field("min_time", &KeepaliveEnforcement::min_time,
                    "Clients that ping more often are told to go (ENHANCE_YOUR_CALM)."),
      config::field("permit_without_stream", &KeepaliveEnforcement::permit_without_stream,
                    "Clients may ping while they have no call."),
  };
};

struct Keepalive {
  KeepaliveServerParameters server_parameters;
  KeepaliveEnforcement enforcement_policy;

  static constexpr auto fields = std::tuple{
      config::field("server_parameters", &Keepalive::server_parameters, "Pings and ages."),
      config::field("enforcement_policy", &Keepalive::enforcement_policy,
                    "How often clients may ping."),
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
  std::optional<pipeline::ServerAuthConfig> auth;
  bool include_metadata = false;

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
      config::field("auth", &GrpcConfig::auth, "Who may call; absent: anybody."),
      config::field("include_metadata", &GrpcConfig::include_metadata,
                    "Metadata of calls goes with their data, for those who ask for it."),
      config::not_yet("middlewares", "middlewares"),
      config::accepted("dialer", "concerns clients only"),
  };
  [[nodiscard]] config::Problems check() const;
  /// Bytes of the largest message.
  [[nodiscard]] size_t message_bytes_max() const noexcept;
};

struct HttpConfig {
  shared::HttpServerConfig server{.endpoint = "localhost:4318"};
  std::string traces_url_path = "/v1/traces";
  std::string metrics_url_path = "/v1/metrics";
  std::string logs_url_path = "/v1/logs";

  static constexpr auto fields = std::tuple{
      config::inlined(&HttpConfig::server),
      config::field("traces_url_path", &HttpConfig::traces_url_path, "Path for traces."),
      config::field("metrics_url_path", &HttpConfig::metrics_url_path, "Path for metrics."),
      config::field("logs_url_path", &HttpConfig::logs_url_path, "Path for logs."),
  };
  [[nodiscard]] config::Problems check() const;
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
