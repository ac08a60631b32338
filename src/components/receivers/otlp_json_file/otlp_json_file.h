#pragma once

#include "pipeline/component.h"

namespace telemill::components::receivers::otlp_json_file {

/// Reads files whose lines are OTLP JSON documents, as the `file` exporter writes them, and goes on
/// as they grow. On the first lane; files are read and decoded on the worker.
const pipeline::Factory& factory();

}  // namespace telemill::components::receivers::otlp_json_file
