#pragma once

#include "pipeline/component.h"

namespace telemill::components::exporters::nop {

/// Accepts everything and keeps nothing.
const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::nop
