#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/random.h"
#include "base/unique_function.h"
#include "base/units.h"
#include "runtime/clock.h"
#include "runtime/link.h"
#include "runtime/timer_wheel.h"
#include "telemill/result.h"

namespace telemill::runtime {

class Lane;

/// Which kinds of readiness a handler wants to hear of, and hears of. `hang_up` (the connection is
/// reset or shut in both directions) comes with `read` or `write` unasked, and then announces these
/// too, so that the next call tells why. With `none` nothing is announced, not even a hang-up.
enum class Io : uint8_t { none = 0, read = 1, write = 2, read_write = 3, hang_up = 4 };
constexpr Io operator|(Io a, Io b) noexcept {
  return static_cast<Io>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr Io operator&(Io a, Io b) noexcept {
  return static_cast<Io>(static_cast<uint8_t>(a) & static_cast<uint8_t>(b));
}
constexpr bool has(Io set, Io bit) noexcept { return (set & bit) != Io::none; }

/// Called by its lane when a watched descriptor is ready. May unwatch and destroy itself or any
/// other handler in the call. Level-triggered: what is left unread is announced again in the next
/// turn.
class IoHandler {
 public:
  virtual void on_io(Io ready) = 0;

 protected:
  ~IoHandler() = default;
};

/// A timer of one lane: schedule, cancel and destruction are O(1). Never fires early, and on an
/// idle lane less than two milliseconds late. Owned by whoever waits; destroying it cancels.
class Timer final : private TimerWheel::Entry {
 public:
  Timer(Lane& lane, base::UniqueFunction<void()> on_fire) noexcept
      : lane_(lane), on_fire_(std::move(on_fire)) {}
  ~Timer();

  /// Fires once, `delay` after the lane's `now()`; replaces an earlier schedule. `on_fire` may
  /// schedule again or destroy the timer.
  void schedule(Duration delay);
  void cancel() noexcept { Entry::cancel(); }
  [[nodiscard]] bool is_scheduled() const noexcept { return Entry::is_scheduled(); }

 private:
  void on_due() override;

  Lane& lane_;
  base::UniqueFunction<void()> on_fire_;
  bool* is_destroyed_ = nullptr;  // while it fires: where to leave word
};

/// Work to do once at the end of the turn in which it was asked for, however often it was asked:
/// coalesced replies, one write per connection and turn.
class TurnEnd : private Link {
 public:
  virtual void on_turn_end() = 0;

 protected:
  TurnEnd() noexcept = default;
  /// Leaves the lane's list if it stands in it.
  ~TurnEnd() { leave(); }

 private:
  friend class Lane;
};

/// One event loop on one core. Everything a lane owns is touched by its own thread only; the two
/// exceptions, `post` and `stop`, say so. A turn: wait, handle every ready descriptor, run due
/// timers, run posted tasks, run turn ends. Outlives every such call of other threads.
class Lane {
 public:
  struct Config {
    uint32_t index = 0;
    uint64_t seed = 0;               // of `random()`
    size_t posted_tasks_max = 4096;  // bound of the mailbox behind `post`
    const Clock* clock = nullptr;    // null: the kernel's clocks
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
  /// Any thread, and a signal handler. Final.
  void stop() noexcept;
  /// Any thread.
  [[nodiscard]] bool is_stopping() const noexcept;

  /// Starts or changes the watch of `descriptor`, which stays the caller's and must be pollable.
  /// `handler` must live until `unwatch`.
  void watch(int descriptor, Io interest, IoHandler& handler);
  /// Call it before closing the descriptor. Harmless when there is no watch.
  void unwatch(int descriptor) noexcept;

  /// Any thread: runs `task` on this lane in one of its next turns. False when the mailbox is full
  /// or the lane has stopped; then `task` is left untouched with the caller.
  [[nodiscard]] bool post(base::UniqueFunction<void()>& task);
  /// Asked for again while turn ends run, it runs once more in the same turn; after eight such
  /// rounds it has to wait for the next.
  void at_turn_end(TurnEnd& work);

  /// Monotonic time, read once per turn.
  [[nodiscard]] TimePoint now() const noexcept { return now_; }
  /// The same, read anew: for measuring what happens within a turn.
  [[nodiscard]] TimePoint read_now() const noexcept { return clock_.now(); }
  /// Wall-clock time, read once per turn.
  [[nodiscard]] UnixNanos unix_now() const noexcept { return unix_now_; }
  [[nodiscard]] base::Random& random() noexcept { return random_; }
  [[nodiscard]] uint32_t index() const noexcept { return config_.index; }
  /// True on the thread that runs this lane.
  [[nodiscard]] bool is_current() const noexcept;

 private:
  friend class Timer;
  struct State;  // epoll, timer wheel, mailbox: lane.cc

  Lane(const Config& config, std::unique_ptr<State> state);
  void read_clock() noexcept;
  [[nodiscard]] int wait_milliseconds(Duration wait) const noexcept;
  void handle_ready(int event_count);
  void run_posted_tasks();
  void run_turn_ends();
  void finish();

  const Config config_;
  const Clock& clock_;
  TimePoint now_{};
  UnixNanos unix_now_ = 0;
  base::Random random_;
  const std::unique_ptr<State> state_;
};

}  // namespace telemill::runtime
