#include "runtime/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/process.h"

namespace telemill::runtime {
namespace {

/// The path behind "0::" in /proc/self/cgroup, the process's place in the unified hierarchy.
std::string own_control_group() {
  const std::string groups = read_small_file("/proc/self/cgroup");
  const size_t found = groups.find("0::");
  if (found == std::string::npos) return {};
  const size_t begin = found + 3;
  return groups.substr(begin, groups.find('\n', begin) - begin);
}

/// The number in a memory.max file; the largest size for "max" or what is no number.
size_t limit_in(const std::string& path) {
  const std::string text = read_small_file(path);
  size_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return error == std::errc{} && end != text.data() ? bytes : SIZE_MAX;
}

}  // namespace

size_t memory_limit_bytes() {
  const auto pages = static_cast<size_t>(::sysconf(_SC_PHYS_PAGES));
  size_t limit = pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  // Every group on the way up may hold us back.
  for (std::string group = own_control_group(); !group.empty();) {
    limit = std::min(limit, limit_in("/sys/fs/cgroup" + group + "/memory.max"));
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos || group == "/") break;
    group.resize(slash == 0 ? 1 : slash);
  }
  return limit;
}

size_t memory_target_bytes() {
  const char* const target = std::getenv("GOMEMLIMIT");
  const size_t limit = memory_limit_bytes();
  return target == nullptr ? limit : std::min(limit, parse_memory_target(target));
}

size_t parse_memory_target(std::string_view text) noexcept {
  struct Unit {
    std::string_view name;
    int shift;
  };
  constexpr std::array<Unit, 6> units = {
      {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return SIZE_MAX;
  const std::string_view name = text.substr(static_cast<size_t>(read.ptr - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    return number > SIZE_MAX >> unit.shift ? SIZE_MAX : number << unit.shift;
  }
  return SIZE_MAX;
}

}  // namespace telemill::runtime
