#pragma once

#include <string>
#include <vector>

#include "config/feature_gates.h"
#include "config/node.h"
#include "config/problem.h"
#include "config/sources.h"

namespace telemill::config {

inline constexpr size_t config_uris_max = 100;

/// What the command line asks for, in its order.
struct LoadRequest {
  std::vector<std::string> uris;  // --config: a path, or scheme:rest
  std::vector<std::string> sets;  // --set: a.b.c=value
  FeatureGates gates{};           // --feature-gates
};

/// The resolved configuration: merged, expanded, not yet decoded.
struct Loaded {
  Node root;  // a mapping, or null when every source is empty
  SourceNames names;
  Problems problems;  // `root` is not to be used when it has errors
};

/// Reads every source, merges them left to right, then the --set values, then expands `${...}`.
[[nodiscard]] Loaded load(const LoadRequest& request, const Sources& sources);

}  // namespace telemill::config
