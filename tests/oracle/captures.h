#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Recorded OTLP requests. They are too large for the repository: tests look in the folder that
/// the environment variable TELEMILL_CAPTURES names, or in `../shared/data` beside the source tree.
namespace telemill::oracle {

struct Capture {
  /// Serialised requests; none when the capture is not here.
  std::vector<std::string> requests;
  /// Why there are none, for GTEST_SKIP.
  std::string missing;
};

/// Reads `<folder>/<name>.zst`: zstd over requests, each after its length in four bytes,
/// big-endian.
Capture read_capture(std::string_view name);

}  // namespace telemill::oracle
