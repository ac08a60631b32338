#pragma once

#include <optional>

#include "commands.h"
#include "config/load.h"
#include "engine/plan.h"

namespace telemill::app {

/// The resolved configuration, not yet understood; its problems are those of reading it.
config::Loaded load_config(const ConfigOptions& options);

/// What a resolved configuration means; adds to its problems.
engine::Plan plan_of(config::Loaded& loaded);

/// Prints every problem to stderr; false when there was an error.
bool report(const config::Loaded& loaded);

/// All of it. Nothing when there was an error.
std::optional<engine::Plan> load_plan(const ConfigOptions& options);

}  // namespace telemill::app
