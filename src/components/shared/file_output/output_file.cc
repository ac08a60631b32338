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
  const int how = start == OutputFile::Start::appended ? 0 : O_TRUNC;
  // Without O_NONBLOCK a pipe would keep us here until somebody reads it. Always at the end, so
  // that a file which somebody else cuts short gets no hole.
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_APPEND | how, mode);
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
    const size_t half_bytes = record.size() - left.size();
    if (is_regular_ && half_bytes > 0) TELEMILL_TRY(cut_back(half_bytes));
    return failure("write", number);
  }
  return {};
}

/// Takes the last `half_bytes` away, which we have just written.
Result<void, Failure> OutputFile::cut_back(size_t half_bytes) {
  const uint64_t size = size_bytes();
  if (size < half_bytes) return {};  // somebody has emptied the file meanwhile
  if (::ftruncate(descriptor_.number(), static_cast<off_t>(size - half_bytes)) == 0) return {};
  return failure("repair", errno);
}

uint64_t OutputFile::size_bytes() const noexcept {
  struct stat status{};
  if (!is_regular_ || ::fstat(descriptor_.number(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_size);
}

Result<void, Failure> OutputFile::follow_path() {
  if (!is_regular_ || !descriptor_) return {};
  struct stat there{};
  struct stat ours{};
  if (::fstat(descriptor_.number(), &ours) != 0) return failure("inspect", errno);
  const bool is_there = ::stat(path_.c_str(), &there) == 0;
  if (is_there && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev) return {};
  TELEMILL_ASSIGN(OutputFile anew, open(path_, Start::appended));
  *this = std::move(anew);
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
