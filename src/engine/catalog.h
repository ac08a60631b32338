#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "pipeline/component.h"

/// What this build can do, told from its factories: as a list, as pages, as a schema.
namespace telemill::engine {

using Factories = std::vector<const pipeline::Factory*>;

/// A top-level section of a configuration that holds components.
struct ComponentSection {
  config::ComponentKind kind;
  std::string_view name;
};
inline constexpr std::array<ComponentSection, 5> component_sections = {{
    {config::ComponentKind::receiver, "receivers"},
    {config::ComponentKind::processor, "processors"},
    {config::ComponentKind::exporter, "exporters"},
    {config::ComponentKind::connector, "connectors"},
    {config::ComponentKind::extension, "extensions"},
}};

/// The factory of a type under its present or an old name; null when this build has none.
[[nodiscard]] const pipeline::Factory* find_factory(const Factories& factories,
                                                    config::ComponentKind kind,
                                                    std::string_view type) noexcept;

/// What `telemill components` prints: YAML, each type once, by section.
[[nodiscard]] std::string component_list(const Factories& factories);

/// The documentation page of a component: its keys from the field table, then `readme`, which is
/// the text of the README.md in its folder.
[[nodiscard]] std::string component_page(const pipeline::Factory& factory, std::string_view readme);
/// The page that links all others.
[[nodiscard]] std::string component_index(const Factories& factories);

/// A JSON schema (draft 2020-12) of whole configurations, for editors.
[[nodiscard]] std::string configuration_schema(const Factories& factories);

/// Replaces the secrets of a resolved configuration with [REDACTED]. Of components that this build
/// does not know every value may be one.
void redact_configuration(config::Node& root, const Factories& factories);

}  // namespace telemill::engine
