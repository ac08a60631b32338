#include "runtime/shared_limit.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "base/check.h"

namespace telemill::runtime {
namespace {

/// Word of a grant is posted to the waiting lane. Should its mailbox be full at that moment, the
/// lane finds the grant by itself this much later at the latest.
constexpr Duration lost_word_interval = std::chrono::milliseconds(50);

}  // namespace

/// A lane's place in line.
struct SharedLimit::Waiter {
  Lane& lane;
  const int64_t units;
  const LaneShare* const owner;
  LaneShare* share;  // the same; touched on the lane only, null once it has what it waited for
  std::atomic<bool> is_granted{false};
};

struct SharedLimit::Line {
  std::mutex mutex;
  std::deque<std::shared_ptr<Waiter>> waiters;
};

SharedLimit::SharedLimit(int64_t total)
    : total_(total), free_(total), line_(std::make_unique<Line>()) {
  TELEMILL_CHECK(total > 0);
}

SharedLimit::~SharedLimit() = default;

bool SharedLimit::try_take(int64_t units) noexcept {
  int64_t free = free_.load(std::memory_order_relaxed);
  while (free >= units) {
    if (free_.compare_exchange_weak(free, free - units)) return true;
  }
  return false;
}

/// Sequentially consistent, like entering the line: either this sees the waiter, or the waiter sees
/// these units.
void SharedLimit::give(int64_t units, const LaneShare* giver) {
  free_.fetch_add(units);
  if (waiting_.load() > 0) serve_line(giver);
}

/// True when it was served at once.
bool SharedLimit::enter_line(const std::shared_ptr<Waiter>& waiter) {
  {
    const std::lock_guard lock(line_->mutex);
    line_->waiters.push_back(waiter);
    waiting_.fetch_add(1);
  }
  serve_line(waiter->share);
  return waiter->is_granted.load(std::memory_order_acquire);
}

void SharedLimit::leave_line(const std::shared_ptr<Waiter>& waiter) {
  {
    const std::lock_guard lock(line_->mutex);
    if (std::erase(line_->waiters, waiter) > 0) waiting_.fetch_sub(1);
  }
  // Whoever stood behind may need less.
  if (waiting_.load() > 0) serve_line(nullptr);
}

/// `unheard` looks for itself and needs no word.
void SharedLimit::serve_line(const LaneShare* unheard) {
  for (;;) {
    std::shared_ptr<Waiter> served;
    {
      const std::lock_guard lock(line_->mutex);
      if (line_->waiters.empty() || !try_take(line_->waiters.front()->units)) return;
      served = std::move(line_->waiters.front());
      line_->waiters.pop_front();
      waiting_.fetch_sub(1);
      served->is_granted.store(true, std::memory_order_release);
    }
    if (served->owner == unheard) continue;
    base::UniqueFunction<void()> word = [served] {
      if (served->share != nullptr) served->share->look_for_grant();
    };
    // A lane that has stopped hears nothing, and needs to hear nothing: its share gives back what
    // it was granted.
    static_cast<void>(served->lane.post(word));
  }
}

LaneShare::LaneShare(SharedLimit& limit, Lane& lane, base::UniqueFunction<void()> on_granted)
    : limit_(limit),
      lane_(lane),
      on_granted_(std::move(on_granted)),
      lost_word_timer_(lane, [this] {
        lost_word_timer_.schedule(lost_word_interval);
        look_for_grant();
      }) {}

LaneShare::~LaneShare() {
  if (waiter_ != nullptr) {
    waiter_->share = nullptr;
    limit_.leave_line(waiter_);
    if (waiter_->is_granted.load(std::memory_order_acquire)) held_ += waiter_->units;
  }
  if (held_ > 0) limit_.give(held_);
}

bool LaneShare::try_take(int64_t units) noexcept {
  if (limit_.waiting_.load(std::memory_order_relaxed) > 0 || !limit_.try_take(units)) return false;
  held_ += units;
  return true;
}

bool LaneShare::take_or_wait(int64_t units) {
  TELEMILL_CHECK(waiter_ == nullptr && units <= limit_.total());
  if (try_take(units)) return true;
  auto waiter = std::make_shared<SharedLimit::Waiter>(lane_, units, this, this);
  if (limit_.enter_line(waiter)) {
    waiter->share = nullptr;  // another lane may have posted word
    held_ += units;
    return true;
  }
  waiter_ = std::move(waiter);
  lost_word_timer_.schedule(lost_word_interval);
  return false;
}

bool LaneShare::claim_grant() {
  if (waiter_ == nullptr || !waiter_->is_granted.load(std::memory_order_acquire)) return false;
  const auto waiter = std::exchange(waiter_, nullptr);
  waiter->share = nullptr;
  lost_word_timer_.cancel();
  held_ += waiter->units;
  return true;
}

void LaneShare::look_for_grant() {
  if (claim_grant()) on_granted_();
}

bool LaneShare::give(int64_t units) {
  TELEMILL_CHECK(units <= held_);
  held_ -= units;
  limit_.give(units, this);
  return claim_grant();
}

}  // namespace telemill::runtime
