#pragma once

#include "config/node.h"
#include "config/problem.h"
#include "engine/plan.h"

namespace telemill::engine {

/// Refuses every `auth` block of a component in use that names an extension which does not run, or
/// which authenticates for the other side only.
void check_authenticators(const Plan& plan, const config::Node& root, config::Problems& problems);

}  // namespace telemill::engine
