#include "engine/collector.h"

#include <array>
#include <csignal>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/extension_set.h"
#include "engine/lane_graph.h"
#include "engine/status_board.h"
#include "pipeline/host.h"
#include "pipeline/lost_items.h"
#include "runtime/lane_threads.h"
#include "runtime/memory_budget.h"
#include "runtime/memory_limit.h"
#include "runtime/shared_objects.h"
#include "runtime/signals.h"
#include "runtime/worker.h"
#include "telemetry/telemetry.h"

namespace telemill::engine {
namespace {

std::vector<pipeline::PipelineDescription> describe_pipelines(const Plan& plan) {
  const auto ids_of = [](const std::vector<PlannedComponent>& list,
                         const std::vector<size_t>& indices,
                         std::vector<config::ComponentId>& ids) {
    for (const size_t index : indices) ids.push_back(list[index].id);
  };
  std::vector<pipeline::PipelineDescription> descriptions;
  for (const PlannedPipeline& pipeline : plan.pipelines) {
    auto& description = descriptions.emplace_back();
    description.id = pipeline.id;
    description.signal = pipeline.signal;
    ids_of(plan.receivers, pipeline.receivers, description.receivers);
    ids_of(plan.connectors, pipeline.connectors_in, description.receivers);
    ids_of(plan.processors, pipeline.processors, description.processors);
    ids_of(plan.exporters, pipeline.exporters, description.exporters);
    ids_of(plan.connectors, pipeline.connectors_out, description.exporters);
  }
  return descriptions;
}

class RunningCollector final : public Collector, public pipeline::Host {
 public:
  RunningCollector(Plan plan, const Settings& settings)
      : plan_(std::move(plan)),
        settings_(settings),
        pipelines_(describe_pipelines(plan_)),
        process_budget_(settings.admitted_bytes_max > 0 ? settings.admitted_bytes_max
                                                        : runtime::memory_target_bytes() / 4),
        metrics_(plan_.telemetry.metrics.metric_level()) {}
  ~RunningCollector() override { stop_lanes(); }

  Result<void, Failure> start_all();
  Summary run(base::UniqueFunction<void()> on_reload) override;

  [[nodiscard]] const std::vector<pipeline::PipelineDescription>& pipelines()
      const noexcept override {
    return pipelines_;
  }
  [[nodiscard]] const std::vector<config::ComponentId>& extensions() const noexcept override {
    return extension_ids_;
  }
  [[nodiscard]] std::vector<pipeline::ComponentStatus> statuses() const override {
    return statuses_->statuses();
  }
  [[nodiscard]] const runtime::MetricRegistry& metrics() const noexcept override {
    return metrics_;
  }
  [[nodiscard]] UnixNanos started_at() const noexcept override { return started_at_; }
  [[nodiscard]] size_t lane_count() const noexcept override { return lanes_->size(); }

 private:
  void begin_drain();
  void drain_stage();
  void post_to_lane(size_t index, base::UniqueFunction<void()> task);
  void stop_lanes();
  [[nodiscard]] Summary summary() const;

  [[nodiscard]] LaneFacilities facilities_of(runtime::Lane& lane);

  const Plan plan_;
  const Settings settings_;
  const std::vector<pipeline::PipelineDescription> pipelines_;
  std::vector<config::ComponentId> extension_ids_;
  UnixNanos started_at_ = 0;
  // In the order in which they may go: what stands later uses what stands earlier.
  runtime::MemoryBudget process_budget_;
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;  // by the instances of one plan
  std::unique_ptr<runtime::Lane> control_;
  std::unique_ptr<runtime::LaneThreads> lanes_;
  std::unique_ptr<runtime::Timer> deadline_;  // of the drain
  std::unique_ptr<StatusBoard> statuses_;
  runtime::Worker worker_;
  std::unique_ptr<telemetry::Telemetry> telemetry_;
  std::vector<std::unique_ptr<runtime::LaneBudget>> budgets_;
  std::unique_ptr<ExtensionSet> control_extensions_;
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
  started_at_ = control_->unix_now();
  TELEMILL_ASSIGN(telemetry_, telemetry::Telemetry::start(
                                  plan_.telemetry, plan_.resource,
                                  {.lane = *control_, .worker = worker_, .metrics = metrics_}));
  statuses_ = std::make_unique<StatusBoard>(*control_, [this] { begin_drain(); });
  for (const size_t index : plan_.running_extensions) {
    extension_ids_.push_back(plan_.extensions[index].id);
  }
  LaneFacilities control = facilities_of(*control_);
  control.host = this;
  control_extensions_ = std::make_unique<ExtensionSet>(
      plan_, control,
      std::initializer_list{pipeline::Placement::lane, pipeline::Placement::singleton});
  TELEMILL_TRY(control_extensions_->start());
  for (size_t i = 0; i < lanes_->size(); ++i) {
    graphs_.push_back(std::make_unique<LaneGraph>(plan_, facilities_of(lanes_->lane(i)),
                                                  i == 0 ? nullptr : graphs_.front().get()));
    TELEMILL_TRY(graphs_.back()->start());
  }
  TELEMILL_TRY(lanes_->start());
  control_extensions_->on_ready();
  return {};
}

LaneFacilities RunningCollector::facilities_of(runtime::Lane& lane) {
  budgets_.push_back(std::make_unique<runtime::LaneBudget>(process_budget_));
  return {.lane = lane,
          .budget = *budgets_.back(),
          .worker = worker_,
          .metrics = metrics_,
          .shared = shared_,
          .statuses = *statuses_};
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
  deadline_ = std::make_unique<runtime::Timer>(*control_, [this] {
    log::error("Shutdown deadline exceeded; what is held now is lost");
    control_->stop();
  });
  deadline_->schedule(settings_.drain_deadline);
  control_extensions_->on_stopping();
  drain_stage();
}

/// Drains one stage on every lane, then the next one: what a stage sends on, the next one holds.
void RunningCollector::drain_stage() {
  if (stage_ == plan_.stage_count) return telemetry_->stop([this] { control_->stop(); });
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
  auto signals = runtime::Signals::create(*control_, [&](int number) {
    if (number == SIGHUP) return on_reload();
    begin_drain();
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
  control_extensions_.reset();
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
          .lost = metrics_.total(pipeline::lost_items_metric)};
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
