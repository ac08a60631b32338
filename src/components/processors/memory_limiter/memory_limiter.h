#pragma once

#include <cstdint>
#include <tuple>

#include "config/fields.h"
#include "pipeline/component.h"
#include "pipeline/item_counters.h"
#include "pipeline/processor_items.h"
#include "runtime/memory_guard.h"

namespace telemill::components::processors::memory_limiter {

struct MemoryLimiterConfig {
  Duration check_interval{0};
  uint32_t limit_mib = 0;
  uint32_t spike_limit_mib = 0;
  uint32_t limit_percentage = 0;
  uint32_t spike_limit_percentage = 0;
  Duration min_gc_interval_when_soft_limited = std::chrono::seconds(10);
  Duration min_gc_interval_when_hard_limited{0};
  Duration max_gc_interval_when_soft_limited = std::chrono::seconds(30);
  Duration max_gc_interval_when_hard_limited = std::chrono::seconds(30);

  static constexpr auto fields = std::tuple{
      config::field("check_interval", &MemoryLimiterConfig::check_interval,
                    "Required: time between two looks at the memory in use."),
      config::field("limit_mib", &MemoryLimiterConfig::limit_mib,
                    "Hard limit in MiB; wins over limit_percentage."),
      config::field("spike_limit_mib", &MemoryLimiterConfig::spike_limit_mib,
                    "Hard minus soft limit in MiB; 0: 20 % of the hard limit."),
      config::field("limit_percentage", &MemoryLimiterConfig::limit_percentage,
                    "Hard limit in percent of what the process may use."),
      config::field("spike_limit_percentage", &MemoryLimiterConfig::spike_limit_percentage,
                    "Hard minus soft limit in the same percent; 0: 20 % of the hard limit."),
      config::field("min_gc_interval_when_soft_limited",
                    &MemoryLimiterConfig::min_gc_interval_when_soft_limited,
                    "Checked and without effect: nothing here collects garbage."),
      config::field("min_gc_interval_when_hard_limited",
                    &MemoryLimiterConfig::min_gc_interval_when_hard_limited,
                    "Checked and without effect."),
      config::field("max_gc_interval_when_soft_limited",
                    &MemoryLimiterConfig::max_gc_interval_when_soft_limited,
                    "Checked and without effect."),
      config::field("max_gc_interval_when_hard_limited",
                    &MemoryLimiterConfig::max_gc_interval_when_hard_limited,
                    "Checked and without effect."),
  };
  [[nodiscard]] config::Problems check() const;
  /// In bytes, where the process may use `available_bytes`.
  [[nodiscard]] runtime::MemoryThresholds thresholds(size_t available_bytes) const noexcept;
};

/// Refuses data for the moment while the process uses too much memory. Instances of one id, on
/// whatever lane and in whatever pipeline, share one `runtime::MemoryGuard`.
class MemoryLimiter final : public pipeline::Processor {
 public:
  MemoryLimiter(const pipeline::ComponentContext& context, const MemoryLimiterConfig& config,
                otlp::Signal signal, pipeline::Consumer& next, runtime::MemoryGuard& guard);
  MemoryLimiter(const MemoryLimiter&) = delete;
  MemoryLimiter& operator=(const MemoryLimiter&) = delete;
  ~MemoryLimiter() override;

  Result<void, Failure> start() override;
  void consume(pipeline::Batch batch) override;
  void drain(base::UniqueFunction<void()> done) override;

 private:
  void on_tick();
  void report_change();

  const pipeline::ComponentContext context_;
  const log::Logger logger_;  // for all instances of its id: no signal, no pipeline
  const Duration check_interval_;
  const otlp::Signal signal_;
  pipeline::Consumer& next_;
  runtime::MemoryGuard& guard_;
  bool is_checker_ = false;
  bool has_reported_refusing_ = false;
  bool is_draining_ = false;  // what is held must get out
  uint32_t trim_round_ = 0;
  runtime::Timer tick_timer_;
  pipeline::ProcessorItems items_;
  pipeline::ItemCounters accepted_;
  pipeline::ItemCounters refused_;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::processors::memory_limiter
