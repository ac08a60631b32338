#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace telemill::runtime {

/// The CPUs this thread may run on, ascending. Never empty.
std::vector<int> allowed_cpus();

/// How many CPUs' worth of work the process may do: the allowed CPUs, cut down by the limits of its
/// control groups. At least one.
size_t available_cpus();

/// What a control group's `cpu.max` grants ("250000 100000" is 2.5 CPUs), rounded up, for a lane
/// too few would leave bought time unused. Nothing for "max" or what we cannot read.
std::optional<size_t> cpu_limit(std::string_view cpu_max) noexcept;

}  // namespace telemill::runtime
