#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/limits.h"
#include "config/scalar.h"
#include "config/sources.h"

namespace telemill::config {
namespace {

/// Closes what it holds.
class OpenFile {
 public:
  /// Never waits: a FIFO that nobody writes to would keep open() for ever.
  explicit OpenFile(const char* path) noexcept
      : number_(::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }

  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  /// Waits for something to read or for the end; regular files never wait.
  [[nodiscard]] bool is_ready(std::chrono::milliseconds wait) const noexcept {
    pollfd waiting{.fd = number_, .events = POLLIN, .revents = 0};
    int count = 0;
    do {
      count = ::poll(&waiting, 1, static_cast<int>(wait.count()));
    } while (count < 0 && errno == EINTR);
    return count > 0;
  }
  /// As ::read().
  [[nodiscard]] ssize_t read(char* to, size_t size) const noexcept {
    ssize_t count = 0;
    do {
      count = ::read(number_, to, size);
    } while (count < 0 && errno == EINTR);
    return count;
  }

 private:
  const int number_;
};

}  // namespace

Result<std::string, Failure> LocalFiles::read(const std::string& path) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::unavailable, fmt::format("cannot read file {}: {}", path, why));
  };
  const OpenFile file(path.c_str());
  if (!file.is_open()) return refuse(std::strerror(errno));
  std::string text;
  constexpr size_t chunk_bytes = 64_KiB;
  while (text.size() <= document_bytes_max) {
    if (!file.is_ready(std::chrono::duration_cast<std::chrono::milliseconds>(silence_max_))) {
      return refuse(fmt::format("nobody wrote to it for {}", format_duration(silence_max_)));
    }
    const size_t size = text.size();
    text.resize(size + chunk_bytes);
    const ssize_t count = file.read(text.data() + size, chunk_bytes);
    if (count < 0 && errno != EAGAIN) return refuse(std::strerror(errno));
    text.resize(size + static_cast<size_t>(count < 0 ? 0 : count));
    if (count == 0) return text;
  }
  return refuse(fmt::format("it is larger than {} bytes", document_bytes_max));
}

}  // namespace telemill::config
