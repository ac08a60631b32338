#pragma once

#include <vector>

#include "pipeline/component.h"

namespace telemill::components {

/// Every component of this build, in the order of src/components/CMakeLists.txt.
const std::vector<const pipeline::Factory*>& all_factories();

}  // namespace telemill::components
