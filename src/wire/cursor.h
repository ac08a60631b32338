#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace telemill::wire {

/// A place in bytes that somebody else owns. Nothing here checks bounds by itself: look at
/// `left()` before you `peek`, `skip` or `take`.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes TELEMILL_LIFETIMEBOUND) noexcept
      : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] size_t left() const noexcept { return static_cast<size_t>(end_ - at_); }
  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
  /// Bytes from the start of the input.
  [[nodiscard]] size_t offset() const noexcept { return static_cast<size_t>(at_ - begin_); }
  [[nodiscard]] const char* position() const noexcept { return at_; }
  [[nodiscard]] uint8_t peek(size_t ahead) const noexcept {
    return static_cast<uint8_t>(at_[ahead]);
  }
  void skip(size_t count) noexcept { at_ += count; }
  std::string_view take(size_t count) noexcept {
    const std::string_view taken(at_, count);
    at_ += count;
    return taken;
  }
  /// Little-endian fixed-width values.
  template <class T>
  T take_fixed() noexcept {
    T value;
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

 private:
  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace telemill::wire
