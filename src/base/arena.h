#pragma once

#include <cstddef>
#include <string_view>

#include "base/slab.h"
#include "base/small_vector.h"

namespace telemill::base {

/// Memory that is handed out in small pieces and taken back all at once. What it gave out stays
/// where it is until `clear`. Keeps its first block for the next use. One owner, one thread.
class Arena {
 public:
  /// `block_bytes` is what it asks the pool for at a time; larger pieces get a block of their own.
  explicit Arena(size_t block_bytes = default_block_bytes) noexcept : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` uninitialised bytes, aligned for anything up to sixteen bytes; not null, even for zero.
  [[nodiscard]] char* allocate(size_t size) {
    const size_t rounded = ((size > 0 ? size : 1) + alignment - 1) & ~(alignment - 1);
    if (rounded > static_cast<size_t>(end_ - at_)) [[unlikely]]
      add_block(rounded);
    char* const start = at_;
    at_ += rounded;
    return start;
  }
  /// A copy of `text` that lives until `clear`.
  [[nodiscard]] std::string_view keep(std::string_view text);

  /// Takes everything back. Blocks but the first go to the pool.
  void clear() noexcept;
  [[nodiscard]] size_t block_count() const noexcept { return blocks_.size(); }

 private:
  static constexpr size_t default_block_bytes = size_t{3} << 10;
  static constexpr size_t alignment = 16;

  void add_block(size_t size);

  const size_t block_bytes_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  SmallVector<SlabRef, 4> blocks_;
};

}  // namespace telemill::base
