#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/buffer.h"

namespace telemill::transport {

/// Bytes on their way to a socket, in order: small ones copied together, large ones linked. One
/// connection, one lane.
class OutputQueue {
 public:
  /// Copies `bytes`, next to the copied bytes before them if possible.
  void append_copy(std::string_view bytes);
  /// Links `slice`, or copies it when that is cheaper.
  void append(const base::Slice& slice);

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Describes the first pieces; valid until the queue changes. Returns how many.
  [[nodiscard]] size_t pieces(std::span<iovec> into) const noexcept;
  /// The first `bytes` have been written.
  void consume(size_t bytes) noexcept;
  void clear() noexcept;

 private:
  struct Piece {
    base::Slice owner;  // keeps the bytes alive
    const char* data;
    size_t size;
  };

  std::vector<Piece> pieces_;
  size_t first_ = 0;
  size_t size_ = 0;
  base::SlabRef block_;  // where copied bytes go
  size_t block_used_ = 0;
};

}  // namespace telemill::transport
