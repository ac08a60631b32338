#pragma once

#include <cstddef>
#include <string_view>

namespace telemill::runtime {

/// What this process may use: the machine's memory, cut down by the limits of its control groups.
/// Reads /proc and /sys: for start-up.
size_t memory_limit_bytes();

/// What it should stay below: the limit, or less where GOMEMLIMIT says so. Deployments of the
/// reference set that variable to tell its runtime a target, and we take it for the same.
size_t memory_target_bytes();

/// The value of a variable such as `1024MiB`, `512B` or `off`; SIZE_MAX for `off` and what is none.
size_t parse_memory_target(std::string_view text) noexcept;

}  // namespace telemill::runtime
