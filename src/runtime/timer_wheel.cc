#include "runtime/timer_wheel.h"

#include <bit>

#include "base/check.h"

namespace telemill::runtime {

TimerWheel::~TimerWheel() {
  TELEMILL_CHECK(!is_advancing_);
  for (Link& head : slots_) {
    while (!head.is_alone()) remove(static_cast<Entry&>(*head.next));
  }
}

void TimerWheel::schedule(Entry& entry, uint64_t due_tick) noexcept {
  entry.cancel();
  // The last tick of all would overflow; it lies half a billion years ahead.
  entry.due_tick_ = due_tick > now_tick_ ? due_tick : now_tick_ + 1;
  entry.wheel_ = this;
  ++waiting_count_;
  insert(entry);
}

void TimerWheel::insert(Entry& entry) noexcept {
  if (entry.due_tick_ == now_tick_) {
    entry.slot_ = firing_slot;
  } else {
    const auto highest_bit =
        static_cast<size_t>(std::bit_width(entry.due_tick_ ^ now_tick_)) - size_t{1};
    const size_t level = highest_bit / digit_bits;
    const size_t digit = (entry.due_tick_ >> (level * digit_bits)) % slots_per_level;
    entry.slot_ = level * slots_per_level + digit;
    occupied_[level] |= uint64_t{1} << digit;
  }
  entry.enter(slots_[entry.slot_]);
}

void TimerWheel::remove(Entry& entry) noexcept {
  TELEMILL_CHECK(entry.wheel_ == this);
  entry.leave();
  entry.wheel_ = nullptr;
  --waiting_count_;
  const Link& head = slots_[entry.slot_];
  if (entry.slot_ != firing_slot && head.is_alone()) {
    occupied_[entry.slot_ / slots_per_level] &= ~(uint64_t{1} << (entry.slot_ % slots_per_level));
  }
}

std::optional<TimerWheel::Next> TimerWheel::next() const noexcept {
  // Entries of a level share all higher digits with now, so the lowest level is the earliest; and
  // their own digit lies above now's, so the lowest slot of it is the earliest.
  for (size_t level = 0; level < level_count; ++level) {
    if (occupied_[level] == 0) continue;
    const auto digit = static_cast<size_t>(std::countr_zero(occupied_[level]));
    const size_t shift = level * digit_bits;
    const uint64_t lower_digits =
        level + 1 == level_count ? UINT64_MAX : (uint64_t{1} << (shift + digit_bits)) - 1;
    return Next{level * slots_per_level + digit,
                (now_tick_ & ~lower_digits) | (uint64_t{digit} << shift)};
  }
  return std::nullopt;
}

std::optional<uint64_t> TimerWheel::next_tick() const noexcept {
  const auto found = next();
  if (!found) return std::nullopt;
  return found->tick;
}

/// Spreads a slot whose digit now shows over the levels below; what is due goes to fire.
void TimerWheel::sort_in(size_t slot) noexcept {
  occupied_[slot / slots_per_level] &= ~(uint64_t{1} << (slot % slots_per_level));
  Link& head = slots_[slot];
  while (!head.is_alone()) {
    auto& entry = static_cast<Entry&>(*head.next);
    entry.leave();
    insert(entry);
  }
}

size_t TimerWheel::fire() {
  size_t count = 0;
  Link& head = slots_[firing_slot];
  while (!head.is_alone()) {
    auto& entry = static_cast<Entry&>(*head.next);
    remove(entry);
    ++count;
    entry.on_due();  // may destroy it, and any other in the list
  }
  return count;
}

size_t TimerWheel::advance(uint64_t now_tick) {
  TELEMILL_CHECK(!is_advancing_);
  is_advancing_ = true;
  size_t count = 0;
  for (auto found = next(); found && found->tick <= now_tick; found = next()) {
    now_tick_ = found->tick;
    sort_in(found->slot);
    count += fire();
  }
  if (now_tick > now_tick_) now_tick_ = now_tick;
  is_advancing_ = false;
  return count;
}

}  // namespace telemill::runtime
