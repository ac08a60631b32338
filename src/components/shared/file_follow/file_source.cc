#include "components/shared/file_follow/file_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/units.h"

namespace telemill::components::shared {
namespace {

constexpr size_t coded_bytes = 64_KiB;

std::optional<FileIdentity> identity_of(const struct stat& status) noexcept {
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{
      .device = status.st_dev,
      .inode = status.st_ino,
      .size_bytes = static_cast<uint64_t>(status.st_size),
      .changed_at_ns = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

std::optional<FileIdentity> identify(const std::string& path) noexcept {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_of(status);
}

Result<FileSource, Failure> FileSource::open(const std::string& path, bool is_gzip) {
  // Without O_NONBLOCK a pipe under this name would hold us; it is refused below.
  runtime::Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!descriptor || ::fstat(descriptor.number(), &status) != 0) {
    return fail(ErrorCode::unavailable,
                "cannot open " + path + ": " + runtime::describe_errno(errno));
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::unsupported, path + " is no regular file");
  FileSource source(std::move(descriptor));
  if (is_gzip) source.gzip_.emplace();
  return source;
}

FileIdentity FileSource::identity() const noexcept {
  struct stat status{};
  if (::fstat(descriptor_.number(), &status) != 0) return {};
  return identity_of(status).value_or(FileIdentity{});
}

void FileSource::seek(uint64_t offset) {
  if (offset >= offset_ && offset <= offset_ + window().size()) return consume(offset - offset_);
  window_.clear();
  window_begin_ = 0;
  if (!gzip_) {
    file_offset_ = offset;
  } else {
    gzip_.emplace();
    coded_.clear();
    file_offset_ = 0;
    is_broken_ = false;
    skip_ = offset;
  }
  offset_ = offset;
}

size_t FileSource::read_file(char* out, size_t bytes) {
  for (;;) {
    const ssize_t got = ::pread(descriptor_.number(), out, bytes, static_cast<off_t>(file_offset_));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return 0;
    file_offset_ += static_cast<uint64_t>(got);
    return static_cast<size_t>(got);
  }
}

/// Inflated, if need be.
size_t FileSource::read_content(char* out, size_t bytes) {
  if (!gzip_) return read_file(out, bytes);
  while (!is_broken_) {
    const auto step = gzip_->inflate(coded_, out, bytes);
    if (!step) {
      is_broken_ = true;
      break;
    }
    coded_.erase(0, step->consumed);
    if (step->produced > 0) return step->produced;
    const size_t held = coded_.size();
    coded_.resize(held + coded_bytes);
    const size_t got = read_file(coded_.data() + held, coded_bytes);
    coded_.resize(held + got);
    if (got == 0) return 0;
  }
  return 0;
}

size_t FileSource::fill(size_t bytes) {
  compact();
  const size_t held = window_.size();
  window_.resize(held + bytes);
  size_t got = read_content(window_.data() + held, bytes);
  while (got > 0 && skip_ > 0) {  // a window that begins later than what we can read
    const auto skipped = static_cast<size_t>(std::min<uint64_t>(skip_, got));
    skip_ -= skipped;
    window_.erase(held, skipped);
    window_.resize(held + bytes);
    got -= skipped;
    if (got == 0) got = read_content(window_.data() + held, bytes);
  }
  window_.resize(held + got);
  return got;
}

void FileSource::consume(size_t bytes) noexcept {
  window_begin_ += bytes;
  offset_ += bytes;
}

void FileSource::drop_window() {
  file_offset_ = offset_;
  window_ = {};
  window_begin_ = 0;
}

void FileSource::compact() {
  window_.erase(0, window_begin_);
  window_begin_ = 0;
}

}  // namespace telemill::components::shared
