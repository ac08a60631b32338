#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "telemill/result.h"

namespace telemill::config {

/// The id of a component as the user wrote it: `type` or `type/name`.
struct ComponentId {
  std::string type;
  std::string name;  // may be empty

  /// Back to the form it is written in.
  [[nodiscard]] std::string text() const { return name.empty() ? type : type + "/" + name; }
  [[nodiscard]] bool empty() const noexcept { return type.empty(); }

  friend auto operator<=>(const ComponentId&, const ComponentId&) = default;
  friend bool operator==(const ComponentId&, const ComponentId&) = default;
};

/// Splits at the first slash and trims both parts. The type is a letter and up to 62 letters,
/// digits and underscores; the name is 1 to 1024 characters without separators, control characters
/// and symbols (Unicode Z, C and S). The message names the whole id. Keys of `service.pipelines`
/// have the same form, with a signal for the type.
Result<ComponentId, Failure> parse_component_id(std::string_view text);

}  // namespace telemill::config
