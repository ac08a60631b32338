#include "pipeline/retry.h"

#include <algorithm>

namespace telemill::pipeline {
namespace {

Duration scaled(Duration interval, double factor) noexcept {
  const double nanos = static_cast<double>(interval.count()) * factor;
  constexpr double nanos_max = 9e18;
  return Duration(static_cast<Duration::rep>(std::clamp(nanos, 0.0, nanos_max)));
}

}  // namespace

config::Problems RetryConfig::check() const {
  config::Problems problems;
  if (!enabled) return problems;
  if (initial_interval < Duration::zero()) {
    problems.add("initial_interval", "must not be negative");
  }
  if (randomization_factor < 0 || randomization_factor > 1) {
    problems.add("randomization_factor", "must be within [0, 1]");
  }
  if (multiplier < 0) problems.add("multiplier", "must not be negative");
  if (max_interval < Duration::zero()) problems.add("max_interval", "must not be negative");
  if (max_elapsed_time < Duration::zero()) problems.add("max_elapsed_time", "must not be negative");
  if (max_elapsed_time > Duration::zero()) {
    if (max_elapsed_time < initial_interval) {
      problems.add("max_elapsed_time", "must not be less than initial_interval");
    }
    if (max_elapsed_time < max_interval) {
      problems.add("max_elapsed_time", "must not be less than max_interval");
    }
  }
  return problems;
}

std::optional<Duration> Retry::next(TimePoint now, std::optional<Duration> server_delay,
                                    base::Random& random) noexcept {
  const double spread = config_->randomization_factor * (2 * random.real() - 1);
  Duration delay = scaled(interval_, 1 + spread);
  interval_ = std::min(scaled(interval_, config_->multiplier), config_->max_interval);
  if (server_delay) delay = std::max(delay, *server_delay);
  const bool is_bounded = config_->max_elapsed_time > Duration::zero();
  // Subtracted, because a server may name any delay.
  if (is_bounded && delay > config_->max_elapsed_time - (now - start_)) return std::nullopt;
  return delay;
}

}  // namespace telemill::pipeline
