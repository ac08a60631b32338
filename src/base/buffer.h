#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/slab.h"
#include "base/small_vector.h"

/// Bytes in three states: a Buffer is being written by its one owner, a Slice is immutable and
/// shared, a Rope is a sequence of slices that reads as one message. All are padded (slab.h).
namespace telemill::base {

/// Immutable shared bytes. Copying shares; the bytes live as long as any slice of their slab.
class Slice {
 public:
  Slice() noexcept = default;
  Slice(SlabRef owner, std::string_view bytes) noexcept
      : owner_(std::move(owner)), data_(bytes.data()), size_(bytes.size()) {}
  /// Bytes that outlive the process's work, such as pre-encoded answers. Not padded.
  static Slice of_static(std::string_view bytes) noexcept { return {SlabRef{}, bytes}; }
  /// A copy in a slab of its own.
  static Slice copy_of(std::string_view bytes);

  [[nodiscard]] const char* data() const noexcept { return data_; }
  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::string_view view() const noexcept TELEMILL_LIFETIMEBOUND {
    return {data_, size_};
  }
  /// A part of these bytes, sharing the slab.
  [[nodiscard]] Slice sub(size_t offset, size_t size) const noexcept {
    return {owner_, view().substr(offset, size)};
  }
  /// Ties a payment to these bytes while nobody else shares them. Not for static bytes.
  void charge(Payer& payer, size_t bytes) noexcept {
    TELEMILL_CHECK(owner_ && !owner_->is_shared());
    owner_->charge(payer, bytes);
  }
  /// Bytes of memory that this slice keeps alive; zero for static bytes.
  [[nodiscard]] size_t pinned_bytes() const noexcept { return owner_ ? owner_->capacity() : 0; }

 private:
  SlabRef owner_;
  const char* data_ = nullptr;
  size_t size_ = 0;
};

/// Writable bytes with one owner. Grows by doubling; `freeze()` makes it a Slice without copying.
class Buffer {
 public:
  Buffer() noexcept = default;
  explicit Buffer(size_t capacity) { reserve(capacity); }
  Buffer(Buffer&& other) noexcept
      : slab_(std::move(other.slab_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    slab_ = std::move(other.slab_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  [[nodiscard]] char* data() noexcept { return slab_ ? slab_->data() : nullptr; }
  [[nodiscard]] const char* data() const noexcept { return slab_ ? slab_->data() : nullptr; }
  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] size_t capacity() const noexcept { return slab_ ? slab_->capacity() : 0; }
  [[nodiscard]] std::string_view view() const noexcept TELEMILL_LIFETIMEBOUND {
    return {data(), size_};
  }

  /// Makes room for `capacity` bytes in all; what is written stays.
  void reserve(size_t capacity) {
    if (capacity > this->capacity()) grow(capacity);
  }
  /// Adds `count` uninitialised bytes and returns where they start.
  char* extend(size_t count) {
    if (size_ + count > capacity()) [[unlikely]]
      grow(size_ + count);
    char* const start = slab_->data() + size_;
    size_ += count;
    return start;
  }
  void append(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  void push_back(char byte) { *extend(1) = byte; }
  /// Cuts off what lies behind `size`.
  void truncate(size_t size) noexcept {
    TELEMILL_CHECK(size <= size_);
    size_ = size;
  }
  void clear() noexcept { size_ = 0; }

  /// Ties a payment to the bytes as they are now; growing the buffer later ends it.
  void charge(Payer& payer, size_t bytes) noexcept {
    TELEMILL_CHECK(slab_.get() != nullptr);
    slab_->charge(payer, bytes);
  }

  /// Publishes the bytes; the buffer is empty afterwards.
  [[nodiscard]] Slice freeze() && noexcept {
    const std::string_view bytes = view();
    size_ = 0;
    return {std::move(slab_), bytes};
  }

 private:
  void grow(size_t capacity);

  SlabRef slab_;
  size_t size_ = 0;
};

/// A message in pieces. Appending links, it never copies.
class Rope {
 public:
  Rope() noexcept = default;
  explicit Rope(Slice slice) { append(std::move(slice)); }

  void append(Slice slice) {
    if (slice.empty()) return;
    size_ += slice.size();
    slices_.push_back(std::move(slice));
  }
  void append(const Rope& other) {
    for (const Slice& slice : other.slices()) append(slice);
  }
  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const SmallVector<Slice, 4>& slices() const noexcept TELEMILL_LIFETIMEBOUND {
    return slices_;
  }
  /// All bytes in one piece: shares when there is one slice, copies once otherwise.
  [[nodiscard]] Slice flatten() const;

 private:
  SmallVector<Slice, 4> slices_;
  size_t size_ = 0;
};

}  // namespace telemill::base
