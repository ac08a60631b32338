#pragma once

#include <optional>

#include "base/random.h"
#include "base/units.h"
#include "config/fields.h"
#include "config/problem.h"

namespace telemill::pipeline {

/// `retry_on_failure`: randomised exponential back-off, with the server's wish as the least delay.
struct RetryConfig {
  bool enabled = true;
  Duration initial_interval = std::chrono::seconds(5);
  double randomization_factor = 0.5;
  double multiplier = 1.5;
  Duration max_interval = std::chrono::seconds(30);
  Duration max_elapsed_time = std::chrono::minutes(5);

  static constexpr auto fields = std::tuple{
      config::field("enabled", &RetryConfig::enabled, "Send again what failed for the moment."),
      config::field("initial_interval", &RetryConfig::initial_interval,
                    "Pause after the first failure."),
      config::field("randomization_factor", &RetryConfig::randomization_factor,
                    "Each pause is drawn from interval * (1 +- this)."),
      config::field("multiplier", &RetryConfig::multiplier, "Growth of the interval."),
      config::field("max_interval", &RetryConfig::max_interval, "The interval stops growing here."),
      config::field("max_elapsed_time", &RetryConfig::max_elapsed_time,
                    "Give up after this long; 0 never does."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// The pauses of one request: a pure function of its failures, the clock and chance.
class Retry {
 public:
  Retry(const RetryConfig& config, TimePoint start) noexcept
      : config_(&config), start_(start), interval_(config.initial_interval) {}

  /// How long to wait after a retryable failure at `now`; nothing means give up.
  [[nodiscard]] std::optional<Duration> next(TimePoint now, std::optional<Duration> server_delay,
                                             base::Random& random) noexcept;

 private:
  const RetryConfig* config_;
  TimePoint start_;
  Duration interval_;
};

}  // namespace telemill::pipeline
