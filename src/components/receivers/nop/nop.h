#pragma once

#include "pipeline/component.h"

namespace telemill::components::receivers::nop {

/// Receives nothing: for tests, and to leave a pipeline in place without input.
const pipeline::Factory& factory();

}  // namespace telemill::components::receivers::nop
