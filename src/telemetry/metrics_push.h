#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "runtime/lane.h"
#include "runtime/metrics.h"
#include "runtime/worker.h"
#include "telemetry/metrics_config.h"
#include "telemetry/otlp_encoding.h"
#include "telemetry/otlp_target.h"
#include "telemetry/resource.h"

namespace telemill::telemetry {

/// Sends all metrics to an OTLP peer at an interval. A push that fails is not repeated: cumulative
/// values come again with the next one, and deltas count from the last push that arrived. One lane.
class MetricsPush {
 public:
  using Collect = std::function<std::vector<runtime::MetricSample>()>;

  /// What is referred to outlives the push.
  static Result<std::unique_ptr<MetricsPush>, Failure> start(const PeriodicConfig& config,
                                                             const Resource& resource,
                                                             runtime::Lane& lane,
                                                             runtime::Worker& worker,
                                                             Collect collect);
  /// Pushes once more, then calls `done`; soon, whether or not the peer answers.
  void stop(base::UniqueFunction<void()> done);

 private:
  MetricsPush(const PeriodicConfig& config, const Resource& resource, runtime::Lane& lane,
              Collect collect);
  void on_timer();
  void push();
  void on_outcome(const pipeline::Outcome& outcome, Baseline pushed, UnixNanos now);
  void finish();

  const PeriodicConfig& config_;
  const Resource& resource_;
  runtime::Lane& lane_;
  const Collect collect_;
  const UnixNanos started_at_;
  Baseline baseline_;
  UnixNanos baseline_at_ = 0;
  bool is_pushing_ = false;
  bool is_last_ = false;
  base::UniqueFunction<void()> stopped_;
  runtime::Timer timer_;
  std::unique_ptr<OtlpSender> sender_;  // goes first: its callbacks refer to what stands above
};

}  // namespace telemill::telemetry
