#pragma once

#include "base/units.h"

namespace telemill::runtime {

/// The one door to time. Lanes read it once per turn; a simulation puts its own in
/// `Lane::Config`. Any thread.
class Clock {
 public:
  /// Monotonic: never goes back.
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  /// Wall clock: may jump either way.
  [[nodiscard]] virtual UnixNanos unix_now() const noexcept = 0;

 protected:
  ~Clock() = default;
};

/// The kernel's clocks. Lives as long as the process.
const Clock& system_clock() noexcept;

}  // namespace telemill::runtime
