#pragma once

#include <memory>
#include <optional>
#include <string>

#include "codec/coding.h"
#include "codec/compressor.h"
#include "components/shared/tls_config/tls_config.h"
#include "config/fields.h"
#include "config/headers.h"
#include "pipeline/component.h"
#include "pipeline/sending_queue.h"
#include "transport/client.h"

namespace telemill::components::exporters::otlp_http {

enum class Compression : uint8_t { none, gzip, zstd, snappy, snappy_framed, zlib, lz4 };
constexpr auto config_names(Compression) {
  return std::array{config::EnumName<Compression>{"gzip", Compression::gzip},
                    config::EnumName<Compression>{"zstd", Compression::zstd},
                    config::EnumName<Compression>{"snappy", Compression::snappy},
                    config::EnumName<Compression>{"x-snappy-framed", Compression::snappy_framed},
                    config::EnumName<Compression>{"zlib", Compression::zlib},
                    config::EnumName<Compression>{"deflate", Compression::zlib},
                    config::EnumName<Compression>{"lz4", Compression::lz4},
                    config::EnumName<Compression>{"none", Compression::none},
                    config::EnumName<Compression>{"", Compression::none}};
}

enum class Encoding : uint8_t { proto, json };
constexpr auto config_names(Encoding) {
  return std::array{config::EnumName<Encoding>{"proto", Encoding::proto},
                    config::EnumName<Encoding>{"json", Encoding::json}};
}

struct CompressionParams {
  int32_t level = codec::level_default;

  static constexpr auto fields = std::tuple{
      config::field("level", &CompressionParams::level, "-1: the coding's default."),
  };
};

struct OtlpHttpConfig {
  std::string endpoint;
  std::string traces_endpoint;
  std::string metrics_endpoint;
  std::string logs_endpoint;
  std::string profiles_endpoint;
  Encoding encoding = Encoding::proto;
  Duration timeout = std::chrono::seconds(30);
  Compression compression = Compression::gzip;
  CompressionParams compression_params;
  config::Headers headers;
  shared::ClientTlsConfig tls;
  int64_t read_buffer_size = 0;
  int64_t write_buffer_size = 524288;
  int64_t max_idle_conns = 100;
  int64_t max_idle_conns_per_host = 0;
  int64_t max_conns_per_host = 0;
  Duration idle_conn_timeout = std::chrono::seconds(90);
  bool disable_keep_alives = false;
  bool force_attempt_http2 = true;
  pipeline::SendingQueueConfig sending_queue;
  pipeline::RetryConfig retry_on_failure;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &OtlpHttpConfig::endpoint,
                    "Base URL; /v1/traces and so on are added."),
      config::field("traces_endpoint", &OtlpHttpConfig::traces_endpoint, "Whole URL for traces."),
      config::field("metrics_endpoint", &OtlpHttpConfig::metrics_endpoint,
                    "Whole URL for metrics."),
      config::field("logs_endpoint", &OtlpHttpConfig::logs_endpoint, "Whole URL for logs."),
      config::field("profiles_endpoint", &OtlpHttpConfig::profiles_endpoint,
                    "Whole URL for profiles."),
      config::field("encoding", &OtlpHttpConfig::encoding, "Protobuf or JSON."),
      config::field("timeout", &OtlpHttpConfig::timeout, "For a whole request; 0: none."),
      config::field("compression", &OtlpHttpConfig::compression, "Content-Encoding of requests."),
      config::field("compression_params", &OtlpHttpConfig::compression_params, "Its level."),
      config::field("headers", &OtlpHttpConfig::headers, "Sent with every request."),
      config::field("tls", &OtlpHttpConfig::tls, "For https URLs."),
      config::field("read_buffer_size", &OtlpHttpConfig::read_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("write_buffer_size", &OtlpHttpConfig::write_buffer_size,
                    "Read for compatibility; buffers size themselves."),
      config::field("max_idle_conns", &OtlpHttpConfig::max_idle_conns,
                    "Read for compatibility; idle connections close after idle_conn_timeout."),
      config::field("max_idle_conns_per_host", &OtlpHttpConfig::max_idle_conns_per_host,
                    "Read for compatibility."),
      config::field("max_conns_per_host", &OtlpHttpConfig::max_conns_per_host,
                    "Connections at once per lane; 0: one per consumer."),
      config::field("idle_conn_timeout", &OtlpHttpConfig::idle_conn_timeout,
                    "Idle connections are closed after this long."),
      config::field("disable_keep_alives", &OtlpHttpConfig::disable_keep_alives,
                    "A connection per request."),
      config::field("force_attempt_http2", &OtlpHttpConfig::force_attempt_http2,
                    "HTTP/2 where TLS and the server agree on it."),
      config::field("sending_queue", &OtlpHttpConfig::sending_queue, "What waits for the peer."),
      config::field("retry_on_failure", &OtlpHttpConfig::retry_on_failure, "What is sent again."),
      config::not_yet("proxy_url", "proxies"),
      config::not_yet("cookies", "cookies"),
      config::not_yet("auth", "client authentication"),
      config::not_yet("middlewares", "middlewares"),
      config::accepted("http2_read_idle_timeout", "idle connections are probed by requests"),
      config::accepted("http2_ping_timeout", "idle connections are probed by requests"),
  };
  [[nodiscard]] config::Problems check() const;
  /// The URL for a signal; empty when there is none.
  [[nodiscard]] std::string url_for(otlp::Signal signal) const;
};

/// Sends OTLP over HTTP, protobuf or JSON. Compression from one kilobyte on.
class OtlpHttp final : public pipeline::Exporter, private pipeline::Sender {
 public:
  OtlpHttp(const pipeline::ComponentContext& context, const OtlpHttpConfig& config,
           otlp::Signal signal);
  OtlpHttp(const OtlpHttp&) = delete;
  OtlpHttp& operator=(const OtlpHttp&) = delete;
  ~OtlpHttp() override { queue_.close(); }

  Result<void, Failure> start() override;
  void consume(pipeline::Batch batch) override { queue_.consume(std::move(batch)); }
  void drain(base::UniqueFunction<void()> done) override { queue_.drain(std::move(done)); }

 private:
  void send(const otlp::Payload& payload,
            base::UniqueFunction<void(pipeline::Outcome)> done) override;
  [[nodiscard]] Result<base::Rope> encode(const otlp::Payload& payload);
  [[nodiscard]] pipeline::Outcome outcome_of(transport::ClientResult result) const;

  const pipeline::ComponentContext context_;
  const OtlpHttpConfig& config_;
  const otlp::Signal signal_;
  const codec::Coding coding_;
  std::string path_;
  codec::Compressor compressor_;
  pipeline::SendingQueue queue_;
  std::unique_ptr<transport::Client> client_;  // goes first: it may still answer the queue
};

const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::otlp_http
