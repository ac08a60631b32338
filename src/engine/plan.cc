#include "engine/plan.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "config/component_aliases.h"
#include "config/known_components.h"
#include "config/nearest.h"
#include "config/run_checks.h"
#include "engine/catalog.h"
#include "engine/plan_authentication.h"
#include "engine/plan_graph.h"
#include "engine/service_config.h"

namespace telemill::engine {
namespace {

using config::ComponentId;
using config::ComponentKind;
using config::Node;
using config::Problem;
using config::Problems;
using otlp::Signal;
using pipeline::Factory;

/// Where the plan keeps the components of a kind.
constexpr std::array<std::vector<PlannedComponent> Plan::*, component_sections.size()> plan_lists =
    {&Plan::receivers, &Plan::processors, &Plan::exporters, &Plan::connectors, &Plan::extensions};
constexpr std::vector<PlannedComponent> Plan::* list_of(ComponentKind kind) noexcept {
  return plan_lists[static_cast<size_t>(kind)];
}
static_assert(component_sections[4].kind == ComponentKind::extension &&
              static_cast<size_t>(ComponentKind::extension) == 4);

constexpr std::array<std::string_view, 6> section_names = {"receivers",  "processors", "exporters",
                                                           "connectors", "extensions", "service"};

/// Reads one configuration; its state is what several steps need.
class Planner {
 public:
  Planner(const std::vector<const Factory*>& factories, Problems& problems, bool may_be_idle)
      : factories_(factories), problems_(problems), may_be_idle_(may_be_idle) {}

  Plan run(const Node& root) {
    root_ = &root;
    if (!check_sections(root)) return std::move(plan_);
    for (const ComponentSection& section : component_sections) read_components(root, section);
    check_connector_ids();
    if (const Node* service = root.find("service")) read_service(*service);
    arrange(plan_, problems_);
    check_authenticators(plan_, root, problems_);
    return std::move(plan_);
  }

 private:
  void add(config::Mark mark, std::string path, std::string message, std::string hint = {},
           config::Severity severity = config::Severity::error) {
    problems_.add(Problem{mark, std::move(path), std::move(message), std::move(hint), severity});
  }

  bool check_sections(const Node& root) {
    if (root.is_null()) {
      add(root.mark, "", "the configuration is empty",
          "it needs receivers, exporters and service::pipelines");
      return false;
    }
    for (const config::Entry& entry : root.entries) {
      if (std::ranges::find(section_names, entry.key) != section_names.end()) continue;
      add(entry.key_mark, "", "unknown section " + config::in_quotes(entry.key),
          config::did_you_mean(entry.key, section_names));
    }
    for (const std::string_view required : {"receivers", "exporters", "service"}) {
      const Node* section = root.find(required);
      const bool is_needed = required == "service" || !may_be_idle_;
      if (is_needed && (section == nullptr || section->is_null())) {
        add(section == nullptr ? root.mark : section->mark, std::string(required),
            required == "service" ? "the section is missing" : "at least one must be configured");
      }
    }
    return true;
  }

  void read_components(const Node& root, const ComponentSection& section) {
    const Node* node = root.find(section.name);
    if (node == nullptr || node->is_null()) return;
    if (!node->is_mapping()) {
      return add(node->mark, std::string(section.name), "expected a mapping of component ids");
    }
    for (const config::Entry& entry : node->entries) read_component(entry, section);
  }

  void read_component(const config::Entry& entry, const ComponentSection& section) {
    const std::string path = config::join_path(section.name, entry.key);
    auto id = config::parse_component_id(entry.key);
    if (!id) return add(entry.key_mark, path, id.error().message);
    const Factory* const factory = find_factory(factories_, section.kind, id->type);
    PlannedComponent component{.id = *id, .mark = entry.key_mark};
    std::vector<PlannedComponent>& list = plan_.*list_of(section.kind);
    if (factory == nullptr) {
      add_missing_type(entry, section, *id, path);
      return list.push_back(std::move(component));
    }
    if (factory->info().type != id->type) {
      add(entry.key_mark, path,
          config::in_quotes(id->type) + " is a deprecated alias of " +
              config::in_quotes(factory->info().type),
          {}, config::Severity::warning);
    }
    component.factory = factory;
    component.settings = factory->parse(entry.value, path, problems_);
    list.push_back(std::move(component));
  }

