#pragma once

#include <optional>
#include <string>

#include "components/shared/otlp_exporter/exporter_config.h"
#include "config/fields.h"
#include "pipeline/component.h"

/// Sends OTLP over gRPC: merged requests leave as linked bytes, each lane over a connection of its
/// own.
namespace telemill::components::exporters::otlp_grpc {

enum class Compression : uint8_t { none, gzip, zstd, snappy };
constexpr auto config_names(Compression) {
  return std::array{config::EnumName<Compression>{"gzip", Compression::gzip},
                    config::EnumName<Compression>{"zstd", Compression::zstd},
                    config::EnumName<Compression>{"snappy", Compression::snappy},
                    config::EnumName<Compression>{"none", Compression::none},
                    config::EnumName<Compression>{"", Compression::none}};
}

struct KeepaliveConfig {
  Duration time = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(10);
  bool permit_without_stream = false;

  static constexpr auto fields = std::tuple{
      config::field("time", &KeepaliveConfig::time, "Ping a silent server after this long."),
      config::field("timeout", &KeepaliveConfig::timeout, "Reconnect when a ping goes unanswered."),
      config::field("permit_without_stream", &KeepaliveConfig::permit_without_stream,
                    "Ping without running calls, too."),
  };
};

struct OtlpGrpcConfig {
  std::string endpoint;
  Duration timeout = std::chrono::seconds(5);
  Compression compression = Compression::gzip;
  std::optional<KeepaliveConfig> keepalive;
  std::string balancer_name = "round_robin";
  std::string authority;
  std::string user_agent;
  shared::ExporterConfig common;

  static constexpr auto fields = std::tuple{
      config::field("endpoint", &OtlpGrpcConfig::endpoint,
                    "host:port, dns:///host:port, unix:///path; https:// forces TLS."),
      config::field("timeout", &OtlpGrpcConfig::timeout, "Per attempt; 0: none."),
      config::field("compression", &OtlpGrpcConfig::compression, "Coding of requests."),
      config::field("keepalive", &OtlpGrpcConfig::keepalive, "Pings; absent: none."),
      config::field("balancer_name", &OtlpGrpcConfig::balancer_name,
                    "round_robin or pick_first; either way a lane keeps one connection, and each "
                    "new one goes to the endpoint's next address."),
      config::field("authority", &OtlpGrpcConfig::authority, "Replaces :authority."),
      config::field("user_agent", &OtlpGrpcConfig::user_agent, "Replaces our user agent."),
      config::inlined(&OtlpGrpcConfig::common),
      config::accepted("wait_for_ready", "calls wait for the first connection in any case"),
  };
  [[nodiscard]] config::Problems check() const;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::otlp_grpc
