#pragma once

#include <string_view>

#include "telemill/result.h"

/// What a collector cannot go below on this machine, measured the way a collector is.
namespace telemill::bench {

/// Takes connections at `listen` and carries their bytes to `target` and back, one thread, 256 KiB
/// at a time, looking at nothing. Both are HOST:PORT. Returns only when it cannot start.
Failure relay(std::string_view listen, std::string_view target);

/// The work on bytes that remains when everything around it is free.
struct KernelSettings {
  std::string_view signal = "traces";
  std::string_view shape = "house";
  unsigned items = 1000;  // in each request
  unsigned rounds = 20;   // through all requests
};
/// Prints one JSON object: nanoseconds of CPU time per item for copying requests and for each
/// codec in and out.
Result<void, Failure> print_kernels(const KernelSettings& settings);

}  // namespace telemill::bench
