#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace telemill::load {

/// Which numbered items have come. A bitmap in pages; a page whose items are all there shrinks to
/// a mark, so memory follows the gaps and not the count. Copies are deep. One thread.
class IdSet {
 public:
  enum class Added : uint8_t {
    fresh,
    duplicate,
    unchecked,  // the set is full: too many gaps to remember
  };

  struct Summary {
    uint64_t unique = 0;
    /// Counters below the highest that came, in each lane of each run, that did not come.
    uint64_t missing = 0;
    uint64_t series = 0;  // lanes of runs
  };

  IdSet() noexcept = default;
  IdSet(IdSet&&) noexcept = default;
  IdSet& operator=(IdSet&&) noexcept = default;
  IdSet(const IdSet& other) { merge(other); }
  IdSet& operator=(const IdSet&) = delete;

  Added add(uint64_t number);
  /// Adds what `other` has.
  void merge(const IdSet& other);
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] size_t partial_pages() const noexcept { return partial_pages_; }

  static constexpr size_t partial_pages_max = 32'768;  // 128 MiB
  static constexpr size_t pages_max = 4'000'000;

 private:
  static constexpr unsigned page_bits = 15;
  static constexpr uint32_t page_items = 1U << page_bits;
  using Bits = std::array<uint64_t, page_items / 64>;
  struct Page {
    std::unique_ptr<Bits> bits;  // null when full or empty
    uint32_t count = 0;

    [[nodiscard]] bool is_full() const noexcept { return count == page_items; }
  };

  Page* page_for(uint64_t key);
  bool set(Page& page, uint32_t index);
  void merge_page(uint64_t key, const Page& other);

  std::unordered_map<uint64_t, Page> pages_;  // by number >> page_bits
  size_t partial_pages_ = 0;
  uint64_t last_key_ = ~uint64_t{0};
  Page* last_page_ = nullptr;  // nodes of the map never move
};

}  // namespace telemill::load
