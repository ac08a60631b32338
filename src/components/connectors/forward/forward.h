#pragma once

#include "pipeline/component.h"

namespace telemill::components::connectors::forward {

/// Joins and splits pipelines of one signal: what ends in it begins again in every pipeline that
/// names it among its receivers.
const pipeline::Factory& factory();

}  // namespace telemill::components::connectors::forward
