#include "base/slab.h"

#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <new>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define TELEMILL_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELEMILL_POISON 1
#endif
#endif
#ifdef TELEMILL_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace telemill::base {
namespace {

constexpr uint32_t unpooled = UINT32_MAX;
constexpr int class_shift = std::countr_zero(limits::slab_bytes_min);
constexpr int class_shift_max = std::countr_zero(limits::slab_bytes_pooled_max);
constexpr size_t class_count = size_t{class_shift_max - class_shift} + 1;
constexpr size_t overhead_bytes = Slab::header_bytes + limits::slab_padding_bytes;

std::atomic<uint64_t> allocated_bytes{0};

uint32_t class_of(size_t total_bytes) noexcept {
  const auto shift = static_cast<int>(std::bit_width(total_bytes - 1));
  if (shift <= class_shift) return 0;
  const auto index = static_cast<uint32_t>(shift - class_shift);
  return index < class_count ? index : unpooled;
}

/// A slab in the pool belongs to nobody: reading it is a bug that a sanitizer build shows.
void poison([[maybe_unused]] Slab& slab) noexcept {
#ifdef TELEMILL_POISON
  __asan_poison_memory_region(slab.data(), slab.capacity() + limits::slab_padding_bytes);
#endif
}
void unpoison([[maybe_unused]] Slab& slab) noexcept {
#ifdef TELEMILL_POISON
  __asan_unpoison_memory_region(slab.data(), slab.capacity() + limits::slab_padding_bytes);
#endif
}

}  // namespace

/// Free slabs of one thread, last in first out: the slab reused next is the one still in cache.
class SlabPool {
 public:
  SlabPool() noexcept = default;
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;
  ~SlabPool() {
    trim();
    is_open_ = false;
  }

  Slab* take(size_t capacity) {
    const uint32_t size_class = class_of(capacity + overhead_bytes);
    if (size_class == unpooled) return create(capacity, unpooled);
    const size_t class_bytes = limits::slab_bytes_min << size_class;
    Slab* const slab = free_[size_class];
    if (slab == nullptr) return create(class_bytes - overhead_bytes, size_class);
    free_[size_class] = slab->next_free_;
    held_bytes_ -= class_bytes;
    unpoison(*slab);
    slab->references_.store(1, std::memory_order_relaxed);
    return slab;
  }

  void give_back(Slab* slab) noexcept {
    const uint32_t size_class = slab->size_class_;
    const size_t class_bytes = size_class == unpooled ? 0 : limits::slab_bytes_min << size_class;
    if (class_bytes == 0 || !is_open_ || held_bytes_ + class_bytes > limits::pool_bytes_max) {
      destroy(slab);
      return;
    }
    slab->next_free_ = free_[size_class];
    free_[size_class] = slab;
    held_bytes_ += class_bytes;
    poison(*slab);
  }

  void trim() noexcept {
    for (Slab*& head : free_) {
      while (head != nullptr) {
        Slab* const slab = std::exchange(head, head->next_free_);
        unpoison(*slab);
        destroy(slab);
      }
    }
    held_bytes_ = 0;
  }

  [[nodiscard]] size_t held_bytes() const noexcept { return held_bytes_; }

 private:
  // Slabs too large for the pool go straight to the kernel and back. malloc would keep freed ones
  // of up to 32 MiB in holes that later ones of other sizes cannot use: a few bombs of 100 KB that
  // unfold to 20 MiB and are refused would leave the process at hundreds of MiB for good.
  static Slab* create(size_t capacity, uint32_t size_class) {
    const size_t bytes = capacity + overhead_bytes;
    allocated_bytes.fetch_add(bytes, std::memory_order_relaxed);
    void* const memory =
        is_mapped(size_class) ? map(bytes) : ::operator new(bytes, std::align_val_t{64});
    return new (memory) Slab(capacity, size_class);
  }
  static void destroy(Slab* slab) noexcept {
    const size_t bytes = slab->capacity() + overhead_bytes;
    const bool was_mapped = is_mapped(slab->size_class_);
    slab->~Slab();
    if (was_mapped) {
      TELEMILL_CHECK(::munmap(slab, bytes) == 0);
    } else {
      ::operator delete(slab, std::align_val_t{64});
    }
  }
  static constexpr bool is_mapped(uint32_t size_class) noexcept {
#ifdef TELEMILL_POISON
    static_cast<void>(size_class);
    return false;  // a sanitizer watches the borders of what malloc gives
#else
    return size_class == unpooled;
#endif
  }
  static void* map(size_t bytes) {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TELEMILL_CHECK(memory != MAP_FAILED);  // out of memory is fatal
    return memory;
  }

  std::array<Slab*, class_count> free_{};
  size_t held_bytes_ = 0;
  bool is_open_ = true;
};

namespace {
SlabPool& pool() noexcept {
  thread_local SlabPool instance;
  return instance;
}
}  // namespace

Slab* Slab::allocate(size_t capacity) { return pool().take(capacity); }

void Slab::recycle() noexcept {
  if (payer_ != nullptr) {
    std::exchange(payer_, nullptr)->refund(std::exchange(charged_bytes_, 0));
  }
  pool().give_back(this);
}

uint64_t slab_allocated_bytes() noexcept { return allocated_bytes.load(std::memory_order_relaxed); }
size_t slab_pool_bytes() noexcept { return pool().held_bytes(); }
void slab_pool_trim() noexcept { pool().trim(); }

}  // namespace telemill::base
