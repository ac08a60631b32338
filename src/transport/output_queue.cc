#include "transport/output_queue.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace telemill::transport {
namespace {

constexpr size_t block_bytes = 4096 - base::Slab::header_bytes - limits::slab_padding_bytes;
/// Up to here a copy is cheaper than an own piece with its reference count.
constexpr size_t copied_bytes_max = 512;

}  // namespace

void OutputQueue::append_copy(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!block_ || block_used_ == block_->capacity()) {
      block_ = base::SlabRef(base::Slab::allocate(block_bytes));
      block_used_ = 0;
    }
    const size_t count = std::min(bytes.size(), block_->capacity() - block_used_);
    char* const to = block_->data() + block_used_;
    std::memcpy(to, bytes.data(), count);
    block_used_ += count;
    size_ += count;
    bytes.remove_prefix(count);
    if (pieces_.size() > first_ && pieces_.back().data + pieces_.back().size == to &&
        pieces_.back().owner.data() == block_->data()) {
      pieces_.back().size += count;
    } else {
      pieces_.push_back({base::Slice(block_, {block_->data(), 0}), to, count});
    }
  }
}

void OutputQueue::append(const base::Slice& slice) {
  if (slice.size() <= copied_bytes_max) {
    append_copy(slice.view());
    return;
  }
  size_ += slice.size();
  pieces_.push_back({slice, slice.data(), slice.size()});
}

size_t OutputQueue::pieces(std::span<iovec> into) const noexcept {
  const size_t count = std::min(into.size(), pieces_.size() - first_);
  for (size_t i = 0; i < count; ++i) {
    const Piece& piece = pieces_[first_ + i];
    into[i] = {const_cast<char*>(piece.data), piece.size};
  }
  return count;
}

void OutputQueue::consume(size_t bytes) noexcept {
  TELEMILL_CHECK(bytes <= size_);
  size_ -= bytes;
  while (bytes > 0) {
    Piece& piece = pieces_[first_];
    if (bytes < piece.size) {
      piece.data += bytes;
      piece.size -= bytes;
      return;
    }
    bytes -= piece.size;
    piece.owner = {};
    ++first_;
  }
  if (size_ == 0) clear();
}

void OutputQueue::clear() noexcept {
  pieces_.clear();
  first_ = 0;
  size_ = 0;
  block_used_ = 0;  // nothing points into the block any more
}

}  // namespace telemill::transport
