#pragma once

#include "runtime/clock.h"

namespace telemill::runtime {

/// Time that moves when it is told to, for tests. One thread.
class ManualClock final : public Clock {
 public:
  static constexpr UnixNanos unix_nanos_at_start = 1'700'000'000'000'000'000;

  [[nodiscard]] TimePoint now() const noexcept override { return TimePoint(start + passed_); }
  [[nodiscard]] UnixNanos unix_now() const noexcept override {
    return unix_nanos_at_start + static_cast<UnixNanos>(passed_.count());
  }
  void advance(Duration by) noexcept { passed_ += by; }

 private:
  static constexpr Duration start = std::chrono::hours(1);
  Duration passed_{0};
};

}  // namespace telemill::runtime
