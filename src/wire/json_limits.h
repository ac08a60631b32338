#pragma once

#include <cstddef>

#include "base/limits.h"

namespace telemill::wire {

/// Bounds on one message between JSON and protobuf, either way.
struct JsonLimits {
  size_t input_bytes_max = limits::request_bytes_max;
  /// Checked after each message and list, so one list or string may go beyond it once.
  size_t output_bytes_max = limits::request_bytes_max;
  /// Messages inside messages; the root is at depth zero.
  int nesting_depth_max = limits::nesting_depth_max;
};

}  // namespace telemill::wire
