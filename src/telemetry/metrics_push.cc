#include "telemetry/metrics_push.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace telemill::telemetry {
namespace {

/// How long the last push may take, and one under way before it.
constexpr Duration stop_patience = std::chrono::seconds(2);

Temporality temporality_of(const OtlpConfig& config) noexcept {
  if (config.temporality_preference == "delta") return Temporality::delta;
  return config.temporality_preference == "cumulative" ? Temporality::cumulative
                                                       : Temporality::low_memory;
}

}  // namespace

MetricsPush::MetricsPush(const PeriodicConfig& config, const Resource& resource,
                         runtime::Lane& lane, Collect collect)
    : config_(config),
      resource_(resource),
      lane_(lane),
      collect_(std::move(collect)),
      started_at_(lane.unix_now()),
      timer_(lane, [this] { on_timer(); }) {}

Result<std::unique_ptr<MetricsPush>, Failure> MetricsPush::start(const PeriodicConfig& config,
                                                                 const Resource& resource,
                                                                 runtime::Lane& lane,
                                                                 runtime::Worker& worker,
                                                                 Collect collect) {
  std::unique_ptr<MetricsPush> push(
      new MetricsPush(config, resource, lane, std::move(collect)));  // NOLINT: owned at once
  TELEMILL_ASSIGN(push->sender_,
                  OtlpSender::create(*config.exporter.otlp, otlp::Signal::metrics, lane, worker));
  push->timer_.schedule(std::chrono::milliseconds(config.interval));
  return push;
}

void MetricsPush::on_timer() {
  if (stopped_) return finish();  // the peer has had its time
  timer_.schedule(std::chrono::milliseconds(config_.interval));
  if (!is_pushing_) push();  // else the peer is slower than the interval
}

void MetricsPush::push() {
  is_pushing_ = true;
  const auto samples = collect_();
  const UnixNanos now = lane_.unix_now();
  base::Slice message = encode_metrics({.samples = samples,
                                        .resource = resource_,
                                        .temporality = temporality_of(*config_.exporter.otlp),
                                        .baseline = baseline_,
                                        .start = started_at_,
                                        .baseline_at = baseline_at_,
                                        .now = now});
  const Duration timeout = std::chrono::milliseconds(config_.timeout);
  sender_->send(
      std::move(message), stopped_ ? stop_patience : timeout,
      [this, now, pushed = to_baseline(samples)](const pipeline::Outcome& outcome) mutable {
        on_outcome(outcome, std::move(pushed), now);
      });
}

void MetricsPush::on_outcome(const pipeline::Outcome& outcome, Baseline pushed, UnixNanos now) {
  is_pushing_ = false;
  if (outcome.is_ok()) {
    baseline_ = std::move(pushed);
    baseline_at_ = now;
  } else {
    log::warn("telemetry.metrics_push_failed", {{"error", outcome.message}});
  }
  if (!stopped_) return;
  if (std::exchange(is_last_, true)) return finish();
  push();  // what was counted since the one that was under way
}

void MetricsPush::finish() {
  timer_.cancel();
  std::exchange(stopped_, {})();
}

void MetricsPush::stop(base::UniqueFunction<void()> done) {
  stopped_ = std::move(done);
  timer_.schedule(2 * stop_patience);
  if (is_pushing_) return;
  is_last_ = true;
  push();
}

}  // namespace telemill::telemetry
