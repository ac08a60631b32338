#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/buffer.h"
#include "telemill/result.h"

/// Where codecs write: rooms that never exceed their bound. Internal to the module.
namespace telemill::codec {

/// A buffer of exactly `room` writable bytes. It has a slab even when `room` is zero, since
/// libraries want a pointer.
inline base::Buffer buffer_with_room(size_t room) {
  base::Buffer buffer(std::max<size_t>(room, 1));
  buffer.extend(room);
  return buffer;
}

/// Moves the bytes to a smaller slab when they fill less than half of theirs: what is queued
/// later is accounted by slab, and the slabs come from a pool, so this costs one short copy.
inline base::Buffer fitted(base::Buffer buffer) {
  if (buffer.capacity() <= 2 * buffer.size() + 4_KiB) return buffer;
  base::Buffer copy(buffer.size());
  copy.append(buffer.view());
  return copy;
}

/// Calls `attempt(room)` with ever more room, `room_first` to `room_max`, until it does not fail
/// with over_limit. Each attempt starts afresh when the one before has given its slab back, so at
/// no time is more than `room_max` in use; growth by four keeps the repeated work below a third.
template <class Attempt>
Result<base::Buffer> with_growing_room(size_t room_first, size_t room_max, Attempt attempt) {
  size_t room = std::min(room_first, room_max);
  while (true) {
    Result<base::Buffer> result = attempt(room);
    if (result || result.error().code != ErrorCode::over_limit || room == room_max) return result;
    room = room > room_max / 16 ? room_max : std::min(std::max(4 * room, 1_KiB), room_max);
  }
}

}  // namespace telemill::codec
