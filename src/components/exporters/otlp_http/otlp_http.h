#pragma once

#include <string>

#include "codec/coding.h"
#include "components/shared/otlp_exporter/exporter_config.h"
#include "config/fields.h"
#include "pipeline/component.h"

/// Sends OTLP over HTTP, protobuf or JSON.
namespace telemill::components::exporters::otlp_http {

enum class Compression : uint8_t { none, gzip, zstd, snappy, snappy_framed, zlib, deflate, lz4 };
constexpr auto config_names(Compression) {
  return std::array{config::EnumName<Compression>{"gzip", Compression::gzip},
                    config::EnumName<Compression>{"zstd", Compression::zstd},
                    config::EnumName<Compression>{"snappy", Compression::snappy},
                    config::EnumName<Compression>{"x-snappy-framed", Compression::snappy_framed},
                    config::EnumName<Compression>{"zlib", Compression::zlib},
                    config::EnumName<Compression>{"deflate", Compression::deflate},
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
  int64_t max_idle_conns = 100;
  int64_t max_idle_conns_per_host = 0;
  int64_t max_conns_per_host = 0;
  Duration idle_conn_timeout = std::chrono::seconds(90);
  bool disable_keep_alives = false;
  bool force_attempt_http2 = true;
  Duration http2_read_idle_timeout{};
  Duration http2_ping_timeout{};
  shared::ExporterConfig common;

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
      config::field("http2_read_idle_timeout", &OtlpHttpConfig::http2_read_idle_timeout,
                    "HTTP/2: ping a server that is silent for so long; 0: never."),
      config::field("http2_ping_timeout", &OtlpHttpConfig::http2_ping_timeout,
                    "HTTP/2: reconnect when a ping goes unanswered; 0: 15s."),
      config::inlined(&OtlpHttpConfig::common),
      config::not_yet("proxy_url", "proxies, those of the environment included"),
      config::not_yet("cookies", "cookies"),
  };
  [[nodiscard]] config::Problems check() const;
  /// The URL for a signal; empty when there is none.
  [[nodiscard]] std::string url_for(otlp::Signal signal) const;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::otlp_http
