#pragma once

#include "config/fields.h"
#include "telemetry/logs_config.h"
#include "telemetry/metrics_config.h"

namespace telemill::telemetry {

/// Spans about ourselves, which nobody gets yet.
struct TracesConfig {
  std::string level;
  std::vector<config::Node> processors;
  std::vector<std::string> propagators;
  config::Node sampler;

  static constexpr auto fields = std::tuple{
      config::field("level", &TracesConfig::level, "`none`: own spans are not exported yet."),
      config::field("processors", &TracesConfig::processors, "Not used yet."),
      config::field("propagators", &TracesConfig::propagators, "Not used yet."),
      config::field("sampler", &TracesConfig::sampler, "Not used yet."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// `service::telemetry`: what the collector tells about itself.
struct TelemetryConfig {
  LogsConfig logs;
  MetricsConfig metrics;
  TracesConfig traces;
  config::Node resource;  // see Resource

  static constexpr auto fields = std::tuple{
      config::field("logs", &TelemetryConfig::logs, "Our own log lines."),
      config::field("metrics", &TelemetryConfig::metrics, "Our own metrics."),
      config::field("traces", &TelemetryConfig::traces, "Our own spans; not exported yet."),
      config::field("resource", &TelemetryConfig::resource,
                    "Attributes of our own metrics and logs; null removes one."),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::telemetry
