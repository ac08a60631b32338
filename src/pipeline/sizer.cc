#include "pipeline/sizer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "otlp/split.h"

namespace telemill::pipeline {
namespace {

using Pieces = std::vector<otlp::Payload>;

Pieces cut_by_items(otlp::Payload payload, const PieceSizes& sizes) {
  Pieces pieces;
  otlp::Splitter splitter(std::move(payload));
  int64_t next = sizes.first_max > 0 ? std::min(sizes.first_max, sizes.max) : sizes.max;
  while (!splitter.done()) {
    pieces.push_back(splitter.next(static_cast<size_t>(next)));
    next = sizes.max;
  }
  return pieces;
}

/// Cuts into equal numbers of items, and what is still too large once more: at each level the
/// number of items halves at least.
void cut_by_bytes(otlp::Payload payload, size_t bytes_max, Pieces& into) {
  const size_t items = payload.item_count();
  const size_t bytes = payload.byte_count();
  if (bytes <= bytes_max || items <= 1 || !payload.can_append()) {
    into.push_back(std::move(payload));
    return;
  }
  const size_t piece_count = std::min(items, bytes / bytes_max + 1);
  const size_t items_each = (items + piece_count - 1) / piece_count;
  otlp::Splitter splitter(payload);
  Pieces pieces;
  size_t pieces_bytes = 0;
  while (!splitter.done()) {
    pieces.push_back(splitter.next(items_each));
    pieces_bytes += pieces.back().byte_count();
    if (pieces_bytes > 2 * bytes) {  // a resource that is larger than what it stands for
      into.push_back(std::move(payload));
      return;
    }
  }
  for (otlp::Payload& piece : pieces) cut_by_bytes(std::move(piece), bytes_max, into);
}

}  // namespace

int64_t size_of(const otlp::Payload& payload, Sizer sizer) noexcept {
  switch (sizer) {
    case Sizer::requests:
      break;
    case Sizer::items:
      return static_cast<int64_t>(payload.item_count());
    case Sizer::bytes:
      return static_cast<int64_t>(payload.byte_count());
  }
  return 1;
}

std::vector<otlp::Payload> cut(otlp::Payload payload, const PieceSizes& sizes) {
  TELEMILL_CHECK(sizes.sizer != Sizer::requests && sizes.max > 0);
  if (sizes.sizer == Sizer::items) return cut_by_items(std::move(payload), sizes);
  Pieces pieces;
  cut_by_bytes(std::move(payload), static_cast<size_t>(sizes.max), pieces);
  return pieces;
}

}  // namespace telemill::pipeline
