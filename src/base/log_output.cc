#include "base/log_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

namespace telemill::log {
namespace {

constexpr int patience_milliseconds = 20;

std::atomic<uint64_t> dropped_of_all{0};

bool is_regular_file(int descriptor) noexcept {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Output::Output(int descriptor) noexcept
    : descriptor_(descriptor), is_waited_for_(!is_regular_file(descriptor)) {}

Output::~Output() {
  if (owns_descriptor_) ::close(descriptor_);
}

Output& Output::standard_error() noexcept {
  static Output instance(STDERR_FILENO);
  return instance;
}

Result<std::unique_ptr<Output>, Failure> Output::open(std::string_view path) {
  if (path == "stderr") return std::make_unique<Output>(STDERR_FILENO);
  if (path == "stdout") return std::make_unique<Output>(STDOUT_FILENO);
  constexpr std::string_view scheme = "file://";
  std::string_view name = path;
  if (name.starts_with(scheme)) name.remove_prefix(scheme.size());
  // Without O_NONBLOCK a named pipe would hold the start up until somebody reads it.
  const int descriptor = ::open(std::string(name).c_str(),
                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
  if (descriptor < 0) {
    return fail(ErrorCode::unavailable, "cannot open the log output \"" + std::string(path) +
                                            "\": " + std::strerror(errno));
  }
  auto output = std::make_unique<Output>(descriptor);
  output->owns_descriptor_ = true;
  return output;
}

/// True when at least PIPE_BUF bytes can be written without waiting.
bool Output::has_room() noexcept {
  if (!is_waited_for_) return true;
  pollfd watched{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, is_stalled_ ? 0 : patience_milliseconds);
  } while (ready < 0 && errno == EINTR);
  is_stalled_ = ready == 0;
  return ready > 0;
}

bool Output::write_all(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!has_room()) return false;
    const size_t bytes = is_waited_for_ ? std::min<size_t>(text.size(), PIPE_BUF) : text.size();
    const ssize_t written = ::write(descriptor_, text.data(), bytes);
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return false;  // nowhere left to complain
    is_cut_ = true;
    text.remove_prefix(static_cast<size_t>(written));
  }
  is_cut_ = false;
  return true;
}

/// Says what was lost, as far as there is room for it.
void Output::write_note() noexcept {
  char note[80];
  const int size =
      std::snprintf(note, sizeof(note), "%s(%llu log lines dropped: output too slow)\n",
                    is_cut_ ? "\n" : "", static_cast<unsigned long long>(dropped_));
  if (write_all({note, static_cast<size_t>(size)})) dropped_ = 0;
}

void Output::write(std::string_view line) noexcept {
  const std::lock_guard lock(mutex_);
  if (dropped_ > 0 && has_room()) write_note();
  if (dropped_ == 0 && write_all(line)) return;
  ++dropped_;
  dropped_of_all.fetch_add(1, std::memory_order_relaxed);
}

uint64_t Output::dropped_lines() noexcept { return dropped_of_all.load(std::memory_order_relaxed); }

}  // namespace telemill::log
