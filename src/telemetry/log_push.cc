#include "telemetry/log_push.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace telemill::telemetry {
namespace {

constexpr Duration stop_patience = std::chrono::seconds(2);
/// After a failure: the peer need not be asked at every record.
constexpr Duration again_pause = std::chrono::seconds(5);

LogBatchConfig settings_of(const LogProcessorConfig& config) {
  if (config.batch) return *config.batch;
  LogBatchConfig settings;
  settings.schedule_delay = 0;
  settings.max_export_batch_size = 1;
  return settings;
}

}  // namespace

LogPush::LogPush(const LogProcessorConfig& config, const Resource& resource, runtime::Lane& lane,
                 runtime::Counter& dropped)
    : settings_(settings_of(config)),
      resource_(resource),
      dropped_(dropped),
      timer_(lane, [this] { on_timer(); }) {}

Result<std::unique_ptr<LogPush>, Failure> LogPush::start(const LogProcessorConfig& config,
                                                         const Resource& resource,
                                                         runtime::Lane& lane,
                                                         runtime::Worker& worker,
                                                         runtime::MetricScope& metrics) {
  runtime::Counter& dropped =
      metrics.counter({.name = "telemill_log_export_dropped_records",
                       .unit = "{records}",
                       .help = "Log records of our own that never reached their OTLP peer"},
                      {});
  std::unique_ptr<LogPush> push(
      new LogPush(config, resource, lane, dropped));  // NOLINT: owned at once
  TELEMILL_ASSIGN(push->sender_,
                  OtlpSender::create(config.otlp(), otlp::Signal::logs, lane, worker));
  return push;
}

void LogPush::add(OwnedRecord record) {
  // Our own complaints about pushing are not pushed: they would never end.
  if (record.event.starts_with("telemetry.")) return;
  if (held_.size() >= static_cast<size_t>(settings_.max_queue_size)) {
    dropped_ += 1;
    return;
  }
  held_.push_back(std::move(record));
  const bool is_full = held_.size() >= static_cast<size_t>(settings_.max_export_batch_size);
  if (in_flight_ > 0) return;
  if (!timer_.is_scheduled()) {
    timer_.schedule(is_full ? Duration::zero()
                            : Duration(std::chrono::milliseconds(settings_.schedule_delay)));
  }
}

void LogPush::on_timer() {
  if (stopped_) return finish();  // the peer has had its time
  send_some();
}

void LogPush::send_some() {
  if (held_.empty() || in_flight_ > 0) return;
  in_flight_ = std::min(held_.size(), static_cast<size_t>(settings_.max_export_batch_size));
  const std::vector<OwnedRecord> records(held_.begin(),
                                         held_.begin() + static_cast<ptrdiff_t>(in_flight_));
  const Duration timeout = std::chrono::milliseconds(settings_.export_timeout);
  sender_->send(encode_logs(records, resource_), stopped_ ? stop_patience : timeout,
                [this](const pipeline::Outcome& outcome) { on_outcome(outcome); });
}

void LogPush::on_outcome(const pipeline::Outcome& outcome) {
  if (held_.empty()) return;  // given up while it was under way
  const size_t sent_count = std::exchange(in_flight_, 0);
  const bool stays = outcome.cls == pipeline::OutcomeClass::retryable;
  if (!outcome.is_ok()) log::warn("telemetry.log_push_failed", {{"error", outcome.message}});
  if (!stays) held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(sent_count));
  if (!stays && !outcome.is_ok()) dropped_ += static_cast<int64_t>(sent_count);
  if (stopped_) return held_.empty() || stays ? finish() : send_some();
  if (!held_.empty()) timer_.schedule(stays ? again_pause : Duration::zero());
}

void LogPush::finish() {
  timer_.cancel();
  dropped_ += static_cast<int64_t>(held_.size());
  held_.clear();
  std::exchange(stopped_, {})();
}

void LogPush::stop(base::UniqueFunction<void()> done) {
  if (held_.empty()) {
    timer_.cancel();
    return done();
  }
  stopped_ = std::move(done);
  timer_.schedule(stop_patience);
  send_some();  // or what is under way ends first
}

}  // namespace telemill::telemetry
