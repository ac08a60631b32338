#pragma once

#include "config/problem.h"
#include "engine/plan.h"

namespace telemill::engine {

/// Whether the connector `index` carries what `from` ends with to the beginning of `to`.
[[nodiscard]] bool is_joined(const Plan& plan, size_t index, const PlannedPipeline& from,
                             const PlannedPipeline& to) noexcept;

/// How the pipelines hang together: refuses connectors that lead nowhere and cycles, and puts
/// pipelines and connectors into the order in which they are built and drained.
void arrange(Plan& plan, config::Problems& problems);

}  // namespace telemill::engine
