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

}  // namespace

LaneGraph::LaneGraph(const Plan& plan, const LaneFacilities& facilities, LaneGraph* first)
    : plan_(plan),
      facilities_(facilities),
      first_(first),
      extensions_(plan, facilities, {pipeline::Placement::lane}),
      entries_(plan.pipelines.size()),
      stages_(plan.stage_count) {
  for (const size_t index : plan.build_order) entries_[index] = &entry_of(plan.pipelines[index]);
  for (size_t i = 0; i < plan.receivers.size(); ++i) add_receiver(i);
}

/// Upstream goes first: it may hold batches whose outcomes it wants to hear.
LaneGraph::~LaneGraph() {
  for (auto& stage : stages_) stage.clear();
}

pipeline::ComponentContext LaneGraph::context(const PlannedComponent& planned,
                                              std::optional<otlp::Signal> signal,
                                              const PlannedPipeline* pipeline) {
  auto context = context_of(planned, facilities_, signal, pipeline);
  context.is_first_lane = first_ == nullptr;
  context.extensions = &extensions_;
  return context;
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
  const auto place = context(planned, signal);
  auto instance = planned.factory->create_exporter(place, *planned.settings, signal);
  pipeline::Exporter& consumer = *instance;
  stages_.back().push_back({&planned, std::move(instance), place.status});
  return consumer;
}

/// What a connector takes of one signal it may turn into several, with an instance for each. Its
/// pipelines have been built before.
void LaneGraph::add_connector(size_t index, otlp::Signal from,
                              std::vector<pipeline::Consumer*>& inputs) {
  const PlannedComponent& planned = plan_.connectors[index];
  for (const otlp::Signal to : otlp::all_signals) {
    std::vector<pipeline::ConnectorOutput> outputs;
    for (size_t p = 0; p < plan_.pipelines.size(); ++p) {
      const PlannedPipeline& target = plan_.pipelines[p];
      if (target.signal == to && std::ranges::count(target.connectors_in, index) > 0) {
        outputs.push_back({target.id, entries_[p]});
      }
    }
    if (outputs.empty() || !planned.factory->outputs_of(from).has(to)) continue;
    const auto place = context(planned, from);
    auto instance = planned.factory->create_connector(place, *planned.settings, from, to, outputs);
    inputs.push_back(instance.get());
    stages_[plan_.connector_stages[index]].push_back({&planned, std::move(instance), place.status});
  }
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
  for (const size_t index : pipeline.connectors_out) {
    auto& inputs = connector_inputs_[{index, pipeline.signal}];
    if (inputs.empty()) add_connector(index, pipeline.signal, inputs);
    exporters.insert(exporters.end(), inputs.begin(), inputs.end());
  }
  pipeline::Consumer* next = &to_all(std::move(exporters));
  for (size_t i = pipeline.processors.size(); i > 0; --i) {
    const PlannedComponent& planned = plan_.processors[pipeline.processors[i - 1]];
    const auto place = context(planned, pipeline.signal, &pipeline);
    auto instance =
        planned.factory->create_processor(place, *planned.settings, pipeline.signal, *next);
    next = instance.get();
    stages_[pipeline.first_stage + i - 1].push_back({&planned, std::move(instance), place.status});
  }
  return *next;
}

void LaneGraph::add_receiver(size_t index) {
  const PlannedComponent& planned = plan_.receivers[index];
  const bool is_elsewhere =
      first_ != nullptr && planned.factory->info().placement == pipeline::Placement::singleton;
  if (is_elsewhere) return;
  std::array<std::vector<pipeline::Consumer*>, otlp::signal_count> targets;
  bool is_used = false;
  for (size_t p = 0; p < plan_.pipelines.size(); ++p) {
    const PlannedPipeline& pipeline = plan_.pipelines[p];
    if (std::ranges::find(pipeline.receivers, index) == pipeline.receivers.end()) continue;
    targets[static_cast<size_t>(pipeline.signal)].push_back(entries_[p]);
    is_used = true;
  }
  if (!is_used) return;
  pipeline::ReceiverOutputs outputs{};
  for (size_t s = 0; s < otlp::signal_count; ++s) {
    if (!targets[s].empty()) outputs[s] = &to_all(std::move(targets[s]));
  }
  const auto place = context(planned);
  stages_.front().push_back({&planned,
                             planned.factory->create_receiver(place, *planned.settings, outputs),
                             place.status});
}

Result<void, Failure> LaneGraph::start() {
  TELEMILL_TRY(extensions_.start());
  for (size_t i = stages_.size(); i > 0; --i) {
    for (const Instance& instance : stages_[i - 1]) {
      TELEMILL_TRY(start_component(*instance.planned, *instance.component, instance.status));
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
    instance.status->report(pipeline::Status::stopping, {});
    instance.component->drain([waiting, status = instance.status] {
      status->report(pipeline::Status::stopped, {});
      if (--waiting->left == 0) waiting->done();
    });
  }
}

}  // namespace telemill::engine
