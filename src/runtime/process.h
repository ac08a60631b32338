#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/units.h"
#include "telemill/result.h"

namespace telemill::runtime {

/// What the kernel counts for this process. Reading opens a file in /proc: not for every turn.
struct ProcessStats {
  size_t resident_bytes = 0;
  size_t virtual_bytes = 0;
  Duration cpu_time{0};  // user and system, all threads
  Duration uptime{0};
};
/// Fields that the kernel does not tell stay zero. Any thread.
ProcessStats process_stats();

/// Raises the limit of open files to what the process may ask for, and returns it. Call it before
/// listeners open: the usual soft limit of 1024 is few for a server.
Result<uint64_t, Failure> raise_open_files_limit();

/// The first 64 KiB of a file, such as one of /proc; empty when it cannot be read. Blocks.
std::string read_small_file(const std::string& path);

}  // namespace telemill::runtime
