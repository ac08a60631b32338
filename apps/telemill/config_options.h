#pragma once

#include <optional>

#include "commands.h"
#include "engine/plan.h"

namespace telemill::app {

/// Loads and understands the configuration; prints every problem to stderr. Nothing when there
/// was an error.
std::optional<engine::Plan> load_plan(const ConfigOptions& options);

}  // namespace telemill::app
