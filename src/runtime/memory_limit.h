#pragma once

#include <cstddef>

namespace telemill::runtime {

/// What this process may use: the machine's memory, cut down by the limits of its control groups.
/// Reads /proc and /sys: for start-up.
size_t memory_limit_bytes();

}  // namespace telemill::runtime
