#pragma once

#include <memory>
#include <vector>

#include "base/log.h"
#include "base/log_output.h"
#include "base/unique_function.h"
#include "runtime/lane.h"
#include "runtime/metrics.h"
#include "runtime/worker.h"
#include "telemetry/resource.h"
#include "telemetry/telemetry_config.h"
#include "telemill/result.h"

namespace telemill::telemetry {

/// The outputs and the look of log lines. Made on the main thread before others start.
class Logging {
 public:
  /// Opens the outputs and configures the log. Fails with the path that cannot be opened.
  static Result<std::unique_ptr<Logging>, Failure> start(const LogsConfig& config,
                                                         const Resource& resource);
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
  /// Lines go to stderr again.
  ~Logging();

 private:
  Logging() = default;

  log::Settings settings_;
  std::vector<std::unique_ptr<log::Output>> outputs_;
  std::vector<std::unique_ptr<log::Output>> error_outputs_;
};

/// What a running collector tells about itself to others: the metrics page, pushed metrics and log
/// records. Lives on one lane, the process's control lane.
class Telemetry {
 public:
  /// What lives longer than the telemetry.
  struct Facilities {
    runtime::Lane& lane;
    runtime::Worker& worker;
    runtime::MetricRegistry& metrics;
  };
  /// Opens what the configuration asks for. Fails with the reader or processor named.
  static Result<std::unique_ptr<Telemetry>, Failure> start(const TelemetryConfig& config,
                                                           const Resource& resource,
                                                           const Facilities& facilities);
  virtual ~Telemetry() = default;

  /// Pushes what is left, closes the page, then calls `done`: within some seconds at most.
  virtual void stop(base::UniqueFunction<void()> done) = 0;
};

}  // namespace telemill::telemetry
