#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/units.h"
#include "runtime/memory_budget.h"

namespace telemill::runtime {

struct MemoryThresholds {
  size_t soft_bytes = 0;  // from here on data is refused
  size_t hard_bytes = 0;  // from here on nothing is admitted
};

/// What the kernel says this process holds: the number that its out-of-memory killer goes by, which
/// counts what the allocator keeps and what fragmentation wastes.
size_t resident_bytes_now();

/// Whether the process uses too much memory, found out by one of its users and known to all of them
/// on every lane. At most one is the checker at any time; everybody else reads atomics.
///
/// Freed memory first goes to pools and free lists, where it still counts. So before data is
/// refused (and, while it is, once a second) all of that is given back to the kernel: the checker
/// gives back its own lane's pool and the allocator's free pages, other lanes their pools when they
/// see `trim_round` change.
class MemoryGuard {
 public:
  /// How often, at most, memory is given back.
  static constexpr Duration trim_interval = std::chrono::seconds(1);
  enum class Change : uint8_t { none, now_refuses, now_accepts };

  /// `read_used` is asked at each check.
  MemoryGuard(const MemoryThresholds& thresholds, MemoryBudget& budget,
              size_t (*read_used)() = &resident_bytes_now) noexcept
      : thresholds_(thresholds), budget_(budget), read_used_(read_used) {}

  [[nodiscard]] bool try_become_checker() noexcept { return !has_checker_.exchange(true); }
  void resign() noexcept { has_checker_.store(false); }
  /// By the checker, now and then.
  Change check(TimePoint now) noexcept;

  // Any lane.
  [[nodiscard]] bool is_refusing() const noexcept {
    return is_refusing_.load(std::memory_order_relaxed);
  }
  /// What was measured last.
  [[nodiscard]] size_t used_bytes() const noexcept {
    return used_bytes_.load(std::memory_order_relaxed);
  }
  /// When it changes, give back what your lane's pool holds.
  [[nodiscard]] uint32_t trim_round() const noexcept {
    return trim_round_.load(std::memory_order_relaxed);
  }

 private:
  void give_back(TimePoint now) noexcept;

  const MemoryThresholds thresholds_;
  MemoryBudget& budget_;
  size_t (*const read_used_)();
  std::atomic<bool> has_checker_{false};
  std::atomic<bool> is_refusing_{false};
  std::atomic<size_t> used_bytes_{0};
  std::atomic<uint32_t> trim_round_{0};
  // The checker's.
  TimePoint next_trim_{};
};

}  // namespace telemill::runtime
