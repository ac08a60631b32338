#include "engine/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "config/component_aliases.h"
#include "config/component_id.h"
#include "config/print.h"
#include "engine/service_config.h"
#include "telemill/version.h"

namespace telemill::engine {
namespace {

using config::ComponentKind;
using config::Node;
using otlp::Signal;
using pipeline::Factory;

/// Until 1.0 nothing here promises to stay as it is.
constexpr std::string_view stability = "Alpha";

/// What a component can be asked to do, as keys of its stability: a signal, a pair of them, or
/// "extension".
std::vector<std::string> roles_of(const Factory& factory) {
  const Factory::Info& info = factory.info();
  if (info.kind == ComponentKind::extension) return {"extension"};
  std::vector<std::string> roles;
  for (const Signal from : otlp::all_signals) {
    if (!info.signals.has(from)) continue;
    if (info.kind != ComponentKind::connector) {
      roles.emplace_back(otlp::names(from).name);
      continue;
    }
    for (const Signal to : otlp::all_signals) {
      if (!factory.outputs_of(from).has(to)) continue;
      roles.push_back(fmt::format("{}-to-{}", otlp::names(from).name, otlp::names(to).name));
    }
  }
  return roles;
}

}  // namespace

const Factory* find_factory(const Factories& factories, ComponentKind kind,
                            std::string_view type) noexcept {
  const std::string_view present = config::present_type(kind, type);
  const auto found = std::ranges::find_if(factories, [&](const Factory* factory) {
    return factory->info().kind == kind && factory->info().type == present;
  });
  return found == factories.end() ? nullptr : *found;
}

std::string component_list(const Factories& factories) {
  std::string text = fmt::format(
      "buildinfo:\n"
      "  command: telemill\n"
      "  description: OpenTelemetry collector\n"
      "  version: {}\n",
      version);
  for (const ComponentSection& section : component_sections) {
    std::string items;
    for (const Factory* const factory : factories) {
      const Factory::Info& info = factory->info();
      if (info.kind != section.kind) continue;
      items +=
          fmt::format("  - name: {}\n    module: telemill/{}/{} {}\n    summary: {}\n", info.type,
                      section.name, info.type, version, config::yaml_text(info.summary));
      items += "    stability:\n";
      for (const std::string& role : roles_of(*factory)) {
        items += fmt::format("      {}: {}\n", role, stability);
      }
    }
    text += fmt::format("{}:{}", section.name, items.empty() ? " []\n" : "\n" + items);
  }
  return text;
}

void redact_configuration(Node& root, const Factories& factories) {
  for (const ComponentSection& section : component_sections) {
    Node* const components = root.find(section.name);
    if (components == nullptr) continue;
    for (config::Entry& entry : components->entries) {
      const auto id = config::parse_component_id(entry.key);
      const Factory* const factory = id ? find_factory(factories, section.kind, id->type) : nullptr;
      if (factory == nullptr) {
        config::redact_all(entry.value);
      } else {
        config::redact(entry.value, factory->type_info());
      }
    }
  }
  if (Node* const service = root.find("service")) {
    config::redact(*service, config::type_info<ServiceConfig>);
  }
}

}  // namespace telemill::engine
