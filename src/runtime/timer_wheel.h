#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/link.h"

namespace telemill::runtime {

/// A hierarchical timer wheel over abstract ticks: whoever drives it says what time it is. Eleven
/// levels of 64 slots cover all 64 bits, so no delay is too long. An entry stands at the level of
/// the highest six-bit digit in which its due tick differs from now, and moves down whenever that
/// digit is reached; schedule and cancel are O(1). One thread.
class TimerWheel {
 public:
  /// What waits in a wheel. Owned by whoever waits; destroying it cancels.
  class Entry : private Link {
   public:
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    [[nodiscard]] bool is_scheduled() const noexcept { return wheel_ != nullptr; }
    void cancel() noexcept {
      if (wheel_ != nullptr) wheel_->remove(*this);
    }

   protected:
    Entry() noexcept = default;
    ~Entry() { cancel(); }
    /// Its tick has come; it is idle again. May schedule, cancel or destroy any entry, itself
    /// included.
    virtual void on_due() = 0;

   private:
    friend class TimerWheel;
    TimerWheel* wheel_ = nullptr;  // null when idle
    uint64_t due_tick_ = 0;
    size_t slot_ = 0;
  };

  explicit TimerWheel(uint64_t now_tick) noexcept : now_tick_(now_tick) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  /// What still waits becomes idle.
  ~TimerWheel();

  /// Replaces an earlier schedule of `entry`. A tick that has passed already means the next one,
  /// so an entry that always reschedules itself cannot hold up its caller.
  void schedule(Entry& entry, uint64_t due_tick) noexcept;

  /// Moves on to `now_tick` and fires all that is due by then: in the order of due ticks, and
  /// among equal ones in the order of scheduling. Returns how many fired. An earlier tick than the
  /// last one is a caller's clock gone wrong and changes nothing.
  size_t advance(uint64_t now_tick);

  /// When `advance` has something to do next: never later than the earliest due tick, and rarely
  /// earlier (at most once per level). Nothing when nothing waits.
  [[nodiscard]] std::optional<uint64_t> next_tick() const noexcept;
  [[nodiscard]] uint64_t now_tick() const noexcept { return now_tick_; }
  [[nodiscard]] size_t waiting_count() const noexcept { return waiting_count_; }

 private:
  static constexpr size_t digit_bits = 6;
  static constexpr size_t slots_per_level = size_t{1} << digit_bits;
  static constexpr size_t level_count = (64 + digit_bits - 1) / digit_bits;
  static constexpr size_t slot_count = level_count * slots_per_level;
  static constexpr size_t firing_slot = slot_count;

  struct Next {
    size_t slot;
    uint64_t tick;
  };
  [[nodiscard]] std::optional<Next> next() const noexcept;
  void insert(Entry& entry) noexcept;
  void remove(Entry& entry) noexcept;
  void sort_in(size_t slot) noexcept;
  size_t fire();

  std::array<Link, slot_count + 1> slots_;  // the last holds what is firing now
  std::array<uint64_t, level_count> occupied_{};
  uint64_t now_tick_;
  size_t waiting_count_ = 0;
  bool is_advancing_ = false;
};

}  // namespace telemill::runtime
