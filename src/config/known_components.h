#pragma once

#include <span>
#include <string_view>

#include "config/component_aliases.h"

namespace telemill::config {

/// A component type of the reference, under its present name. Old names stand in
/// component_aliases.h.
struct KnownComponent {
  ComponentKind kind;
  std::string_view type;
  std::string_view instead = {};  // what the reference says to use, where it dropped the type
};

/// The types that people's configurations name, as data: the reference's core distribution, the
/// forty most used of its contributions, and what our documents mention besides.
[[nodiscard]] std::span<const KnownComponent> known_components() noexcept;

/// The row of `present_type`, or null: nobody knows such a component. Whether this build has the
/// component is another question; the registry answers it.
[[nodiscard]] const KnownComponent* find_known_component(ComponentKind kind,
                                                         std::string_view present_type) noexcept;

/// Whether "not built in yet" is the truth about a type that this build lacks, and "unknown" a lie.
[[nodiscard]] inline bool is_known_component(ComponentKind kind,
                                             std::string_view present_type) noexcept {
  return find_known_component(kind, present_type) != nullptr;
}

}  // namespace telemill::config
