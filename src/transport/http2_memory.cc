#include "transport/http2_memory.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace telemill::transport {
namespace {

// Sanitizers want to see each block by itself.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

constexpr size_t block_bytes_min = 64;
constexpr size_t class_count = 6;  // doubling, up to 2 KiB
constexpr size_t unpooled = class_count;
/// Free blocks that a thread keeps of each size: up to one MiB in all.
constexpr size_t kept_max = 256;

/// Stands before the bytes that nghttp2 sees.
struct alignas(16) Block {
  size_t capacity;    // of the bytes behind it
  size_t size_class;  // or `unpooled`

  [[nodiscard]] void* bytes() noexcept { return this + 1; }
  static Block& of(void* bytes) noexcept { return *(static_cast<Block*>(bytes) - 1); }
};

constexpr size_t class_of(size_t size) noexcept {
  return static_cast<size_t>(std::bit_width((std::max<size_t>(size, 1) - 1) / block_bytes_min));
}
static_assert(class_of(0) == 0 && class_of(64) == 0 && class_of(65) == 1 && class_of(2048) == 5);

/// The free blocks of one thread. A block may come back on another thread than it was taken on.
class FreeBlocks {
 public:
  FreeBlocks() noexcept = default;
  FreeBlocks(const FreeBlocks&) = delete;
  FreeBlocks& operator=(const FreeBlocks&) = delete;
  ~FreeBlocks() {
    is_open_ = false;
    for (List& list : lists_) {
      while (list.first != nullptr) std::free(take_from(list));  // NOLINT(*-no-malloc)
    }
  }

  void* take(size_t size) noexcept {
    const size_t size_class = class_of(size);
    if (size_class >= unpooled) return create(size, unpooled);
    List& list = lists_[size_class];
    return list.first != nullptr ? take_from(list)->bytes()
                                 : create(block_bytes_min << size_class, size_class);
  }

  void give_back(void* bytes) noexcept {
    Block& block = Block::of(bytes);
    if (block.size_class == unpooled || !is_open_ || lists_[block.size_class].count == kept_max) {
      std::free(&block);  // NOLINT(*-no-malloc)
      return;
    }
    List& list = lists_[block.size_class];
    std::memcpy(bytes, &list.first, sizeof(list.first));  // a free block holds the next one
    list.first = &block;
    ++list.count;
  }

 private:
  struct List {
    Block* first = nullptr;
    size_t count = 0;
  };

  static Block* take_from(List& list) noexcept {
    Block* const block = list.first;
    std::memcpy(&list.first, block->bytes(), sizeof(list.first));
    --list.count;
    return block;
  }
  static void* create(size_t capacity, size_t size_class) noexcept {
    if (capacity > SIZE_MAX - sizeof(Block)) return nullptr;
    void* const memory = std::malloc(sizeof(Block) + capacity);  // NOLINT(*-no-malloc)
    if (memory == nullptr) return nullptr;
    return (new (memory) Block{capacity, size_class})->bytes();
  }

  std::array<List, class_count> lists_{};
  bool is_open_ = true;
};

FreeBlocks& free_blocks() noexcept {
  thread_local FreeBlocks instance;
  return instance;
}

void* allocate(size_t size, void* /*user_data*/) { return free_blocks().take(size); }

void release(void* bytes, void* /*user_data*/) {
  if (bytes != nullptr) free_blocks().give_back(bytes);
}

void* allocate_zeroed(size_t count, size_t size, void* /*user_data*/) {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* const bytes = free_blocks().take(count * size);
  if (bytes != nullptr) std::memset(bytes, 0, count * size);
  return bytes;
}

void* reallocate(void* bytes, size_t size, void* /*user_data*/) {
  if (bytes == nullptr) return free_blocks().take(size);
  const size_t capacity = Block::of(bytes).capacity;
  if (size <= capacity) return bytes;
  void* const larger = free_blocks().take(size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, bytes, capacity);
  free_blocks().give_back(bytes);
  return larger;
}

}  // namespace

nghttp2_mem* http2_memory() noexcept {
  static nghttp2_mem memory{nullptr, &allocate, &release, &allocate_zeroed, &reallocate};
  return is_sanitized ? nullptr : &memory;
}

}  // namespace telemill::transport
