#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/unique_function.h"
#include "pipeline/component.h"
#include "pipeline/lifeline.h"
#include "runtime/lane.h"

namespace telemill::components::shared {

/// Reads a small file whole; larger ones are refused. Blocks.
Result<std::string, Failure> read_small_file(const std::string& path, size_t bytes_max);

/// A file with a secret that somebody may replace while we run. Looked at every second, off the
/// lane. What cannot be read or used is logged and changes nothing: the last good text stays. One
/// lane.
class WatchedFile {
 public:
  static constexpr size_t bytes_max = size_t{64} << 10;

  /// Takes a new text into use, or says why it cannot.
  using Use = base::UniqueFunction<Result<void, Failure>(std::string_view text)>;
  WatchedFile(const pipeline::ComponentContext& context, std::string path, Use use);

  /// Reads the file for the first time, which must succeed.
  Result<void, Failure> start();

 private:
  /// Tells one state of a file from another.
  struct Stamp {
    int64_t modified_at = -1;  // nanoseconds
    int64_t size = -1;
    ino_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Look;

  static Stamp stamp_of(const std::string& path) noexcept;
  void look();
  void on_looked(Look& look);

  const pipeline::ComponentContext context_;
  const std::string path_;
  Use use_;
  Stamp stamp_;
  std::string problem_;  // that was logged last; empty when all is well
  runtime::Timer timer_;
  const pipeline::Lifeline lifeline_;
};

}  // namespace telemill::components::shared
