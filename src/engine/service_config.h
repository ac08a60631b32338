#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/fields.h"

namespace telemill::log {

constexpr auto config_names(Level) {
  return std::array{config::EnumName<Level>{"INFO", Level::info},
                    config::EnumName<Level>{"info", Level::info},
                    config::EnumName<Level>{"DEBUG", Level::debug},
                    config::EnumName<Level>{"debug", Level::debug},
                    config::EnumName<Level>{"WARN", Level::warn},
                    config::EnumName<Level>{"warn", Level::warn},
                    config::EnumName<Level>{"ERROR", Level::error},
                    config::EnumName<Level>{"error", Level::error}};
}

}  // namespace telemill::log

namespace telemill::engine {

struct LogsConfig {
  log::Level level = log::Level::info;
  std::string encoding = "console";

  static constexpr auto fields = std::tuple{
      config::field("level", &LogsConfig::level, "Least severe level that is written."),
      config::field("encoding", &LogsConfig::encoding, "`console` or `json`."),
      config::not_yet("development", "development mode"),
      config::not_yet("disable_caller", "log callers"),
      config::not_yet("disable_stacktrace", "stack traces"),
      config::not_yet("sampling", "log sampling"),
      config::not_yet("output_paths", "log files"),
      config::not_yet("error_output_paths", "log files"),
      config::not_yet("initial_fields", "initial fields"),
      config::not_yet("processors", "log export"),
  };
  [[nodiscard]] bool as_json() const noexcept { return encoding == "json"; }
  [[nodiscard]] config::Problems check() const;
};

struct TelemetryConfig {
  LogsConfig logs;

  static constexpr auto fields = std::tuple{
      config::field("logs", &TelemetryConfig::logs, "Our own log lines."),
      config::not_yet("metrics", "the metrics page"),
      config::not_yet("traces", "own traces"),
      config::not_yet("resource", "own resource attributes"),
  };
};

struct PipelineConfig {
  std::vector<config::ComponentId> receivers;
  std::vector<config::ComponentId> processors;
  std::vector<config::ComponentId> exporters;

  static constexpr auto fields = std::tuple{
      config::field("receivers", &PipelineConfig::receivers, "Where data comes from."),
      config::field("processors", &PipelineConfig::processors, "What happens to it, in order."),
      config::field("exporters", &PipelineConfig::exporters, "Where it goes; to each of them."),
  };
};

struct ServiceConfig {
  std::vector<config::ComponentId> extensions;
  TelemetryConfig telemetry;
  config::Node pipelines;

  static constexpr auto fields = std::tuple{
      config::field("extensions", &ServiceConfig::extensions, "Which extensions run."),
      config::field("telemetry", &ServiceConfig::telemetry, "Logs and metrics of ourselves."),
      config::field("pipelines", &ServiceConfig::pipelines, "signal or signal/name: its parts."),
  };
};

}  // namespace telemill::engine
