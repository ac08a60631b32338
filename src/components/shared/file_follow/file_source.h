#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/gzip_stream.h"
#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::components::shared {

/// Which file a path leads to, and what would change if somebody wrote to it.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t changed_at_ns = 0;  // its mtime

  [[nodiscard]] bool is_same_file(const FileIdentity& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
/// Nothing unless `path` leads to a regular file.
[[nodiscard]] std::optional<FileIdentity> identify(const std::string& path) noexcept;

/// The content of a file, inflated if it is gzip, through a window that the reader moves. Reads
/// block: worker only. Keeps reading a file that was renamed or deleted.
class FileSource {
 public:
  static Result<FileSource, Failure> open(const std::string& path, bool is_gzip);

  /// Moves to `offset` of the content; the window is empty then. Backwards in a gzip file means
  /// from its beginning.
  void seek(uint64_t offset);
  /// Adds up to `bytes` to the window; how many there were. None: the end, for now, or broken.
  size_t fill(size_t bytes);
  [[nodiscard]] std::string_view window() const noexcept {
    return std::string_view(window_).substr(window_begin_);
  }
  void consume(size_t bytes) noexcept;
  /// Gives the window's memory back; `seek` reads it again. Not for gzip.
  void drop_window();
  /// Of the window's begin, in the content.
  [[nodiscard]] uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] FileIdentity identity() const noexcept;
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }
  [[nodiscard]] bool is_gzip() const noexcept { return gzip_.has_value(); }

 private:
  explicit FileSource(runtime::Descriptor descriptor) noexcept
      : descriptor_(std::move(descriptor)) {}
  size_t read_file(char* out, size_t bytes);
  size_t read_content(char* out, size_t bytes);
  void compact();

  runtime::Descriptor descriptor_;
  uint64_t file_offset_ = 0;  // of the next byte to read
  std::optional<codec::GzipStream> gzip_;
  std::string coded_;  // read, not yet inflated
  std::string window_;
  size_t window_begin_ = 0;  // what lies before is consumed
  uint64_t offset_ = 0;
  uint64_t skip_ = 0;  // bytes of the content before the window, yet to be inflated
  bool is_broken_ = false;
};

}  // namespace telemill::components::shared
