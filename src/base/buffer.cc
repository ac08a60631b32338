#include "base/buffer.h"

#include <algorithm>

namespace telemill::base {

Slice Slice::copy_of(std::string_view bytes) {
  Buffer copy(bytes.size());
  copy.append(bytes);
  return std::move(copy).freeze();
}

void Buffer::grow(size_t capacity) {
  SlabRef grown(Slab::allocate(std::max(capacity, 2 * this->capacity())));
  if (size_ > 0) std::memcpy(grown->data(), slab_->data(), size_);
  slab_ = std::move(grown);
}

Slice Rope::flatten() const {
  if (slices_.size() == 1) return slices_.front();
  Buffer flat(size_);
  for (const Slice& slice : slices_) flat.append(slice.view());
  return std::move(flat).freeze();
}

}  // namespace telemill::base
