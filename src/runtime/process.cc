#include "runtime/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>
#include <system_error>

#include "runtime/socket.h"

namespace telemill::runtime {
namespace {

constexpr size_t small_file_bytes_max = 64 * 1024;

Duration read_clock(clockid_t clock) noexcept {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return Duration::zero();
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The blank-separated field at `index`; zero when it is missing or no number.
uint64_t field(std::string_view text, size_t index) noexcept {
  for (; index > 0; --index) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return 0;
    text.remove_prefix(blank + 1);
  }
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// When the process started, since boot. From /proc/self/stat, whose second field is a name that
/// may hold anything, so counting starts behind its closing parenthesis.
std::optional<Duration> start_after_boot() {
  constexpr size_t start_time_index = 20;  // field 22, less the two up to the parenthesis
  const std::string text = read_small_file("/proc/self/stat");
  const size_t close = text.rfind(')');
  if (close == std::string::npos) return std::nullopt;
  const uint64_t clock_ticks = field(std::string_view(text).substr(close + 1), start_time_index);
  const long clock_ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (clock_ticks == 0 || clock_ticks_per_second <= 0) return std::nullopt;
  const auto nanos_per_tick = 1'000'000'000 / static_cast<int64_t>(clock_ticks_per_second);
  return Duration(static_cast<int64_t>(clock_ticks) * nanos_per_tick);
}

}  // namespace

std::string read_small_file(const std::string& path) {
  std::string content;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return content;
  content.resize(small_file_bytes_max);
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(file.number(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<size_t>(count);
  }
  content.resize(size);
  return content;
}

ProcessStats process_stats() {
  ProcessStats stats;
  stats.cpu_time = read_clock(CLOCK_PROCESS_CPUTIME_ID);
  const std::string memory = read_small_file("/proc/self/statm");
  const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = field(memory, 0) * page_bytes;
  stats.resident_bytes = field(memory, 1) * page_bytes;
  if (const auto start = start_after_boot()) stats.uptime = read_clock(CLOCK_BOOTTIME) - *start;
  return stats;
}

Result<uint64_t, Failure> raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    if (limit.rlim_cur == limit.rlim_max) return uint64_t{limit.rlim_max};
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return uint64_t{limit.rlim_cur};
  }
  return fail(ErrorCode::unavailable,
              "cannot raise the limit of open files: " + describe_errno(errno));
}

}  // namespace telemill::runtime
