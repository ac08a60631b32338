#include "runtime/memory_budget.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace telemill::runtime {

void MemoryBudget::cap(size_t bytes_max) noexcept {
  size_t now = bytes_max_.load(std::memory_order_relaxed);
  while (bytes_max < now &&
         !bytes_max_.compare_exchange_weak(now, bytes_max, std::memory_order_relaxed)) {
  }
}

bool MemoryBudget::try_lease(size_t bytes) noexcept {
  if (is_shut_.load(std::memory_order_relaxed)) return false;
  const size_t bytes_max = this->bytes_max();
  // Only the number matters: whoever reads it infers nothing about other memory.
  size_t leased = leased_bytes_.load(std::memory_order_relaxed);
  do {
    if (leased > bytes_max || bytes > bytes_max - leased) return false;
  } while (!leased_bytes_.compare_exchange_weak(leased, leased + bytes, std::memory_order_relaxed));
  return true;
}

void MemoryBudget::give_back(size_t bytes) noexcept {
  const size_t before = leased_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  TELEMILL_CHECK(before >= bytes);
}

Admission& Admission::operator=(Admission&& other) noexcept {
  if (this == &other) return *this;
  reset();
  budget_ = std::exchange(other.budget_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

bool Admission::resize(size_t bytes) noexcept {
  if (bytes > bytes_) {
    if (budget_ == nullptr || !budget_->take(bytes - bytes_)) return false;
  } else if (bytes < bytes_) {
    budget_->give_back(bytes_ - bytes);
  }
  bytes_ = bytes;
  return true;
}

void Admission::reset() noexcept {
  if (bytes_ > 0) budget_->give_back(bytes_);
  budget_ = nullptr;
  bytes_ = 0;
}

LaneBudget::~LaneBudget() {
  TELEMILL_CHECK(used_bytes_ == 0);  // an admission outlived its lane
  process_.give_back(leased_bytes_);
}

bool LaneBudget::try_admit(size_t bytes, Admission& admission) noexcept {
  if (!take(bytes)) return false;
  admission = Admission(this, bytes);
  return true;
}

bool LaneBudget::take(size_t bytes) noexcept {
  const size_t spare_bytes = leased_bytes_ - used_bytes_;
  if (bytes > spare_bytes) {
    const size_t missing_bytes = bytes - spare_bytes;
    const size_t rounded_bytes = missing_bytes + (chunk_bytes - missing_bytes % chunk_bytes);
    if (rounded_bytes > missing_bytes && process_.try_lease(rounded_bytes)) {  // no overflow
      leased_bytes_ += rounded_bytes;
    } else if (process_.try_lease(missing_bytes)) {  // the last bytes before the limit
      leased_bytes_ += missing_bytes;
    } else {
      return false;
    }
  }
  used_bytes_ += bytes;
  return true;
}

void LaneBudget::give_back(size_t bytes) noexcept {
  TELEMILL_CHECK(bytes <= used_bytes_);
  used_bytes_ -= bytes;
  const size_t spare_bytes = leased_bytes_ - used_bytes_;
  // A lane at rest holds nothing, or idle lanes would starve busy ones under a small limit.
  const size_t kept_bytes = used_bytes_ == 0 ? 0 : chunk_bytes;
  if (used_bytes_ == 0 || spare_bytes > 2 * chunk_bytes) {
    process_.give_back(spare_bytes - kept_bytes);
    leased_bytes_ -= spare_bytes - kept_bytes;
  }
}

}  // namespace telemill::runtime
