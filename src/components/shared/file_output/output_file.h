#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::components::shared {

/// A file that is written record by record. Blocks, so all but `open` belong on the worker; one
/// thread at a time.
class OutputFile {
 public:
  enum class Start : uint8_t { truncated, appended };

  /// Creates the file when it is not there. `stdout` and `stderr` are the process's streams. A pipe
  /// that nobody reads is refused, not waited for.
  static Result<OutputFile, Failure> open(const std::string& path, Start start);

  /// Writes all of `record`. On an error a regular file is cut back to where the record began, so
  /// that it holds whole records only.
  Result<void, Failure> write(std::string_view record);
  /// Opens the path again if it no longer leads to the open file: somebody renamed or deleted it.
  /// On an error the old file stays open.
  Result<void, Failure> follow_path();
  /// Of a regular file, as it is now; others have none.
  [[nodiscard]] uint64_t size_bytes() const noexcept;
  /// Writes to the disk what the kernel still holds, and closes. Streams stay open.
  Result<void, Failure> close();

 private:
  OutputFile(std::string path, runtime::Descriptor descriptor) noexcept
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] Unexpected<Failure> failure(std::string_view what, int number) const;
  Result<void, Failure> cut_back(size_t half_bytes);

  std::string path_;
  runtime::Descriptor descriptor_;
  bool is_regular_ = false;
};

}  // namespace telemill::components::shared
