#include "base/arena.h"

#include <algorithm>
#include <cstring>

namespace telemill::base {

void Arena::add_block(size_t size) {
  SlabRef& block = blocks_.emplace_back(Slab::allocate(std::max(size, block_bytes_)));
  at_ = block->data();
  end_ = at_ + block->capacity();
}

std::string_view Arena::keep(std::string_view text) {
  char* const start = allocate(text.size());
  if (!text.empty()) std::memcpy(start, text.data(), text.size());
  return {start, text.size()};
}

void Arena::clear() noexcept {
  if (blocks_.empty()) return;
  while (blocks_.size() > 1) blocks_.pop_back();
  at_ = blocks_.front()->data();
  end_ = at_ + blocks_.front()->capacity();
}

}  // namespace telemill::base
