#pragma once

#include <vector>

#include "config/fields.h"
#include "telemetry/telemetry_config.h"

namespace telemill::engine {

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
  telemetry::TelemetryConfig telemetry;
  config::Node pipelines;

  static constexpr auto fields = std::tuple{
      config::field("extensions", &ServiceConfig::extensions, "Which extensions run."),
      config::field("telemetry", &ServiceConfig::telemetry, "Logs and metrics of ourselves."),
      config::field("pipelines", &ServiceConfig::pipelines, "signal or signal/name: its parts."),
  };
};

}  // namespace telemill::engine
