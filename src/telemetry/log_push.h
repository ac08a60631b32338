#pragma once

#include <deque>
#include <memory>

#include "base/log.h"
#include "runtime/lane.h"
#include "runtime/metrics.h"
#include "runtime/worker.h"
#include "telemetry/logs_config.h"
#include "telemetry/otlp_encoding.h"
#include "telemetry/otlp_target.h"
#include "telemetry/resource.h"

namespace telemill::telemetry {

/// Sends our own log records to an OTLP peer: together (`batch`) or each by itself (`simple`). What
/// the peer refuses for the moment stays in a bounded queue; what finds no room is dropped and
/// counted. Lives on one lane; records come from any.
class LogPush {
 public:
  /// What is referred to outlives the push.
  static Result<std::unique_ptr<LogPush>, Failure> start(const LogProcessorConfig& config,
                                                         const Resource& resource,
                                                         runtime::Lane& lane,
                                                         runtime::Worker& worker,
                                                         runtime::MetricScope& metrics);
  /// On the push's lane.
  void add(OwnedRecord record);
  /// Sends what is held once more, then calls `done`; soon, whether or not the peer answers.
  void stop(base::UniqueFunction<void()> done);

 private:
  LogPush(const LogProcessorConfig& config, const Resource& resource, runtime::Lane& lane,
          runtime::Counter& dropped);
  void on_timer();
  void send_some();
  void finish();
  void on_outcome(const pipeline::Outcome& outcome);

  const LogBatchConfig settings_;
  const Resource& resource_;
  runtime::Counter& dropped_;
  std::deque<OwnedRecord> held_;
  size_t in_flight_ = 0;  // at the front of `held_`
  base::UniqueFunction<void()> stopped_;
  runtime::Timer timer_;
  std::unique_ptr<OtlpSender> sender_;  // goes first: its callbacks refer to what stands above
};

}  // namespace telemill::telemetry
