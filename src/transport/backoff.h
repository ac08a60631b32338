#pragma once

#include <algorithm>

#include "base/random.h"
#include "base/units.h"

namespace telemill::transport {

/// How long to wait between tries to connect: gRPC's connection back-off.
/// https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md
class Backoff {
 public:
  static constexpr Duration delay_first = std::chrono::seconds(1);
  static constexpr Duration delay_max = std::chrono::minutes(2);
  static constexpr double growth = 1.6;
  static constexpr double jitter = 0.2;

  /// The delay before the next try; each is longer than the one before.
  Duration next(base::Random& random) noexcept {
    const auto spread = 1.0 + jitter * (2.0 * random.real() - 1.0);
    const auto delay = std::chrono::duration<double, std::nano>(delay_) * spread;
    delay_ = std::min(delay_max, std::chrono::duration_cast<Duration>(
                                     std::chrono::duration<double, std::nano>(delay_) * growth));
    return std::chrono::duration_cast<Duration>(delay);
  }
  void reset() noexcept { delay_ = delay_first; }

 private:
  Duration delay_ = delay_first;
};

}  // namespace telemill::transport