  void add_missing_type(const config::Entry& entry, const ComponentSection& section,
                        const ComponentId& id, const std::string& path) {
    const std::string kind(config::name_of(section.kind));
    const auto* known =
        config::find_known_component(section.kind, config::present_type(section.kind, id.type));
    if (known != nullptr && !known->instead.empty()) {
      return add(entry.key_mark, path,
                 "the " + id.type + " " + kind + " was removed from the reference collector",
                 "use " + std::string(known->instead));
    }
    if (known != nullptr) {
      return add(entry.key_mark, path,
                 "the " + id.type + " " + kind + " is not built into this version of Telemill yet",
                 "take it out of the configuration to run the rest");
    }
    std::vector<std::string_view> types;
    for (const Factory* factory : factories_) {
      if (factory->info().kind == section.kind) types.push_back(factory->info().type);
    }
    std::string hint = config::did_you_mean(id.type, types);
    if (hint.empty()) {
      hint = types.empty() ? "this build has none" : "this build has";
      for (const std::string_view type : types) {
        hint.append(type == types.front() ? " " : ", ").append(type);
      }
    }
    add(entry.key_mark, path, "unknown " + kind + " type " + config::in_quotes(id.type),
        std::move(hint));
  }

  /// A pipeline names connectors among receivers and exporters, so their ids must differ.
  void check_connector_ids() {
    for (const PlannedComponent& connector : plan_.connectors) {
      for (const ComponentKind kind : {ComponentKind::receiver, ComponentKind::exporter}) {
        const auto& list = plan_.*list_of(kind);
        if (std::ranges::find(list, connector.id, &PlannedComponent::id) == list.end()) continue;
        add(connector.mark, config::join_path("connectors", connector.id.text()),
            "the " + std::string(config::name_of(kind)) + " " +
                config::in_quotes(connector.id.text()) + " has the same id",
            "rename one of them: a pipeline could mean either");
      }
    }
  }

  void read_service(const Node& node) {
    const auto service = config::decode<ServiceConfig>(node, "service", problems_);
    plan_.telemetry = service.telemetry;
    Problems told_before;  // by the check of its own
    plan_.resource = telemetry::Resource::read(service.telemetry.resource, told_before);
    read_extensions(service.extensions, node.find("extensions"));
    const Node* pipelines = node.find("pipelines");
    if (pipelines == nullptr || !pipelines->is_mapping() || pipelines->entries.empty()) {
      if (may_be_idle_ && (pipelines == nullptr || !pipelines->is_scalar())) return;
      return add(pipelines == nullptr ? node.mark : pipelines->mark, "service::pipelines",
                 "at least one pipeline must be configured");
    }
    for (const config::Entry& entry : pipelines->entries) read_pipeline(entry);
  }

  void read_extensions(const std::vector<ComponentId>& ids, const Node* list) {
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto found =
          resolve(ids[i], mark_of(ids, i, list), {ComponentKind::extension}, "service::extensions");
      if (found) plan_.running_extensions.push_back(found->index);
    }
  }

  /// Where the `i`th id stands in the file: a list may also come as one string.
  static config::Mark mark_of(const std::vector<ComponentId>& ids, size_t i, const Node* list) {
    if (list == nullptr) return {};
    return list->items.size() == ids.size() ? list->items[i].mark : list->mark;
  }

  void read_pipeline(const config::Entry& entry) {
    const std::string path = config::join_path("service::pipelines", entry.key);
    auto id = config::parse_component_id(entry.key);
    if (!id) return add(entry.key_mark, path, id.error().message);
    const auto signal = otlp::signal_from_name(id->type);
    if (!signal) {
      constexpr std::array<std::string_view, 4> known = {"traces", "metrics", "logs", "profiles"};
      return add(entry.key_mark, path, "unknown signal " + config::in_quotes(id->type),
                 config::did_you_mean(id->type, known));
    }
    const auto lists = config::decode<PipelineConfig>(entry.value, path, problems_);
    PlannedPipeline pipeline{.id = *std::move(id), .mark = entry.key_mark, .signal = *signal};
    read_members({"receivers", lists.receivers, entry.value.find("receivers"), path}, pipeline,
                 {ComponentKind::receiver, ComponentKind::connector});
    read_members({"processors", lists.processors, entry.value.find("processors"), path}, pipeline,
                 {ComponentKind::processor});
    read_members({"exporters", lists.exporters, entry.value.find("exporters"), path}, pipeline,
                 {ComponentKind::exporter, ComponentKind::connector});
    if (lists.receivers.empty()) add(entry.key_mark, path, "must have at least one receiver");
    if (lists.exporters.empty()) add(entry.key_mark, path, "must have at least one exporter");
    plan_.pipelines.push_back(std::move(pipeline));
  }

