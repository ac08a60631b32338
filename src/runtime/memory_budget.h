#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "base/buffer.h"

namespace telemill::runtime {

/// The process-wide count of admitted bytes. Lanes lease chunks of it, so that admission rarely
/// touches a shared cache line. Bytes that travel carry their payment along (`Admission::pay_for`)
/// and refund it where they die. Any thread; outlives all admitted bytes.
class MemoryBudget final : public base::Payer {
 public:
  explicit MemoryBudget(size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  /// Lowers the limit; what is leased above it stays so. Never raises it.
  void cap(size_t bytes_max) noexcept;
  /// While shut, nothing more is leased: the process uses too much memory in other ways.
  void shut(bool is_shut) noexcept { is_shut_.store(is_shut, std::memory_order_relaxed); }

  /// Takes `bytes` if they fit under the limit.
  [[nodiscard]] bool try_lease(size_t bytes) noexcept;
  void give_back(size_t bytes) noexcept;
  void refund(size_t bytes) noexcept override { give_back(bytes); }
  [[nodiscard]] size_t leased_bytes() const noexcept {
    return leased_bytes_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] size_t bytes_max() const noexcept {
    return bytes_max_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<size_t> bytes_max_;
  std::atomic<bool> is_shut_{false};
  std::atomic<size_t> leased_bytes_{0};
};

class LaneBudget;

/// Admitted bytes, given back on destruction. Move it with what it pays for. Stays on its lane and
/// dies before its LaneBudget.
class Admission {
 public:
  Admission() noexcept = default;
  Admission(Admission&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Admission& operator=(Admission&& other) noexcept;
  ~Admission() { reset(); }

  [[nodiscard]] size_t bytes() const noexcept { return bytes_; }
  /// Grows or shrinks to `bytes`; false (and unchanged) when the budget refuses.
  [[nodiscard]] bool resize(size_t bytes) noexcept;
  void reset() noexcept;
  /// Passes the payment on to the bytes, which may then leave the lane and outlive its budget.
  void pay_for(base::Buffer& bytes) noexcept { pass_on_to(bytes); }
  /// The same for bytes that nobody else shares yet.
  void pay_for(base::Slice& bytes) noexcept { pass_on_to(bytes); }

 private:
  friend class LaneBudget;
  Admission(LaneBudget* budget, size_t bytes) noexcept : budget_(budget), bytes_(bytes) {}
  template <class Bytes>
  void pass_on_to(Bytes& bytes) noexcept;

  LaneBudget* budget_ = nullptr;
  size_t bytes_ = 0;
};

/// One lane's lease of the budget. Counted before a body is read: no bytes, no reading. A lane at
/// rest leases nothing; a busy one has at most two chunks to spare.
class LaneBudget {
 public:
  static constexpr size_t chunk_bytes = size_t{256} << 10;

  explicit LaneBudget(MemoryBudget& process) noexcept : process_(process) {}
  LaneBudget(const LaneBudget&) = delete;
  LaneBudget& operator=(const LaneBudget&) = delete;
  ~LaneBudget();

  /// Pays for `bytes`; what `admission` held before is given back. False, with `admission` as it
  /// was, when the process is at its limit: the client hears "later".
  [[nodiscard]] bool try_admit(size_t bytes, Admission& admission) noexcept;
  [[nodiscard]] size_t used_bytes() const noexcept { return used_bytes_; }
  [[nodiscard]] MemoryBudget& process() noexcept { return process_; }

 private:
  friend class Admission;
  bool take(size_t bytes) noexcept;
  void give_back(size_t bytes) noexcept;

  MemoryBudget& process_;
  size_t leased_bytes_ = 0;
  size_t used_bytes_ = 0;
};

template <class Bytes>
void Admission::pass_on_to(Bytes& bytes) noexcept {
  if (bytes_ == 0) return;
  bytes.charge(budget_->process_, bytes_);
  budget_->used_bytes_ -= bytes_;
  budget_->leased_bytes_ -= bytes_;
  budget_ = nullptr;
  bytes_ = 0;
}

}  // namespace telemill::runtime
