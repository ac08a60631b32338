#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/limits.h"

namespace telemill::base {

/// Whoever counted bytes against a limit and wants to hear when they are gone.
class Payer {
 public:
  /// Called once, on whatever thread lets the slab go.
  virtual void refund(size_t bytes) noexcept = 0;

 protected:
  ~Payer() = default;
};

/// A reference-counted block of bytes, cache-line aligned, readable (never usable) for
/// `limits::slab_padding_bytes` past its end. Comes from and goes back to the pool of the thread
/// that holds it last, so a lane that keeps its own batches never meets the allocator.
class Slab {
 public:
  /// At least `capacity` usable bytes, uninitialised, with one reference. Out of memory is fatal.
  static Slab* allocate(size_t capacity);

  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this) + header_bytes; }
  [[nodiscard]] const char* data() const noexcept {
    return reinterpret_cast<const char*>(this) + header_bytes;
  }
  [[nodiscard]] size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool is_shared() const noexcept {
    return references_.load(std::memory_order_acquire) > 1;
  }

  /// Ties a payment to these bytes: `payer` hears `refund` when the last reference goes, wherever
  /// the bytes have travelled. A slab has one payer, which outlives it; charging again adds.
  void charge(Payer& payer, size_t bytes) noexcept {
    payer_ = &payer;
    charged_bytes_ += bytes;
  }
  [[nodiscard]] size_t charged_bytes() const noexcept { return charged_bytes_; }

  void acquire() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // The sole owner need not pay for the locked instruction.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      recycle();
    }
  }

  static constexpr size_t header_bytes = 64;

 private:
  friend class SlabPool;
  Slab(size_t capacity, uint32_t size_class) noexcept
      : size_class_(size_class), capacity_(capacity) {}
  void recycle() noexcept;

  std::atomic<uint32_t> references_{1};
  uint32_t size_class_;  // index into the pool's free lists, or `unpooled`
  size_t capacity_;
  Slab* next_free_ = nullptr;
  Payer* payer_ = nullptr;
  size_t charged_bytes_ = 0;
};
static_assert(sizeof(Slab) <= Slab::header_bytes);

/// Shared ownership of a slab; null when default-constructed.
class SlabRef {
 public:
  SlabRef() noexcept = default;
  /// Takes over the reference that `Slab::allocate` gave.
  explicit SlabRef(Slab* slab) noexcept : slab_(slab) {}
  SlabRef(const SlabRef& other) noexcept : slab_(other.slab_) {
    if (slab_ != nullptr) slab_->acquire();
  }
  SlabRef(SlabRef&& other) noexcept : slab_(std::exchange(other.slab_, nullptr)) {}
  SlabRef& operator=(SlabRef other) noexcept {
    std::swap(slab_, other.slab_);
    return *this;
  }
  ~SlabRef() {
    if (slab_ != nullptr) slab_->release();
  }
  [[nodiscard]] Slab* get() const noexcept { return slab_; }
  Slab* operator->() const noexcept { return slab_; }
  explicit operator bool() const noexcept { return slab_ != nullptr; }

 private:
  Slab* slab_ = nullptr;
};

/// What this thread's pool holds for reuse, in bytes. For tests and self metrics.
[[nodiscard]] size_t slab_pool_bytes() noexcept;
/// What slabs of all threads took from the allocator since the process began, in bytes.
[[nodiscard]] uint64_t slab_allocated_bytes() noexcept;
/// Gives this thread's pooled slabs back to the allocator. Lanes call it after a burst.
void slab_pool_trim() noexcept;

}  // namespace telemill::base
