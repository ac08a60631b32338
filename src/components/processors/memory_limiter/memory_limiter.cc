#include "components/processors/memory_limiter/memory_limiter.h"

#include <memory>
#include <string>
#include <utility>

#include "base/slab.h"
#include "runtime/memory_limit.h"

namespace telemill::components::processors::memory_limiter {
namespace {

constexpr std::string_view refusal = "data refused due to high memory usage";

class MemoryLimiterFactory final : public pipeline::FactoryFor<MemoryLimiterConfig> {
 public:
  MemoryLimiterFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::processor,
                    .type = "memory_limiter",
                    .summary = "Refuses data while the process uses too much memory."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Processor> create_processor(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal, pipeline::Consumer& next) const override {
    const MemoryLimiterConfig& config = as_config(settings);
    const auto thresholds = config.thresholds(runtime::memory_limit_bytes());
    runtime::MemoryBudget& budget = context.budget.process();
    budget.cap(thresholds.soft_bytes);
    auto& guard = context.shared.get<runtime::MemoryGuard>("processor/" + context.id.text(),
                                                           thresholds, budget);
    return std::make_unique<MemoryLimiter>(context, config, signal, next, guard);
  }
};

}  // namespace

config::Problems MemoryLimiterConfig::check() const {
  config::Problems problems;
  if (check_interval <= Duration::zero()) {
    problems.add("check_interval", "must be greater than zero", "1s is a good start");
  }
  if (limit_mib == 0 && limit_percentage == 0) {
    problems.add("", "limit_mib or limit_percentage must be greater than zero");
  }
  if (limit_mib > 0 && spike_limit_mib >= limit_mib) {
    problems.add("spike_limit_mib", "must be smaller than limit_mib");
  }
  if (limit_percentage > 100) problems.add("limit_percentage", "must be at most 100");
  if (spike_limit_percentage > 100) problems.add("spike_limit_percentage", "must be at most 100");
  if (limit_percentage > 0 && spike_limit_percentage >= limit_percentage) {
    problems.add("spike_limit_percentage", "must be smaller than limit_percentage");
  }
  if (min_gc_interval_when_soft_limited < min_gc_interval_when_hard_limited) {
    problems.add("min_gc_interval_when_soft_limited",
                 "must not be smaller than min_gc_interval_when_hard_limited");
  }
  const Duration max_soft = max_gc_interval_when_soft_limited;
  if (max_soft != Duration::zero() && max_soft < min_gc_interval_when_soft_limited) {
    problems.add("max_gc_interval_when_soft_limited",
                 "must be 0 or not smaller than min_gc_interval_when_soft_limited");
  } else if (max_soft != Duration::zero() && max_soft < max_gc_interval_when_hard_limited) {
    problems.add("max_gc_interval_when_soft_limited",
                 "must be 0 or not smaller than max_gc_interval_when_hard_limited");
  }
  return problems;
}

runtime::MemoryThresholds MemoryLimiterConfig::thresholds(size_t available_bytes) const noexcept {
  const size_t percent = available_bytes / 100;
  const bool is_fixed = limit_mib > 0;
  const size_t hard = is_fixed ? size_t{limit_mib} << 20 : limit_percentage * percent;
  size_t spike = is_fixed ? size_t{spike_limit_mib} << 20 : spike_limit_percentage * percent;
  if (spike == 0) spike = hard / 5;
  return {.soft_bytes = hard - spike, .hard_bytes = hard};
}

MemoryLimiter::MemoryLimiter(const pipeline::ComponentContext& context,
                             const MemoryLimiterConfig& config, otlp::Signal signal,
                             pipeline::Consumer& next, runtime::MemoryGuard& guard)
    : context_(context),
      logger_(pipeline::logger_of(pipeline::ComponentKind::processor, context.id)),
      check_interval_(config.check_interval),
      signal_(signal),
      next_(next),
      guard_(guard),
      trim_round_(guard.trim_round()),
      tick_timer_(context.lane, [this] { on_tick(); }),
      items_(context, signal),
      accepted_(context.metrics, "otelcol_processor_memory_limiter_accepted_",
                "Items that were let through.", {{"processor", context.id.text()}}),
      refused_(context.metrics, "otelcol_processor_memory_limiter_refused_",
               "Items that were refused because of the memory in use.",
               {{"processor", context.id.text()}}) {}

MemoryLimiter::~MemoryLimiter() {
  if (is_checker_) guard_.resign();
}

Result<void, Failure> MemoryLimiter::start() {
  on_tick();
  return {};
}

/// The checker looks at the memory; everybody else follows what it found.
void MemoryLimiter::on_tick() {
  tick_timer_.schedule(check_interval_);
  if (!is_checker_) is_checker_ = guard_.try_become_checker();
  if (is_checker_) {
    const auto change = guard_.check(context_.lane.now());
    if (change == runtime::MemoryGuard::Change::now_refuses) {
      logger_.warn("Memory usage is above soft limit. Refusing data.",
                   {{"cur_mem_mib", guard_.used_bytes() >> 20}});
    } else if (change == runtime::MemoryGuard::Change::now_accepts) {
      logger_.info("Memory usage back within limits. Resuming normal operation.",
                   {{"cur_mem_mib", guard_.used_bytes() >> 20}});
    }
  }
  const uint32_t round = guard_.trim_round();
  if (std::exchange(trim_round_, round) != round) base::slab_pool_trim();
  report_change();
}

void MemoryLimiter::report_change() {
  const bool is_refusing = guard_.is_refusing();
  if (std::exchange(has_reported_refusing_, is_refusing) == is_refusing) return;
  if (is_refusing) {
    context_.report(pipeline::Status::recoverable_error, refusal);
  } else {
    context_.report(pipeline::Status::ok);
  }
}

void MemoryLimiter::consume(pipeline::Batch batch) {
  items_.add_incoming(batch.item_count());
  if (guard_.is_refusing() && !is_draining_) {
    refused_.add(signal_, batch.item_count());
    items_.add_outgoing(0);
    return batch.done.settle(pipeline::Outcome::retryable(std::string(refusal)));
  }
  accepted_.add(signal_, batch.item_count());
  items_.add_outgoing(batch.item_count());
  next_.consume(std::move(batch));
}

void MemoryLimiter::drain(base::UniqueFunction<void()> done) {
  is_draining_ = true;
  done();
}

const pipeline::Factory& factory() {
  static const MemoryLimiterFactory instance;
  return instance;
}

}  // namespace telemill::components::processors::memory_limiter
