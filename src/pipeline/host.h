#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "config/component_id.h"
#include "otlp/signal.h"
#include "pipeline/component.h"
#include "pipeline/status.h"
#include "runtime/metrics.h"

namespace telemill::pipeline {

/// One pipeline as the user wrote it; connectors stand among receivers and exporters.
struct PipelineDescription {
  config::ComponentId id;
  otlp::Signal signal = otlp::Signal::traces;
  std::vector<config::ComponentId> receivers;
  std::vector<config::ComponentId> processors;
  std::vector<config::ComponentId> exporters;
};

/// How a component is doing over all lanes: as its least well instance.
struct ComponentStatus {
  ComponentKind kind = ComponentKind::receiver;
  config::ComponentId id;
  Status status = Status::starting;
  std::string message;       // of that instance
  UnixNanos changed_at = 0;  // when the status became this one
};

/// The collector as its extensions on the control lane see it. Control lane only.
class Host {
 public:
  [[nodiscard]] virtual const std::vector<PipelineDescription>& pipelines() const noexcept = 0;
  [[nodiscard]] virtual const std::vector<config::ComponentId>& extensions() const noexcept = 0;
  [[nodiscard]] virtual std::vector<ComponentStatus> statuses() const = 0;
  [[nodiscard]] virtual const runtime::MetricRegistry& metrics() const noexcept = 0;
  [[nodiscard]] virtual UnixNanos started_at() const noexcept = 0;
  [[nodiscard]] virtual size_t lane_count() const noexcept = 0;

 protected:
  ~Host() = default;
};

}  // namespace telemill::pipeline
