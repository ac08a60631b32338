#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace telemill::components::exporters::debug {

/// ln(base) of an exponential histogram of that scale: the bucket at `index` reaches from
/// exp(index * factor) to exp((index + 1) * factor).
inline double bucket_factor(int32_t scale) noexcept {
  constexpr int32_t scale_max = 10'000;  // beyond, the factor is zero or infinite as it is here
  return std::ldexp(std::log(2.0), -std::clamp(scale, -scale_max, scale_max));
}

}  // namespace telemill::components::exporters::debug
