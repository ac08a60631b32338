#include "engine/lane_graph.h"

#include <algorithm>

#include "pipeline/fan_out.h"
#include "pipeline/lane_bridge.h"

namespace telemill::engine {
namespace {

template <class Connection, class... Args>
std::unique_ptr<pipeline::Consumer, void (*)(pipeline::Consumer*)> make_connection(Args&&... args) {
  return {new Connection(std::forward<Args>(args)...),  // NOLINT: owned at once
          [](pipeline::Consumer* consumer) { delete static_cast<Connection*>(consumer); }};
}

Unexpected<Failure> cannot_start(const PlannedComponent& planned, Failure failure) {
  failure.message = "failed to start " + config::in_quotes(planned.id.text()) + " " +
                    std::string(config::name_of(planned.factory->info().kind)) + ": " +
                    failure.message;
  return fail(std::move(failure));
}

}  // namespace

size_t stage_count(const Plan& plan) noexcept {
  size_t processors = 0;
  for (const PlannedPipeline& pipeline : plan.pipelines) {
    processors = std::max(processors, pipeline.processors.size());
  }
  return processors + 2;
}

LaneGraph::LaneGraph(const Plan& plan, const Facilities& facilities, LaneGraph* first)
    : plan_(plan), facilities_(facilities), first_(first), stages_(stage_count(plan)) {
  std::vector<pipeline::Consumer*> entries;
  for (const PlannedPipeline& pipeline : plan.pipelines) entries.push_back(&entry_of(pipeline));
  for (size_t i = 0; i < plan.receivers.size(); ++i) add_receiver(i, entries);
}

/// Upstream goes first: it may hold batches whose outcomes it wants to hear.
LaneGraph::~LaneGraph() {
  for (auto& stage : stages_) stage.clear();
}

pipeline::ComponentContext LaneGraph::context(const PlannedComponent& planned) const {
  return {.id = planned.id,
          .lane = facilities_.lane,
          .budget = facilities_.budget,
          .worker = facilities_.worker,
          .metrics = facilities_.metrics,
          .shared = facilities_.shared,
          .is_first_lane = first_ == nullptr};
}

pipeline::Consumer& LaneGraph::exporter(size_t index, otlp::Signal signal) {
  auto& known = exporter_inputs_[{index, signal}];
  if (known != nullptr) return *known;
  const bool is_elsewhere = first_ != nullptr && plan_.exporters[index].factory->info().placement ==
                                                     pipeline::Placement::singleton;
  if (!is_elsewhere) {
    known = &own_exporter(index, signal);
  } else {
    connections_.push_back(make_connection<pipeline::LaneBridge>(
        facilities_.lane, first_->facilities_.lane, first_->exporter(index, signal)));
    known = connections_.back().get();
  }
  return *known;
}

pipeline::Consumer& LaneGraph::own_exporter(size_t index, otlp::Signal signal) {
  const PlannedComponent& planned = plan_.exporters[index];
  auto instance = planned.factory->create_exporter(context(planned), *planned.settings, signal);
  pipeline::Exporter& consumer = *instance;
  stages_.back().push_back({&planned, std::move(instance)});
  return consumer;
}

pipeline::Consumer& LaneGraph::to_all(std::vector<pipeline::Consumer*> consumers) {
  if (consumers.size() == 1) return *consumers.front();
  connections_.push_back(make_connection<pipeline::FanOut>(std::move(consumers)));
  return *connections_.back();
}

/// Builds a pipeline from its end and returns where batches enter it.
pipeline::Consumer& LaneGraph::entry_of(const PlannedPipeline& pipeline) {
  std::vector<pipeline::Consumer*> exporters;
  for (const size_t index : pipeline.exporters) {
    exporters.push_back(&exporter(index, pipeline.signal));
  }
  pipeline::Consumer* next = &to_all(std::move(exporters));
  for (size_t i = pipeline.processors.size(); i > 0; --i) {
    const PlannedComponent& planned = plan_.processors[pipeline.processors[i - 1]];
    auto instance = planned.factory->create_processor(context(planned), *planned.settings,
                                                      pipeline.signal, *next);
    next = instance.get();
    stages_[i].push_back({&planned, std::move(instance)});
  }
  return *next;
}

void LaneGraph::add_receiver(size_t index, const std::vector<pipeline::Consumer*>& entries) {
  std::array<std::vector<pipeline::Consumer*>, otlp::signal_count> targets;
  bool is_used = false;
  for (size_t p = 0; p < plan_.pipelines.size(); ++p) {
    const PlannedPipeline& pipeline = plan_.pipelines[p];
    if (std::ranges::find(pipeline.receivers, index) == pipeline.receivers.end()) continue;
    targets[static_cast<size_t>(pipeline.signal)].push_back(entries[p]);
    is_used = true;
  }
  if (!is_used) return;
  pipeline::ReceiverOutputs outputs{};
  for (size_t s = 0; s < otlp::signal_count; ++s) {
    if (!targets[s].empty()) outputs[s] = &to_all(std::move(targets[s]));
  }
  const PlannedComponent& planned = plan_.receivers[index];
  stages_.front().push_back(
      {&planned, planned.factory->create_receiver(context(planned), *planned.settings, outputs)});
}

Result<void, Failure> LaneGraph::start() {
  for (size_t i = stages_.size(); i > 0; --i) {
    for (const Instance& instance : stages_[i - 1]) {
      if (auto started = instance.component->start(); !started) {
        return cannot_start(*instance.planned, std::move(started).error());
      }
    }
  }
  return {};
}

void LaneGraph::drain(size_t stage, base::UniqueFunction<void()> done) {
  struct Waiting {
    size_t left;
    base::UniqueFunction<void()> done;
  };
  const std::vector<Instance>& instances = stages_[stage];
  if (instances.empty()) return done();
  auto waiting = std::make_shared<Waiting>(instances.size(), std::move(done));
  for (const Instance& instance : instances) {
    instance.component->drain([waiting] {
      if (--waiting->left == 0) waiting->done();
    });
  }
}

}  // namespace telemill::engine
