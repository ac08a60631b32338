#pragma once

#include <cstdint>
#include <memory>

#include "base/random.h"
#include "base/unique_function.h"
#include "base/units.h"
#include "telemill/result.h"

namespace telemill::runtime {

class Lane;

/// Which kinds of readiness a handler wants to hear of, and hears of.
enum class Io : uint8_t { none = 0, read = 1, write = 2, read_write = 3, hang_up = 4 };
constexpr Io operator|(Io a, Io b) noexcept {
  return static_cast<Io>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr bool has(Io set, Io bit) noexcept {
  return (static_cast<uint8_t>(set) & static_cast<uint8_t>(bit)) != 0;
}

/// Called by its lane when a watched descriptor is ready. May unwatch and destroy itself in the
/// call. Level-triggered: what is left unread is announced again in the next turn.
class IoHandler {
 public:
  virtual void on_io(Io ready) = 0;

 protected:
  ~IoHandler() = default;
};

/// A timer of one lane: schedule, cancel and destruction are O(1), firing is accurate to a
/// millisecond. Owned by whoever waits; destroying it cancels.
class Timer {
 public:
  Timer(Lane& lane, base::UniqueFunction<void()> on_fire) noexcept;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// Fires once, `delay` from now; replaces an earlier schedule. `on_fire` may schedule again or
  /// destroy the timer.
  void schedule(Duration delay);
  void cancel() noexcept;
  [[nodiscard]] bool is_scheduled() const noexcept { return slot_ != nullptr; }

 private:
  friend class TimerWheel;
  Lane& lane_;
  base::UniqueFunction<void()> on_fire_;
  uint64_t due_tick_ = 0;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  Timer** slot_ = nullptr;  // the list it stands in; null when idle
};

/// Work to do once at the end of the turn in which it was asked for, however often it was asked:
/// coalesced replies, one write per connection and turn.
class TurnEnd {
 public:
  virtual void on_turn_end() = 0;

 protected:
  TurnEnd() = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  /// Leaves the lane's list if it stands in it.
  ~TurnEnd();

 private:
  friend class Lane;
  Lane* queued_in_ = nullptr;
};

/// One event loop on one core. Everything a lane owns is touched by its own thread only; the two
/// exceptions, `post` and `stop`, say so. A turn: wait, handle every ready descriptor, run due
/// timers, run posted tasks, run turn ends.
class Lane {
 public:
  struct Config {
    uint32_t index = 0;
    uint64_t seed = 0;               // of `random()`
    size_t posted_tasks_max = 4096;  // bound of the mailbox behind `post`
  };
  /// Fails when the kernel gives no epoll or event descriptor.
  static Result<std::unique_ptr<Lane>, Failure> create(const Config& config);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();

  /// Runs turns on the calling thread until `stop`. What was posted before the stop is run.
  void run();
  /// Runs one turn, waiting at most `wait`. For tests and for draining.
  void run_turn(Duration wait);
  /// Any thread.
  void stop() noexcept;

  /// Starts or changes the watch of `descriptor`, which stays the caller's. `handler` must live
  /// until `unwatch`.
  void watch(int descriptor, Io interest, IoHandler& handler);
  void unwatch(int descriptor) noexcept;

  /// Any thread: runs `task` on this lane in one of its next turns. False when the mailbox is full
  /// or the lane has stopped; then `task` is left untouched with the caller.
  [[nodiscard]] bool post(base::UniqueFunction<void()>& task);
  void at_turn_end(TurnEnd& work);

  /// Monotonic time, read once per turn.
  [[nodiscard]] TimePoint now() const noexcept { return now_; }
  /// Wall-clock time, read once per turn.
  [[nodiscard]] UnixNanos unix_now() const noexcept { return unix_now_; }
  [[nodiscard]] base::Random& random() noexcept { return random_; }
  [[nodiscard]] uint32_t index() const noexcept { return config_.index; }
  /// True on the thread that runs this lane.
  [[nodiscard]] bool is_current() const noexcept;

 private:
  friend class Timer;
  friend class TurnEnd;
  struct State;  // epoll, timer wheel, mailbox: lane.cc

  explicit Lane(const Config& config);

  const Config config_;
  TimePoint now_{};
  UnixNanos unix_now_ = 0;
  base::Random random_;
  std::unique_ptr<State> state_;
};

}  // namespace telemill::runtime
