#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace telemill::config {

enum class ComponentKind : uint8_t { receiver, processor, exporter, connector, extension };

/// "receiver", "processor", ...
[[nodiscard]] std::string_view name_of(ComponentKind kind) noexcept;

/// A type that was renamed: the old one still works, with a warning per instance.
struct ComponentAlias {
  ComponentKind kind;
  std::string_view old_type;
  std::string_view type;
};

/// Every renamed type, as data.
[[nodiscard]] std::span<const ComponentAlias> component_aliases() noexcept;

/// The present name of `type`, or `type` itself. Only to find the component: metrics and storage
/// keep the id that the user wrote.
[[nodiscard]] std::string_view present_type(ComponentKind kind, std::string_view type) noexcept;

}  // namespace telemill::config
