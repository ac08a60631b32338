#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace telemill::config {

/// Where in the configuration something stands. Lines and columns count from one; line zero means
/// "nowhere in particular".
struct Mark {
  uint32_t source = 0;  // index into SourceNames
  uint32_t line = 0;
  uint32_t column = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

/// The names of everything that was read, as problems print them: a path, `env:NAME`, `--set a=b`.
using SourceNames = std::vector<std::string>;

}  // namespace telemill::config
