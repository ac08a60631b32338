#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "config/component_id.h"
#include "config/feature_gates.h"
#include "config/node.h"
#include "config/problem.h"
#include "otlp/signal.h"
#include "pipeline/component.h"
#include "telemetry/resource.h"
#include "telemetry/telemetry_config.h"

namespace telemill::engine {

/// A configured component: which type it is and what the user set.
struct PlannedComponent {
  config::ComponentId id;
  config::Mark mark;
  const pipeline::Factory* factory = nullptr;  // null: this build knows the type but lacks it
  std::unique_ptr<pipeline::ComponentConfig> settings;
};

/// One entry of `service.pipelines`. The numbers are indices into the plan's lists.
struct PlannedPipeline {
  config::ComponentId id;  // traces, logs/errors, ...
  config::Mark mark;
  otlp::Signal signal = otlp::Signal::traces;
  std::vector<size_t> receivers;
  std::vector<size_t> processors;
  std::vector<size_t> exporters;
  std::vector<size_t> connectors_in;   // that feed it
  std::vector<size_t> connectors_out;  // that it feeds
  size_t first_stage = 1;              // in which its first processor drains
};

/// A configuration that has been understood and found whole: what a collector is built from.
struct Plan {
  std::vector<PlannedComponent> receivers;
  std::vector<PlannedComponent> processors;
  std::vector<PlannedComponent> exporters;
  std::vector<PlannedComponent> connectors;
  std::vector<PlannedComponent> extensions;
  std::vector<size_t> running_extensions;  // those of `service.extensions`, in its order
  std::vector<PlannedPipeline> pipelines;
  std::vector<size_t> build_order;       // of pipelines: what others feed comes first
  std::vector<size_t> connector_stages;  // in which each connector drains
  size_t stage_count = 2;                // of a drain: receivers, ..., exporters
  telemetry::TelemetryConfig telemetry;
  telemetry::Resource resource;  // who the collector says it is; another id in each plan
};

/// Reads a resolved configuration. Adds everything that is wrong with it to `problems`, all at
/// once; the plan is to be used only when there are no errors. Pipelines of profiles need no gate
/// here.
Plan make_plan(const config::Node& root, const std::vector<const pipeline::Factory*>& factories,
               config::Problems& problems, const config::FeatureGates& gates = {});

}  // namespace telemill::engine
