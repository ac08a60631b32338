#pragma once

#include <cstdint>

#include "base/units.h"

namespace telemill::components::exporters::debug {

/// Per second of the lane's clock: the first `initial` pass, then every `thereafter`-th; none of
/// these when it is zero.
class Sampler {
 public:
  Sampler(uint32_t initial, uint32_t thereafter) noexcept
      : initial_(initial), thereafter_(thereafter) {}

  [[nodiscard]] bool passes(TimePoint now) noexcept {
    if (count_ == 0 || now - start_ >= std::chrono::seconds(1)) {
      start_ = now;
      count_ = 0;
    }
    ++count_;
    if (count_ <= initial_) return true;
    return thereafter_ > 0 && (count_ - initial_) % thereafter_ == 0;
  }

 private:
  const uint32_t initial_;
  const uint32_t thereafter_;
  TimePoint start_{};
  uint64_t count_ = 0;
};

}  // namespace telemill::components::exporters::debug
