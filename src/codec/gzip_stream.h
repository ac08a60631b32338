#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "telemill/result.h"

struct inflate_state;

namespace telemill::codec {

/// Inflates gzip data piece by piece, with bounded memory whatever their size: files that are read
/// while somebody writes them. Members in a row are one content. About 90 KiB of state.
class GzipStream {
 public:
  GzipStream();
  GzipStream(GzipStream&&) noexcept;
  GzipStream& operator=(GzipStream&&) noexcept;
  ~GzipStream();

  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
  };
  /// Reads from `input` and writes at most `room` bytes to `out`, as far as either lasts; what was
  /// not consumed comes first in the next call. Fails with `corrupt` for good.
  Result<Step> inflate(std::string_view input, char* out, size_t room);

 private:
  void begin_member();

  std::unique_ptr<inflate_state> state_;
  bool is_between_members_ = true;
};

}  // namespace telemill::codec