  /// A configured component by its place in the plan.
  struct Found {
    ComponentKind kind;
    size_t index;
  };

  /// One of a pipeline's lists.
  struct Members {
    std::string_view key;
    const std::vector<ComponentId>& ids;
    const Node* node;
    const std::string& path;  // of the pipeline
  };

  void read_members(const Members& members, PlannedPipeline& pipeline,
                    std::initializer_list<ComponentKind> kinds) {
    for (size_t i = 0; i < members.ids.size(); ++i) {
      const config::Mark mark = mark_of(members.ids, i, members.node);
      const auto found =
          resolve(members.ids[i], mark, kinds, config::join_path(members.path, members.key));
      if (!found) continue;
      std::vector<size_t>& list = indices_of(pipeline, members.key, found->kind);
      if (std::ranges::find(list, found->index) != list.end()) {
        // Receivers and exporters that are named twice are fed once.
        if (found->kind == ComponentKind::processor) {
          add(mark, members.path,
              "references processor " + config::in_quotes(members.ids[i].text()) +
                  " multiple times");
        }
        continue;
      }
      check_signal(*found, pipeline.signal, mark, members.path);
      list.push_back(found->index);
    }
  }

  static std::vector<size_t>& indices_of(PlannedPipeline& pipeline, std::string_view key,
                                         ComponentKind kind) {
    if (kind == ComponentKind::processor) return pipeline.processors;
    const bool is_connector = kind == ComponentKind::connector;
    if (key == "receivers") return is_connector ? pipeline.connectors_in : pipeline.receivers;
    return is_connector ? pipeline.connectors_out : pipeline.exporters;
  }

  /// The configured component of that id.
  std::optional<Found> resolve(const ComponentId& id, config::Mark mark,
                               std::initializer_list<ComponentKind> kinds,
                               const std::string& path) {
    std::vector<std::string> texts;
    for (const ComponentKind kind : kinds) {
      const auto& list = plan_.*list_of(kind);
      for (size_t i = 0; i < list.size(); ++i) {
        if (list[i].id == id) return Found{kind, i};
        texts.push_back(list[i].id.text());
      }
    }
    const std::vector<std::string_view> candidates(texts.begin(), texts.end());
    add(mark, path,
        "references " + std::string(config::name_of(*kinds.begin())) + " " +
            config::in_quotes(id.text()) + " which is not configured",
        config::did_you_mean(id.text(), candidates));
    return std::nullopt;
  }

  void check_signal(const Found& found, Signal signal, config::Mark mark, const std::string& path) {
    const PlannedComponent& component = (plan_.*list_of(found.kind))[found.index];
    // How connectors are used is looked at when all pipelines are known.
    if (component.factory == nullptr || found.kind == ComponentKind::connector) return;
    if (component.factory->info().signals.has(signal)) return check_settings(found, signal);
    add(mark, path,
        std::string(config::name_of(found.kind)) + " " + config::in_quotes(component.id.text()) +
            " does not support " + std::string(otlp::names(signal).name));
  }

  /// What the component's settings say that makes no sense for this signal. Once per signal.
  void check_settings(const Found& found, Signal signal) {
    if (!checked_.insert({found.kind, found.index, signal}).second) return;
    const ComponentSection& section = component_sections[static_cast<size_t>(found.kind)];
    const PlannedComponent& component = (plan_.*list_of(found.kind))[found.index];
    const Problems wrong = component.factory->check_signal(*component.settings, signal);
    if (wrong.empty()) return;
    const std::vector<config::Entry>& entries = root_->find(section.name)->entries;
    const auto entry = std::ranges::find(entries, component.mark, &config::Entry::key_mark);
    for (Problem problem : wrong) {
      problem.mark = config::locate(&entry->value, problem.path, component.mark);
      problem.path = config::join_path(config::join_path(section.name, entry->key), problem.path);
      problems_.add(std::move(problem));
    }
  }

  const std::vector<const Factory*>& factories_;
  Problems& problems_;
  const Node* root_ = nullptr;
  const bool may_be_idle_;  // without receivers, exporters and pipelines
  Plan plan_;
  std::set<std::tuple<ComponentKind, size_t, Signal>> checked_;
};

}  // namespace

Plan make_plan(const Node& root, const std::vector<const Factory*>& factories, Problems& problems,
               const config::FeatureGates& gates) {
  return Planner(factories, problems, gates.is_enabled(config::gates::no_pipelines)).run(root);
}

}  // namespace telemill::engine
