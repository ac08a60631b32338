#pragma once

#include <span>
#include <string>
#include <string_view>

namespace telemill::config {

/// The candidate that `name` was most likely meant to be: fewest edits (insert, delete, replace,
/// swap of neighbours), at most about a third of its length. Empty when none is near. Names longer
/// than 64 bytes are not looked at, so the work is bounded.
[[nodiscard]] std::string_view nearest(std::string_view name,
                                       std::span<const std::string_view> candidates);

/// `did you mean "x"?`, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace telemill::config
