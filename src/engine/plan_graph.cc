#include "engine/plan_graph.h"

#include <algorithm>
#include <string>
#include <utility>

namespace telemill::engine {
namespace {

bool contains(const std::vector<size_t>& list, size_t value) noexcept {
  return std::ranges::find(list, value) != list.end();
}

/// Visits pipelines along their connectors, the last ones first.
class Arrangement {
 public:
  Arrangement(Plan& plan, config::Problems& problems)
      : plan_(plan), problems_(problems), states_(plan.pipelines.size(), State::unseen) {}

  void run() {
    for (size_t i = 0; i < plan_.connectors.size(); ++i) check_use(i);
    for (size_t i = 0; i < plan_.pipelines.size(); ++i) visit(i);
    number_stages();
  }

 private:
  enum class State : uint8_t { unseen, open, done };

  void check_use(size_t index) {
    const PlannedComponent& connector = plan_.connectors[index];
    if (connector.factory == nullptr) return;
    for (const PlannedPipeline& pipeline : plan_.pipelines) {
      if (contains(pipeline.connectors_out, index)) {
        check_end(connector, pipeline, "exporter", "receiver", [&](const PlannedPipeline& other) {
          return is_joined(plan_, index, pipeline, other);
        });
      }
      if (contains(pipeline.connectors_in, index)) {
        check_end(connector, pipeline, "receiver", "exporter", [&](const PlannedPipeline& other) {
          return is_joined(plan_, index, other, pipeline);
        });
      }
    }
  }

  template <class IsJoined>
  void check_end(const PlannedComponent& connector, const PlannedPipeline& pipeline,
                 std::string_view role, std::string_view other_role, IsJoined is_joined_with) {
    if (std::ranges::any_of(plan_.pipelines, is_joined_with)) return;
    problems_.add({.mark = pipeline.mark,
                   .path = config::join_path("service::pipelines", pipeline.id.text()),
                   .message = "connector " + config::in_quotes(connector.id.text()) +
                              " is used as " + std::string(role) + " here, but not as " +
                              std::string(other_role) +
                              " in any pipeline of a signal that it supports"});
  }

  void visit(size_t index) {
    if (states_[index] == State::done) return;
    if (states_[index] == State::open) return add_cycle(index);
    states_[index] = State::open;
    path_.push_back(index);
    for (const size_t connector : plan_.pipelines[index].connectors_out) {
      for (size_t next = 0; next < plan_.pipelines.size(); ++next) {
        if (!is_joined(plan_, connector, plan_.pipelines[index], plan_.pipelines[next])) continue;
        vias_.push_back(connector);
        visit(next);
        vias_.pop_back();
      }
    }
    path_.pop_back();
    states_[index] = State::done;
    plan_.build_order.push_back(index);
  }

  void add_cycle(size_t index) {
    std::string text = "the pipelines form a cycle: ";
    size_t at = static_cast<size_t>(std::ranges::find(path_, index) - path_.begin());
    for (; at < path_.size(); ++at) {
      text += "pipeline " + config::in_quotes(plan_.pipelines[path_[at]].id.text()) +
              " -> connector " + config::in_quotes(plan_.connectors[vias_[at]].id.text()) + " -> ";
    }
    text += "pipeline " + config::in_quotes(plan_.pipelines[index].id.text());
    problems_.add({.mark = plan_.pipelines[index].mark,
                   .path = "service::pipelines",
                   .message = std::move(text)});
  }

  /// What a stage sends on while it drains, a later one holds. Receivers are stage zero.
  void number_stages() {
    plan_.connector_stages.assign(plan_.connectors.size(), 0);
    size_t last = 0;
    for (size_t i = plan_.build_order.size(); i > 0; --i) {
      PlannedPipeline& pipeline = plan_.pipelines[plan_.build_order[i - 1]];
      for (const size_t connector : pipeline.connectors_in) {
        pipeline.first_stage =
            std::max(pipeline.first_stage, plan_.connector_stages[connector] + 1);
      }
      const size_t end = pipeline.first_stage + pipeline.processors.size();
      for (const size_t connector : pipeline.connectors_out) {
        plan_.connector_stages[connector] = std::max(plan_.connector_stages[connector], end);
        last = std::max(last, plan_.connector_stages[connector]);
      }
      last = std::max(last, end - 1);
    }
    plan_.stage_count = last + 2;
  }

  Plan& plan_;
  config::Problems& problems_;
  std::vector<State> states_;
  std::vector<size_t> path_;  // pipelines being visited
  std::vector<size_t> vias_;  // the connectors between them
};

}  // namespace

bool is_joined(const Plan& plan, size_t index, const PlannedPipeline& from,
               const PlannedPipeline& to) noexcept {
  const pipeline::Factory* const factory = plan.connectors[index].factory;
  return factory != nullptr && contains(from.connectors_out, index) &&
         contains(to.connectors_in, index) && factory->outputs_of(from.signal).has(to.signal);
}

void arrange(Plan& plan, config::Problems& problems) { Arrangement(plan, problems).run(); }

}  // namespace telemill::engine
