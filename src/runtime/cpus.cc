#include "runtime/cpus.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include "runtime/process.h"

namespace telemill::runtime {
namespace {

constexpr int cpu_count_max = 1 << 16;

struct FreeCpuSet {
  void operator()(cpu_set_t* set) const noexcept { CPU_FREE(set); }
};

/// Reads a positive number and moves `text` past it and the blank behind it.
std::optional<uint64_t> read_number(std::string_view& text) noexcept {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return number;
}

/// The path of our group in the unified hierarchy, from the line "0::/path".
std::string control_group() {
  const std::string text = read_small_file("/proc/self/cgroup");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.starts_with("0::/")) return std::string(line.substr(3));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return "/";
}

}  // namespace

std::vector<int> allowed_cpus() {
  // The kernel refuses a set smaller than its own, however few CPUs there are.
  for (int count = CPU_SETSIZE; count <= cpu_count_max; count *= 2) {
    const std::unique_ptr<cpu_set_t, FreeCpuSet> set(CPU_ALLOC(static_cast<size_t>(count)));
    const size_t set_bytes = CPU_ALLOC_SIZE(static_cast<size_t>(count));
    if (::sched_getaffinity(0, set_bytes, set.get()) != 0) continue;
    std::vector<int> cpus;
    for (int cpu = 0; cpu < count; ++cpu) {
      if (CPU_ISSET_S(static_cast<size_t>(cpu), set_bytes, set.get())) cpus.push_back(cpu);
    }
    if (!cpus.empty()) return cpus;
  }
  return {0};
}

std::optional<size_t> cpu_limit(std::string_view cpu_max) noexcept {
  const auto quota = read_number(cpu_max);
  const auto period = read_number(cpu_max);
  if (!quota || !period) return std::nullopt;
  return static_cast<size_t>((*quota - 1) / *period + 1);
}

size_t available_cpus() {
  size_t count = allowed_cpus().size();
  // The limits of all groups above ours hold too.
  for (std::string group = control_group();;) {
    const auto limit = cpu_limit(read_small_file("/sys/fs/cgroup" + group + "/cpu.max"));
    if (limit) count = std::min(count, *limit);
    const size_t slash = group.rfind('/');
    if (group.empty() || slash == std::string::npos) return count;
    group.resize(slash);
  }
}

}  // namespace telemill::runtime
