#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/unique_function.h"
#include "runtime/lane.h"

namespace telemill::runtime {

class LaneShare;

/// A process-wide limit, in units of its user's choice, that lanes take from by their `LaneShare`
/// and give back to. Never more than `total` units are taken; nothing is set aside for a lane, so
/// one busy lane can have it all. Any thread; outlives its shares.
class SharedLimit {
 public:
  explicit SharedLimit(int64_t total);
  SharedLimit(const SharedLimit&) = delete;
  SharedLimit& operator=(const SharedLimit&) = delete;
  ~SharedLimit();

  [[nodiscard]] int64_t total() const noexcept { return total_; }
  /// Units that nobody holds. A lane may take them before the caller does.
  [[nodiscard]] int64_t units_free() const noexcept {
    return free_.load(std::memory_order_relaxed);
  }

 private:
  friend class LaneShare;
  struct Waiter;
  struct Line;  // of waiters: shared_limit.cc

  bool try_take(int64_t units) noexcept;
  void give(int64_t units, const LaneShare* giver = nullptr);
  bool enter_line(const std::shared_ptr<Waiter>& waiter);
  void leave_line(const std::shared_ptr<Waiter>& waiter);
  void serve_line(const LaneShare* unheard);

  const int64_t total_;
  std::atomic<int64_t> free_;
  std::atomic<size_t> waiting_{0};  // lanes in line
  const std::unique_ptr<Line> line_;
};

/// What one lane's user holds of a limit. Taking and giving back are an atomic operation each while
/// nobody waits. Lanes that wait stand in one line and are served in its order; a lane that comes
/// later cannot overtake, so none starves. Used on its lane; destroying it gives back all it holds.
class LaneShare {
 public:
  /// `on_granted` runs on the lane, never inside a call of this object, when what was waited for
  /// has been taken. It may take, give and wait, but not destroy this object.
  LaneShare(SharedLimit& limit, Lane& lane, base::UniqueFunction<void()> on_granted);
  LaneShare(const LaneShare&) = delete;
  LaneShare& operator=(const LaneShare&) = delete;
  ~LaneShare();

  /// Takes `units`; false when too few are free or other lanes stand in line for them.
  [[nodiscard]] bool try_take(int64_t units) noexcept;
  /// Takes `units` or stands in line for them: false, and `on_granted` follows. Not while waiting;
  /// at most `total` units.
  [[nodiscard]] bool take_or_wait(int64_t units);
  /// Gives back some of what it holds. True when that has served this share itself: what it waited
  /// for is taken, and `on_granted` does not follow.
  [[nodiscard]] bool give(int64_t units);

  [[nodiscard]] bool is_waiting() const noexcept { return waiter_ != nullptr; }
  [[nodiscard]] int64_t held() const noexcept { return held_; }
  [[nodiscard]] int64_t total() const noexcept { return limit_.total(); }

 private:
  friend class SharedLimit;  // brings word
  bool claim_grant();
  void look_for_grant();

  SharedLimit& limit_;
  Lane& lane_;
  base::UniqueFunction<void()> on_granted_;
  std::shared_ptr<SharedLimit::Waiter> waiter_;  // while it stands in line
  Timer lost_word_timer_;
  int64_t held_ = 0;
};

}  // namespace telemill::runtime
