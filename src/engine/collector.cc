#include "engine/collector.h"

#include <array>
#include <csignal>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/lane_graph.h"
#include "runtime/lane_threads.h"
#include "runtime/memory_budget.h"
#include "runtime/memory_limit.h"
#include "runtime/shared_objects.h"
#include "runtime/signals.h"
#include "runtime/worker.h"

namespace telemill::engine {
namespace {

class RunningCollector final : public Collector {
 public:
  RunningCollector(Plan plan, const Settings& settings)
      : plan_(std::move(plan)),
        settings_(settings),
        process_budget_(settings.admitted_bytes_max > 0 ? settings.admitted_bytes_max
                                                        : runtime::memory_limit_bytes() / 4) {}
  ~RunningCollector() override { stop_lanes(); }

  Result<void, Failure> start_all();
  Summary run(base::UniqueFunction<void()> on_reload) override;

 private:
  void begin_drain();
  void drain_stage();
  void post_to_lane(size_t index, base::UniqueFunction<void()> task);
  void stop_lanes();
  [[nodiscard]] Summary summary() const;

  const Plan plan_;
  const Settings settings_;
  // In the order in which they may go: what stands later uses what stands earlier.
  runtime::MemoryBudget process_budget_;
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;  // by the instances of one plan
  std::unique_ptr<runtime::Lane> control_;
  std::unique_ptr<runtime::LaneThreads> lanes_;
  runtime::Worker worker_;
  std::vector<std::unique_ptr<runtime::LaneBudget>> budgets_;
  std::vector<std::unique_ptr<LaneGraph>> graphs_;

  size_t stage_ = 0;
  size_t lanes_draining_ = 0;
  bool is_draining_ = false;
};

Result<void, Failure> RunningCollector::start_all() {
  TELEMILL_ASSIGN(control_, runtime::Lane::create({}));
  TELEMILL_ASSIGN(lanes_, runtime::LaneThreads::create({.lane_count = settings_.lane_count,
                                                        .is_pinned = settings_.pin_lanes,
                                                        .seed = control_->random().u64()}));
  for (size_t i = 0; i < lanes_->size(); ++i) {
    budgets_.push_back(std::make_unique<runtime::LaneBudget>(process_budget_));
    graphs_.push_back(std::make_unique<LaneGraph>(plan_,
                                                  LaneGraph::Facilities{.lane = lanes_->lane(i),
                                                                        .budget = *budgets_.back(),
                                                                        .worker = worker_,
                                                                        .metrics = metrics_,
                                                                        .shared = shared_},
                                                  i == 0 ? nullptr : graphs_.front().get()));
    TELEMILL_TRY(graphs_.back()->start());
  }
  return lanes_->start();
}

/// Runs `task` on a lane; a full mailbox is tried again until it takes it.
void RunningCollector::post_to_lane(size_t index, base::UniqueFunction<void()> task) {
  if (lanes_->lane(index).post(task)) return;
  auto timer = std::make_shared<std::unique_ptr<runtime::Timer>>();
  *timer = std::make_unique<runtime::Timer>(
      *control_, [this, index, timer, again = std::move(task)]() mutable {
        auto keep_alive = std::move(*timer);
        post_to_lane(index, std::move(again));
      });
  (*timer)->schedule(std::chrono::milliseconds(1));
}

void RunningCollector::begin_drain() {
  if (std::exchange(is_draining_, true)) return;
  log::info("Starting shutdown...");
  drain_stage();
}

/// Drains one stage on every lane, then the next one: what a stage sends on, the next one holds.
void RunningCollector::drain_stage() {
  if (stage_ == stage_count(plan_)) return control_->stop();
  lanes_draining_ = lanes_->size();
  for (size_t i = 0; i < lanes_->size(); ++i) {
    post_to_lane(i, [this, i, stage = stage_] {
      graphs_[i]->drain(stage, [this] {
        base::UniqueFunction<void()> report = [this] {
          if (--lanes_draining_ > 0) return;
          ++stage_;
          drain_stage();
        };
        // As many reports as lanes: the control lane's mailbox has room for them.
        if (!control_->post(report)) log::error("drain.report_lost");
      });
    });
  }
}

Summary RunningCollector::run(base::UniqueFunction<void()> on_reload) {
  runtime::Timer deadline(*control_, [this] {
    log::error("Shutdown deadline exceeded; what is held now is lost");
    control_->stop();
  });
  auto signals = runtime::Signals::create(*control_, [&](int number) {
    if (number == SIGHUP) return on_reload();
    begin_drain();
    deadline.schedule(settings_.drain_deadline);
  });
  if (!signals) log::error("signals.unavailable", {{"error", signals.error().message}});
  control_->run();
  signals = fail(ErrorCode::shutting_down, "");
  stop_lanes();
  log::info("Shutdown complete.");
  return summary();
}

void RunningCollector::stop_lanes() {
  if (lanes_ == nullptr) return;
  lanes_->stop();
  lanes_->join();
  // Other lanes' graphs refer to the first one's singletons.
  while (!graphs_.empty()) graphs_.pop_back();
  budgets_.clear();
}

Summary RunningCollector::summary() const {
  const auto total = [this](std::string_view prefix) {
    int64_t items = 0;
    for (const otlp::Signal signal : otlp::all_signals) {
      items += metrics_.total(std::string(prefix).append(otlp::names(signal).items));
    }
    return items;
  };
  return {.received = total("otelcol_receiver_accepted_"),
          .delivered = total("otelcol_exporter_sent_"),
          .refused = total("otelcol_receiver_refused_"),
          .lost = total("otelcol_exporter_send_failed_") +
                  metrics_.total("otelcol_processor_batch_lost_items")};
}

}  // namespace

std::string Summary::to_string() const {
  return "received=" + std::to_string(received) + " delivered=" + std::to_string(delivered) +
         " refused=" + std::to_string(refused) + " lost=" + std::to_string(lost);
}

Result<std::unique_ptr<Collector>, Failure> Collector::start(Plan plan, const Settings& settings) {
  auto collector = std::make_unique<RunningCollector>(std::move(plan), settings);
  TELEMILL_TRY(collector->start_all());
  return std::unique_ptr<Collector>(std::move(collector));
}

}  // namespace telemill::engine
