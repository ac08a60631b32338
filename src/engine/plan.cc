#include "engine/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "config/component_aliases.h"
#include "config/nearest.h"
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

/// The top-level sections, in the order in which the reference prints them.
constexpr std::array<std::string_view, 6> section_names = {"receivers",  "processors", "exporters",
                                                           "connectors", "extensions", "service"};

struct Section {
  ComponentKind kind;
  std::string_view name;
};
constexpr Section receivers_section = {ComponentKind::receiver, "receivers"};
constexpr Section processors_section = {ComponentKind::processor, "processors"};
constexpr Section exporters_section = {ComponentKind::exporter, "exporters"};
constexpr Section connectors_section = {ComponentKind::connector, "connectors"};
constexpr Section extensions_section = {ComponentKind::extension, "extensions"};

/// Reads one configuration; its state is what several steps need.
class Planner {
 public:
  Planner(const std::vector<const Factory*>& factories, Problems& problems)
      : factories_(factories), problems_(problems) {}

  Plan run(const Node& root) {
    if (!check_sections(root)) return std::move(plan_);
    read_components(root, receivers_section, &plan_.receivers);
    read_components(root, processors_section, &plan_.processors);
    read_components(root, exporters_section, &plan_.exporters);
    read_components(root, connectors_section, nullptr);
    read_components(root, extensions_section, nullptr);
    if (const Node* service = root.find("service")) read_service(*service);
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
      if (section == nullptr || section->is_null()) {
        add(section == nullptr ? root.mark : section->mark, std::string(required),
            required == "service" ? "the section is missing" : "at least one must be configured");
      }
    }
    return true;
  }

  void read_components(const Node& root, const Section& section,
                       std::vector<PlannedComponent>* into) {
    const Node* node = root.find(section.name);
    if (node == nullptr || node->is_null()) return;
    if (!node->is_mapping()) {
      return add(node->mark, std::string(section.name), "expected a mapping of component ids");
    }
    for (const config::Entry& entry : node->entries) read_component(entry, section, into);
  }

  void read_component(const config::Entry& entry, const Section& section,
                      std::vector<PlannedComponent>* into) {
    const std::string path = config::join_path(section.name, entry.key);
    auto id = config::parse_component_id(entry.key);
    if (!id) return add(entry.key_mark, path, id.error().message);
    const Factory* const factory = find_factory(section.kind, id->type);
    if (factory == nullptr) return add_unknown_type(entry, section, *id, path);
    if (factory->info().type != id->type) {
      add(entry.key_mark, path,
          config::in_quotes(id->type) + " is a deprecated alias of " +
              config::in_quotes(factory->info().type),
          {}, config::Severity::warning);
    }
    auto settings = factory->parse(entry.value, path, problems_);
    if (into != nullptr) into->push_back({*std::move(id), factory, std::move(settings)});
  }

  [[nodiscard]] const Factory* find_factory(ComponentKind kind, std::string_view type) const {
    const std::string_view present = config::present_type(kind, type);
    for (const Factory* factory : factories_) {
      if (factory->info().kind == kind && factory->info().type == present) return factory;
    }
    return nullptr;
  }

  void add_unknown_type(const config::Entry& entry, const Section& section, const ComponentId& id,
                        const std::string& path) {
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
    add(entry.key_mark, path,
        "unknown " + std::string(config::name_of(section.kind)) + " type " +
            config::in_quotes(id.type),
        std::move(hint));
  }

  void read_service(const Node& node) {
    const auto service = config::decode<ServiceConfig>(node, "service", problems_);
    plan_.logs = {.level = service.telemetry.logs.level,
                  .as_json = service.telemetry.logs.as_json()};
    const Node* pipelines = node.find("pipelines");
    if (pipelines == nullptr || !pipelines->is_mapping() || pipelines->entries.empty()) {
      return add(pipelines == nullptr ? node.mark : pipelines->mark, "service::pipelines",
                 "at least one pipeline must be configured");
    }
    for (const config::Entry& entry : pipelines->entries) read_pipeline(entry);
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
    PlannedPipeline pipeline{.id = *std::move(id), .signal = *signal};
    const config::Mark mark = entry.key_mark;
    pipeline.receivers = resolve(lists.receivers, plan_.receivers, receivers_section, path, mark);
    pipeline.processors =
        resolve(lists.processors, plan_.processors, processors_section, path, mark);
    pipeline.exporters = resolve(lists.exporters, plan_.exporters, exporters_section, path, mark);
    for (const auto* list : {&pipeline.processors}) {
      for (size_t i = 0; i < list->size(); ++i) {
        if (std::find(list->begin(), list->begin() + static_cast<ptrdiff_t>(i), (*list)[i]) !=
            list->begin() + static_cast<ptrdiff_t>(i)) {
          add(mark, path,
              "references processor " + config::in_quotes(plan_.processors[(*list)[i]].id.text()) +
                  " multiple times");
        }
      }
    }
    if (lists.receivers.empty()) add(mark, path, "must have at least one receiver");
    if (lists.exporters.empty()) add(mark, path, "must have at least one exporter");
    check_signal(pipeline, plan_.receivers, pipeline.receivers, path, mark);
    check_signal(pipeline, plan_.processors, pipeline.processors, path, mark);
    check_signal(pipeline, plan_.exporters, pipeline.exporters, path, mark);
    plan_.pipelines.push_back(std::move(pipeline));
  }

  std::vector<size_t> resolve(const std::vector<ComponentId>& ids,
                              const std::vector<PlannedComponent>& among, const Section& section,
                              const std::string& path, config::Mark mark) {
    std::vector<size_t> indices;
    for (const ComponentId& id : ids) {
      const auto found = std::ranges::find(among, id, &PlannedComponent::id);
      if (found != among.end()) {
        indices.push_back(static_cast<size_t>(found - among.begin()));
        continue;
      }
      std::vector<std::string> texts;
      for (const PlannedComponent& component : among) texts.push_back(component.id.text());
      const std::vector<std::string_view> candidates(texts.begin(), texts.end());
      add(mark, path,
          "references " + std::string(config::name_of(section.kind)) + " " +
              config::in_quotes(id.text()) + " which is not configured",
          config::did_you_mean(id.text(), candidates));
    }
    return indices;
  }

  void check_signal(const PlannedPipeline& pipeline, const std::vector<PlannedComponent>& among,
                    const std::vector<size_t>& indices, const std::string& path,
                    config::Mark mark) {
    for (const size_t index : indices) {
      const PlannedComponent& component = among[index];
      if (component.factory->info().signals.has(pipeline.signal)) continue;
      add(mark, path,
          std::string(config::name_of(component.factory->info().kind)) + " " +
              config::in_quotes(component.id.text()) + " does not support " +
              std::string(otlp::names(pipeline.signal).name));
    }
  }

  const std::vector<const Factory*>& factories_;
  Problems& problems_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Node& root, const std::vector<const Factory*>& factories, Problems& problems) {
  return Planner(factories, problems).run(root);
}

}  // namespace telemill::engine
