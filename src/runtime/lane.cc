#include "runtime/lane.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <thread>
#include <vector>

#include "base/check.h"
#include "runtime/mailbox.h"
#include "runtime/socket.h"

namespace telemill::runtime {
namespace {

constexpr size_t events_per_turn_max = 256;
constexpr size_t tasks_per_turn_max = 1024;  // then sockets have their turn again
constexpr int turn_end_rounds_max = 8;
constexpr int64_t tick_nanos = 1'000'000;

/// What epoll hands back for the wake-up descriptor; no watch has it.
constexpr uint64_t wake_key = UINT64_MAX;

uint64_t tick_before(TimePoint time) noexcept {
  return static_cast<uint64_t>(time.time_since_epoch().count() / tick_nanos);
}

uint64_t tick_after(TimePoint time) noexcept {
  const int64_t nanos = time.time_since_epoch().count();
  return static_cast<uint64_t>(nanos / tick_nanos + (nanos % tick_nanos == 0 ? 0 : 1));
}

uint32_t epoll_bits(Io interest) noexcept {
  return (has(interest, Io::read) ? uint32_t{EPOLLIN} : 0U) |
         (has(interest, Io::write) ? uint32_t{EPOLLOUT} : 0U);
}

Io ready_of(uint32_t epoll_bits, Io interest) noexcept {
  Io ready = Io::none;
  if ((epoll_bits & EPOLLIN) != 0) ready = ready | (interest & Io::read);
  if ((epoll_bits & EPOLLOUT) != 0) ready = ready | (interest & Io::write);
  if ((epoll_bits & (EPOLLHUP | EPOLLERR)) != 0) {
    ready = ready | Io::hang_up | (interest & Io::read_write);
  }
  return ready;
}

thread_local const Lane* current_lane = nullptr;

/// Marks the running lane for as long as it runs.
class CurrentLane {
 public:
  explicit CurrentLane(const Lane* lane) noexcept : outer_(std::exchange(current_lane, lane)) {}
  CurrentLane(const CurrentLane&) = delete;
  CurrentLane& operator=(const CurrentLane&) = delete;
  ~CurrentLane() { current_lane = outer_; }

 private:
  const Lane* const outer_;
};

}  // namespace

struct Lane::State {
  struct Watch {
    IoHandler* handler = nullptr;
    uint32_t generation = 0;  // counts watches of this number; tells a dead event from a live one
    Io interest = Io::none;
    bool is_registered = false;
  };

  State(TimePoint now, size_t posted_tasks_max)
      : wheel(tick_before(now)), posted_tasks(posted_tasks_max) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    posted_tasks.close();
    while (!turn_ends.is_alone()) turn_ends.next->leave();
  }

  void wake() noexcept {
    // One write wakes the lane for all posts until it looks again.
    if (is_woken.exchange(true, std::memory_order_acq_rel)) return;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_up.number(), &one, sizeof one);
  }

  Descriptor epoll;
  Descriptor wake_up;
  TimerWheel wheel;
  std::vector<Watch> watches;  // by descriptor number
  std::array<epoll_event, events_per_turn_max> events;
  Link turn_ends;
  bool is_in_turn = false;
  std::atomic<bool> is_woken{false};
  // Destroyed first: tasks that never ran may own timers and watches of this lane.
  Mailbox<base::UniqueFunction<void()>> posted_tasks;
};

Result<std::unique_ptr<Lane>, Failure> Lane::create(const Config& config) {
  const Clock& clock = config.clock != nullptr ? *config.clock : system_clock();
  auto state = std::make_unique<State>(clock.now(), config.posted_tasks_max);
  state->epoll = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!state->epoll) {
    return fail(ErrorCode::unavailable,
                "cannot create an epoll instance: " + describe_errno(errno));
  }
  state->wake_up = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  // Edge-triggered, so that the counter need never be read.
  epoll_event event{.events = uint32_t{EPOLLIN} | uint32_t{EPOLLET}, .data = {.u64 = wake_key}};
  if (!state->wake_up ||
      ::epoll_ctl(state->epoll.number(), EPOLL_CTL_ADD, state->wake_up.number(), &event) != 0) {
    return fail(ErrorCode::unavailable, "cannot watch an event counter: " + describe_errno(errno));
  }
  return std::unique_ptr<Lane>(new Lane(config, std::move(state)));
}

Lane::Lane(const Config& config, std::unique_ptr<State> state)
    : config_(config),
      clock_(config.clock != nullptr ? *config.clock : system_clock()),
      random_(config.seed),
      state_(std::move(state)) {
  read_clock();
}

Lane::~Lane() { TELEMILL_CHECK(!state_->is_in_turn); }

void Lane::read_clock() noexcept {
  now_ = clock_.now();
  unix_now_ = clock_.unix_now();
}

bool Lane::is_current() const noexcept { return current_lane == this; }

void Lane::run() {
  const CurrentLane mark(this);
  while (!is_stopping()) run_turn(Duration::max());
  finish();
}

void Lane::stop() noexcept {
  state_->posted_tasks.close();
  state_->wake();
}

bool Lane::is_stopping() const noexcept { return state_->posted_tasks.is_closed(); }

void Lane::run_turn(Duration wait) {
  TELEMILL_CHECK(!state_->is_in_turn);  // a turn inside a turn would hand out stale events
  const CurrentLane mark(this);
  const int event_count =
      ::epoll_wait(state_->epoll.number(), state_->events.data(),
                   static_cast<int>(events_per_turn_max), wait_milliseconds(wait));
  TELEMILL_CHECK(event_count >= 0 || errno == EINTR);
  read_clock();
  state_->is_in_turn = true;
  handle_ready(event_count);
  state_->wheel.advance(tick_before(now_));
  run_posted_tasks();
  run_turn_ends();
  state_->is_in_turn = false;
}

