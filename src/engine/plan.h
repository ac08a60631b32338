#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/component_id.h"
#include "config/node.h"
#include "config/problem.h"
#include "otlp/signal.h"
#include "pipeline/component.h"

namespace telemill::engine {

/// A configured component: which type it is and what the user set.
struct PlannedComponent {
  config::ComponentId id;
  const pipeline::Factory* factory = nullptr;
  std::unique_ptr<pipeline::ComponentConfig> settings;
};

/// One entry of `service.pipelines`. The numbers are indices into the plan's lists.
struct PlannedPipeline {
  config::ComponentId id;  // traces, logs/errors, ...
  otlp::Signal signal = otlp::Signal::traces;
  std::vector<size_t> receivers;
  std::vector<size_t> processors;
  std::vector<size_t> exporters;
};

/// What `service.telemetry.logs` asks for.
struct LogSettings {
  log::Level level = log::Level::info;
  bool as_json = false;
};

/// A configuration that has been understood and found whole: what a collector is built from.
struct Plan {
  std::vector<PlannedComponent> receivers;
  std::vector<PlannedComponent> processors;
  std::vector<PlannedComponent> exporters;
  std::vector<PlannedPipeline> pipelines;
  LogSettings logs;
};

/// Reads a resolved configuration. Adds everything that is wrong with it to `problems`, all at
/// once; the plan is to be used only when there are no errors.
Plan make_plan(const config::Node& root, const std::vector<const pipeline::Factory*>& factories,
               config::Problems& problems);

}  // namespace telemill::engine
