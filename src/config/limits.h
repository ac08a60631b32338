#pragma once

#include "base/limits.h"

/// Bounds of a configuration: far above what people write, far below what hurts.
namespace telemill::config {

/// One document as read from a file, a variable or a server.
inline constexpr size_t document_bytes_max = 8_MiB;
/// A whole configuration after aliases, merge keys and `${...}`.
inline constexpr size_t expanded_bytes_max = 64_MiB;
inline constexpr size_t expanded_nodes_max = 200'000;
inline constexpr size_t depth_max = 100;
/// Keys of one mapping that is decoded into a map.
inline constexpr size_t map_keys_max = 10'000;
/// As in the reference: so often may one value be replaced until it must be stable.
inline constexpr size_t expansion_rounds_max = 1000;

static_assert(depth_max <= static_cast<size_t>(limits::nesting_depth_max));

/// What is left of the two totals; reading several documents into one draws from the same.
struct Budget {
  size_t nodes = expanded_nodes_max;
  size_t bytes = expanded_bytes_max;

  /// Takes both or, when either is short, nothing.
  [[nodiscard]] bool take(size_t node_count, size_t byte_count) noexcept {
    if (node_count > nodes || byte_count > bytes) return false;
    nodes -= node_count;
    bytes -= byte_count;
    return true;
  }
};

}  // namespace telemill::config
