#include "components/shared/file_output/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace telemill::components::shared {
namespace {

int open_path(const std::string& path, OutputFile::Start start) noexcept {
  if (path == "stdout") return ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  if (path == "stderr") return ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  constexpr mode_t mode = 0644;
  const int how = start == OutputFile::Start::appended ? O_APPEND : O_TRUNC;
  // Without O_NONBLOCK a pipe would keep us here until somebody reads it.
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | how, mode);
}

}  // namespace

Unexpected<Failure> OutputFile::failure(std::string_view what, int number) const {
  std::string message = "cannot ";
  message.append(what).append(" ").append(path_).append(": ");
  return fail(ErrorCode::unavailable, message + runtime::describe_errno(number));
}

Result<OutputFile, Failure> OutputFile::open(const std::string& path, Start start) {
  OutputFile file(path, runtime::Descriptor(open_path(path, start)));
  if (!file.descriptor_) return file.failure("open", errno);
  const int number = file.descriptor_.number();
  struct stat status{};
  if (::fstat(number, &status) != 0) return file.failure("inspect", errno);
  file.is_regular_ = S_ISREG(status.st_mode);
  file.size_bytes_ = status.st_size;
  const bool is_stream = path == "stdout" || path == "stderr";  // its flags are not ours to change
  if (!is_stream) {
    const int flags = ::fcntl(number, F_GETFL);
    if (flags < 0 || ::fcntl(number, F_SETFL, flags & ~O_NONBLOCK) < 0) {
      return file.failure("set up", errno);
    }
  } else {
    file.is_regular_ = false;  // others write to it too, so there is no place to cut it back to
  }
  return file;
}

Result<void, Failure> OutputFile::write(std::string_view record) {
  if (!descriptor_) return fail(ErrorCode::shutting_down, path_ + " is closed");
  std::string_view left = record;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_.number(), left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    const int number = errno;
    if (is_regular_ && left.size() < record.size()) {
      if (::ftruncate(descriptor_.number(), size_bytes_) != 0) return failure("repair", errno);
      ::lseek(descriptor_.number(), size_bytes_, SEEK_SET);
    }
    return failure("write", number);
  }
  size_bytes_ += static_cast<int64_t>(record.size());
  return {};
}

Result<void, Failure> OutputFile::close() {
  if (!descriptor_) return {};
  const bool is_synced = !is_regular_ || ::fdatasync(descriptor_.number()) == 0;
  const int number = errno;
  descriptor_ = runtime::Descriptor();
  if (!is_synced) return failure("sync", number);
  return {};
}

}  // namespace telemill::components::shared
