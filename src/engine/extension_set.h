#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "engine/plan.h"
#include "engine/status_board.h"
#include "pipeline/component.h"
#include "pipeline/extension.h"
#include "telemill/result.h"

namespace telemill::engine {

/// What the instances of one lane live on.
struct LaneFacilities {
  runtime::Lane& lane;
  runtime::LaneBudget& budget;
  runtime::Worker& worker;
  runtime::MetricRegistry& metrics;
  runtime::SharedObjects& shared;
  StatusBoard& statuses;
  const pipeline::Host* host = nullptr;  // of the control lane
};

/// A context with its own seat on the status board. The signal and pipeline are those of its log
/// lines.
[[nodiscard]] pipeline::ComponentContext context_of(const PlannedComponent& planned,
                                                    const LaneFacilities& facilities,
                                                    std::optional<otlp::Signal> signal = {},
                                                    const PlannedPipeline* pipeline = nullptr);

/// Starts it and reports how that went. The failure names the component.
Result<void, Failure> start_component(const PlannedComponent& planned,
                                      pipeline::Component& component,
                                      pipeline::StatusReporter* status);

/// The extensions of one lane, of some placements, in the order of `service.extensions`.
class ExtensionSet final : public pipeline::Extensions {
 public:
  ExtensionSet(const Plan& plan, const LaneFacilities& facilities,
               std::initializer_list<pipeline::Placement> placements);
  ExtensionSet(const ExtensionSet&) = delete;
  ExtensionSet& operator=(const ExtensionSet&) = delete;
  /// In reverse order: later ones may use earlier ones.
  ~ExtensionSet();

  Result<void, Failure> start();
  void on_ready();
  void on_stopping();
  [[nodiscard]] pipeline::Extension* find(const config::ComponentId& id) const noexcept override;

 private:
  struct Instance {
    const PlannedComponent* planned;
    std::unique_ptr<pipeline::Extension> extension;
    pipeline::StatusReporter* status;
  };
  std::vector<Instance> instances_;
};

}  // namespace telemill::engine
