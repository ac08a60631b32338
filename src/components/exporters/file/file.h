#pragma once

#include "pipeline/component.h"

namespace telemill::components::exporters::file {

/// Writes payloads to a file, one record each. Instances of one configuration share the file; they
/// live on the first lane, encoding and writing happens on the worker.
const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::file
