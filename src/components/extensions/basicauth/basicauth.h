#pragma once

#include <memory>

#include "pipeline/component.h"

namespace telemill::components::extensions::basicauth {

/// Lets clients in who know a name and its password, or shows ours to peers. One instance per lane.
const pipeline::Factory& factory();

}  // namespace telemill::components::extensions::basicauth
