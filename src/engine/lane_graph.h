#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/unique_function.h"
#include "engine/extension_set.h"
#include "engine/plan.h"
#include "pipeline/batch.h"
#include "pipeline/component.h"
#include "runtime/lane.h"
#include "telemill/result.h"

namespace telemill::engine {

/// The instances of one lane, wired. Built and started before the lane runs, drained on the lane,
/// destroyed after it has ended.
class LaneGraph {
 public:
  /// `first` is the first lane's graph, whose singletons the others feed; null for itself. The
  /// plan outlives the graph.
  LaneGraph(const Plan& plan, const LaneFacilities& facilities, LaneGraph* first);
  LaneGraph(const LaneGraph&) = delete;
  LaneGraph& operator=(const LaneGraph&) = delete;
  ~LaneGraph();

  /// Extensions, then exporters, connectors and processors, then receivers. The failure names the
  /// component.
  Result<void, Failure> start();

  /// Receivers are stage zero, then come processors and connectors as the plan numbers them, the
  /// exporters last. Call on the lane, one stage after the other; `done` when all of the stage have
  /// drained.
  void drain(size_t stage, base::UniqueFunction<void()> done);

 private:
  struct Instance {
    const PlannedComponent* planned;
    std::unique_ptr<pipeline::Component> component;
    pipeline::StatusReporter* status;
  };

  [[nodiscard]] pipeline::ComponentContext context(const PlannedComponent& planned,
                                                   std::optional<otlp::Signal> signal = {},
                                                   const PlannedPipeline* pipeline = nullptr);
  pipeline::Consumer& exporter(size_t index, otlp::Signal signal);
  pipeline::Consumer& own_exporter(size_t index, otlp::Signal signal);
  void add_connector(size_t index, otlp::Signal from, std::vector<pipeline::Consumer*>& inputs);
  pipeline::Consumer& entry_of(const PlannedPipeline& pipeline);
  pipeline::Consumer& to_all(std::vector<pipeline::Consumer*> consumers);
  void add_receiver(size_t index);

  using ComponentAndSignal = std::pair<size_t, otlp::Signal>;

  const Plan& plan_;
  const LaneFacilities facilities_;
  LaneGraph* const first_;

  ExtensionSet extensions_;
  std::map<ComponentAndSignal, pipeline::Consumer*> exporter_inputs_;
  std::map<ComponentAndSignal, std::vector<pipeline::Consumer*>> connector_inputs_;
  std::vector<pipeline::Consumer*> entries_;   // of the pipelines, as the plan lists them
  std::vector<std::vector<Instance>> stages_;  // as `drain` counts them
  std::vector<std::unique_ptr<pipeline::Consumer, void (*)(pipeline::Consumer*)>> connections_;
};

}  // namespace telemill::engine
