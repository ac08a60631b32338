#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace telemill::base {

/// A seeded generator (xoshiro256**): the same seed gives the same sequence on every machine.
/// Where seeds come from is the runtime's business. Not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed) noexcept {
    for (uint64_t& word : state_) {  // splitmix64 spreads the seed
      seed += 0x9e3779b97f4a7c15;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  uint64_t u64() noexcept {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// Uniform in [0, bound); zero for a bound of zero.
  uint64_t below(uint64_t bound) noexcept {
    return static_cast<uint64_t>((static_cast<__uint128_t>(u64()) * bound) >> 64);
  }
  /// Uniform in [0, 1).
  double real() noexcept { return static_cast<double>(u64() >> 11) * 0x1p-53; }
  bool chance(double probability) noexcept { return real() < probability; }
  /// Any width equally likely, so that small and huge values both occur.
  uint64_t skewed_u64() noexcept { return u64() >> below(64); }

 private:
  uint64_t state_[4]{};
};

}  // namespace telemill::base
