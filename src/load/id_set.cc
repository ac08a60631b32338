#include "load/id_set.h"

#include <algorithm>
#include <bit>

#include "load/identity.h"

namespace telemill::load {

IdSet::Added IdSet::add(uint64_t number) {
  const uint64_t key = number >> page_bits;
  if (key != last_key_ || last_page_ == nullptr) {
    last_page_ = page_for(key);
    last_key_ = key;
    if (last_page_ == nullptr) return Added::unchecked;
  }
  return set(*last_page_, static_cast<uint32_t>(number % page_items)) ? Added::fresh
                                                                      : Added::duplicate;
}

/// The page, ready to be written unless it is full; null when there is no room for one more.
IdSet::Page* IdSet::page_for(uint64_t key) {
  const auto found = pages_.find(key);
  if (found != pages_.end()) return &found->second;
  if (partial_pages_ == partial_pages_max || pages_.size() == pages_max) return nullptr;
  ++partial_pages_;
  Page& page = pages_[key];
  page.bits = std::make_unique<Bits>();
  return &page;
}

/// True when the item is new.
bool IdSet::set(Page& page, uint32_t index) {
  if (page.is_full()) return false;
  uint64_t& word = (*page.bits)[index / 64];
  const uint64_t bit = uint64_t{1} << (index % 64);
  if ((word & bit) != 0) return false;
  word |= bit;
  if (++page.count == page_items) {
    page.bits.reset();
    --partial_pages_;
  }
  return true;
}

void IdSet::merge(const IdSet& other) {
  for (const auto& [key, page] : other.pages_) merge_page(key, page);
}

void IdSet::merge_page(uint64_t key, const Page& other) {
  Page* const page = page_for(key);
  if (page == nullptr || page->is_full()) return;
  if (other.is_full()) {
    page->bits.reset();
    page->count = page_items;
    --partial_pages_;
    return;
  }
  for (size_t word = 0; word < other.bits->size(); ++word) {
    for (uint64_t left = (*other.bits)[word]; left != 0; left &= left - 1) {
      set(*page, static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(left)));
    }
  }
}

IdSet::Summary IdSet::summary() const {
  struct Extent {
    uint64_t unique = 0;
    uint64_t end = 0;  // one more than the highest counter
  };
  std::unordered_map<uint64_t, Extent> extents;  // by series
  for (const auto& [key, page] : pages_) {
    if (page.count == 0) continue;
    uint64_t last = page_items - 1;
    if (!page.is_full()) {
      size_t word = page.bits->size() - 1;
      while ((*page.bits)[word] == 0) --word;
      last = word * 64 + 63 - static_cast<uint64_t>(std::countl_zero((*page.bits)[word]));
    }
    const uint64_t number = (key << page_bits) + last;
    Extent& extent = extents[number >> Series::counter_bits];
    extent.unique += page.count;
    extent.end = std::max(extent.end, (number & Series::counter_mask) + 1);
  }
  Summary summary;
  for (const auto& [series, extent] : extents) {
    summary.unique += extent.unique;
    summary.missing += extent.end - extent.unique;
  }
  summary.series = extents.size();
  return summary;
}

}  // namespace telemill::load
