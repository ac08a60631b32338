#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/unique_function.h"
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
  struct Facilities {
    runtime::Lane& lane;
    runtime::LaneBudget& budget;
    runtime::Worker& worker;
    runtime::MetricRegistry& metrics;
    runtime::SharedObjects& shared;
  };
  /// `first` is the first lane's graph, whose singletons the others feed; null for itself. The
  /// plan outlives the graph.
  LaneGraph(const Plan& plan, const Facilities& facilities, LaneGraph* first);
  LaneGraph(const LaneGraph&) = delete;
  LaneGraph& operator=(const LaneGraph&) = delete;
  ~LaneGraph();

  /// Exporters, then processors, then receivers. The failure names the component.
  Result<void, Failure> start();

  /// Receivers are stage zero, then come the processors by their place in a pipeline, the exporters
  /// last. Call on the lane, one stage after the other; `done` when all of the stage have drained.
  void drain(size_t stage, base::UniqueFunction<void()> done);

 private:
  struct Instance {
    const PlannedComponent* planned;
    std::unique_ptr<pipeline::Component> component;
  };

  [[nodiscard]] pipeline::ComponentContext context(const PlannedComponent& planned) const;
  pipeline::Consumer& exporter(size_t index, otlp::Signal signal);
  pipeline::Consumer& own_exporter(size_t index, otlp::Signal signal);
  pipeline::Consumer& entry_of(const PlannedPipeline& pipeline);
  pipeline::Consumer& to_all(std::vector<pipeline::Consumer*> consumers);
  void add_receiver(size_t index, const std::vector<pipeline::Consumer*>& entries);

  const Plan& plan_;
  const Facilities facilities_;
  LaneGraph* const first_;

  std::map<std::pair<size_t, otlp::Signal>, pipeline::Consumer*> exporter_inputs_;
  std::vector<std::vector<Instance>> stages_;  // as `drain` counts them
  std::vector<std::unique_ptr<pipeline::Consumer, void (*)(pipeline::Consumer*)>> connections_;
};

/// How many stages a drain has.
[[nodiscard]] size_t stage_count(const Plan& plan) noexcept;

}  // namespace telemill::engine