/// How long epoll may wait: for ever when nothing is to be done at a known time.
int Lane::wait_milliseconds(Duration wait) const noexcept {
  const State& state = *state_;
  if (!state.turn_ends.is_alone() || !state.posted_tasks.is_empty() || is_stopping()) return 0;
  if (const auto tick = state.wheel.next_tick()) {
    // The clock anew, for the turn that ends here may have been long.
    const int64_t now_nanos = clock_.now().time_since_epoch().count();
    const auto due_nanos =
        static_cast<int64_t>(std::min<uint64_t>(*tick, INT64_MAX / tick_nanos)) * tick_nanos;
    wait = std::min(wait, Duration(due_nanos - now_nanos));
  }
  if (wait == Duration::max()) return -1;
  if (wait <= Duration::zero()) return 0;
  const int64_t milliseconds = (wait.count() - 1) / tick_nanos + 1;
  return static_cast<int>(std::min<int64_t>(milliseconds, INT_MAX));
}

void Lane::handle_ready(int event_count) {
  State& state = *state_;
  for (int i = 0; i < event_count; ++i) {
    const epoll_event event = state.events[static_cast<size_t>(i)];
    const uint64_t key = event.data.u64;
    if (key == wake_key) {
      state.is_woken.exchange(false, std::memory_order_acq_rel);
      continue;
    }
    // An earlier handler of this batch may have ended or replaced the watch.
    const State::Watch watch = state.watches[key & UINT32_MAX];
    if (watch.handler == nullptr || watch.generation != key >> 32) continue;
    const Io ready = ready_of(event.events, watch.interest);
    if (ready != Io::none && watch.interest != Io::none) watch.handler->on_io(ready);
  }
}

void Lane::watch(int descriptor, Io interest, IoHandler& handler) {
  TELEMILL_CHECK(descriptor >= 0);
  State& state = *state_;
  const auto number = static_cast<size_t>(descriptor);
  if (number >= state.watches.size()) state.watches.resize(number + 1);
  State::Watch& watch = state.watches[number];
  const bool is_same = watch.handler == &handler;
  if (is_same && watch.interest == interest) return;
  if (!is_same) ++watch.generation;
  watch.handler = &handler;
  watch.interest = interest;
  if (interest == Io::none) {
    // Out of epoll, which would announce a hang-up again and again.
    if (watch.is_registered) ::epoll_ctl(state.epoll.number(), EPOLL_CTL_DEL, descriptor, nullptr);
    watch.is_registered = false;
    return;
  }
  epoll_event event{.events = epoll_bits(interest),
                    .data = {.u64 = uint64_t{watch.generation} << 32 | uint64_t{number}}};
  const int change = watch.is_registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  // Fails only for what is no open, pollable descriptor, or when the kernel is out of memory.
  TELEMILL_CHECK(::epoll_ctl(state.epoll.number(), change, descriptor, &event) == 0);
  watch.is_registered = true;
}

void Lane::unwatch(int descriptor) noexcept {
  State& state = *state_;
  if (descriptor < 0 || static_cast<size_t>(descriptor) >= state.watches.size()) return;
  State::Watch& watch = state.watches[static_cast<size_t>(descriptor)];
  if (watch.is_registered) ::epoll_ctl(state.epoll.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  watch.handler = nullptr;
  watch.interest = Io::none;
  watch.is_registered = false;
  ++watch.generation;
}

bool Lane::post(base::UniqueFunction<void()>& task) {
  if (!state_->posted_tasks.try_push(task)) return false;
  if (!is_current()) state_->wake();  // the lane itself looks before it waits
  return true;
}

void Lane::run_posted_tasks() {
  base::UniqueFunction<void()> task;
  for (size_t i = 0; i < tasks_per_turn_max && state_->posted_tasks.try_pop(task); ++i) {
    task();
    task = {};
  }
}

void Lane::at_turn_end(TurnEnd& work) {
  if (work.is_alone()) work.enter(state_->turn_ends);
}

void Lane::run_turn_ends() {
  for (int round = 0; round < turn_end_rounds_max && !state_->turn_ends.is_alone(); ++round) {
    Link last_of_round;
    last_of_round.enter(state_->turn_ends);
    while (state_->turn_ends.next != &last_of_round) {
      auto& work = static_cast<TurnEnd&>(*state_->turn_ends.next);
      work.leave();
      work.on_turn_end();  // may destroy any, and ask again: then it stands behind the mark
    }
    last_of_round.leave();
  }
}

/// After the stop: what was posted before it still runs.
void Lane::finish() {
  state_->is_in_turn = true;
  read_clock();
  base::UniqueFunction<void()> task;
  while (!state_->posted_tasks.is_empty()) {
    if (!state_->posted_tasks.try_pop(task)) {
      std::this_thread::yield();  // another thread is between claiming its cell and filling it
      continue;
    }
    task();
    task = {};
  }
  run_turn_ends();
  state_->is_in_turn = false;
}

Timer::~Timer() {
  if (is_destroyed_ != nullptr) *is_destroyed_ = true;
}

void Timer::schedule(Duration delay) {
  const Duration bounded = std::clamp(delay, Duration::zero(), TimePoint::max() - lane_.now());
  lane_.state_->wheel.schedule(*this, tick_after(lane_.now() + bounded));
}

void Timer::on_due() {
  // What runs must not lie inside the timer, which it may destroy.
  bool is_destroyed = false;
  is_destroyed_ = &is_destroyed;
  auto on_fire = std::move(on_fire_);
  on_fire();
  if (is_destroyed) return;
  is_destroyed_ = nullptr;
  on_fire_ = std::move(on_fire);
}

}  // namespace telemill::runtime
