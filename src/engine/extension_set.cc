#include "engine/extension_set.h"

#include <algorithm>
#include <string>

namespace telemill::engine {

pipeline::ComponentContext context_of(const PlannedComponent& planned,
                                      const LaneFacilities& facilities,
                                      std::optional<otlp::Signal> signal,
                                      const PlannedPipeline* pipeline) {
  const pipeline::ComponentKind kind = planned.factory->info().kind;
  return {.id = planned.id,
          .lane = facilities.lane,
          .budget = facilities.budget,
          .worker = facilities.worker,
          .metrics = facilities.metrics,
          .shared = facilities.shared,
          .status = &facilities.statuses.add_seat(kind, planned.id, facilities.lane),
          .host = facilities.host,
          .logger = pipeline::logger_of(kind, planned.id, signal,
                                        pipeline == nullptr ? nullptr : &pipeline->id)};
}

Result<void, Failure> start_component(const PlannedComponent& planned,
                                      pipeline::Component& component,
                                      pipeline::StatusReporter* status) {
  auto started = component.start();
  if (started) {
    status->report(pipeline::Status::ok, {});
    return {};
  }
  Failure failure = std::move(started).error();
  status->report(pipeline::Status::permanent_error, failure.message);
  failure.message = "failed to start " + config::in_quotes(planned.id.text()) + " " +
                    std::string(config::name_of(planned.factory->info().kind)) + ": " +
                    failure.message;
  return fail(std::move(failure));
}

ExtensionSet::ExtensionSet(const Plan& plan, const LaneFacilities& facilities,
                           std::initializer_list<pipeline::Placement> placements) {
  for (const size_t index : plan.running_extensions) {
    const PlannedComponent& planned = plan.extensions[index];
    const pipeline::Placement placement = planned.factory->info().placement;
    if (std::ranges::find(placements, placement) == placements.end()) continue;
    auto context = context_of(planned, facilities);
    context.extensions = this;  // to be asked once all of them are there
    context.is_first_lane = facilities.lane.index() == 0;
    auto extension = planned.factory->create_extension(context, *planned.settings);
    instances_.push_back({&planned, std::move(extension), context.status});
  }
}

ExtensionSet::~ExtensionSet() {
  while (!instances_.empty()) instances_.pop_back();
}

Result<void, Failure> ExtensionSet::start() {
  for (const Instance& instance : instances_) {
    TELEMILL_TRY(start_component(*instance.planned, *instance.extension, instance.status));
  }
  return {};
}

void ExtensionSet::on_ready() {
  for (const Instance& instance : instances_) instance.extension->on_ready();
}

void ExtensionSet::on_stopping() {
  for (const Instance& instance : instances_) instance.extension->on_stopping();
}

pipeline::Extension* ExtensionSet::find(const config::ComponentId& id) const noexcept {
  for (const Instance& instance : instances_) {
    if (instance.planned->id == id) return instance.extension.get();
  }
  return nullptr;
}

}  // namespace telemill::engine
