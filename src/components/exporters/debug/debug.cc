#include "components/exporters/debug/debug.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/log.h"
#include "components/exporters/debug/detailed.h"
#include "components/exporters/debug/names.h"
#include "components/exporters/debug/normal.h"
#include "components/exporters/debug/sampler.h"
#include "components/shared/file_output/ordered_work.h"
#include "components/shared/file_output/output_file.h"
#include "pipeline/item_counters.h"

namespace telemill::components::exporters::debug {
namespace {

/// Payloads that wait for the console; more are refused for the moment.
constexpr size_t waiting_bytes_max = 64_MiB;

/// The numbers of a summary line; `records` is said of metrics only, where it is not the items.
struct Summary {
  std::string_view resources_label;
  std::string_view records_label;
  std::string_view items_label;
  size_t resources = 0;
  size_t records = 0;
  size_t items = 0;
};

Summary summarize(const otlp::Payload& payload) {
  static constexpr std::array<Summary, otlp::signal_count> labels = {{
      {"resource spans", "", "spans"},
      {"resource metrics", "metrics", "data points"},
      {"resource logs", "", "log records"},
      {"resource profiles", "", "sample records"},
  }};
  Summary summary = labels[static_cast<size_t>(payload.signal())];
  for (const otlp::Part& part : payload.parts()) {
    summary.resources += part.table.resources().size();
    summary.records += part.table.records().size();
  }
  summary.items = payload.item_count();
  return summary;
}

const std::string stdout_path = "stdout";

/// Where texts go. Its methods run on the worker, or on the lane for lines of the log.
class Console {
 public:
  Console(const pipeline::ComponentContext& context, const DebugConfig& config, otlp::Signal signal)
      : logger_(context.logger), config_(config), signal_(signal) {}

  Result<void, Failure> open() {
    if (config_.use_internal_logger) return {};
    for (const std::string& path : config_.output_paths.value_or(std::vector{stdout_path})) {
      TELEMILL_ASSIGN(auto file,
                      shared::OutputFile::open(path, shared::OutputFile::Start::appended));
      files_.push_back(std::move(file));
    }
    return {};
  }

  Result<void, Failure> show(const Summary& summary) {
    const std::string_view title = entry_names[static_cast<size_t>(signal_)].summary;
    if (!config_.use_internal_logger) {
      const std::string records =
          summary.records_label.empty()
              ? ""
              : fmt::format("\"{}\": {}, ", summary.records_label, summary.records);
      return write(fmt::format("{}\t{{\"{}\": {}, {}\"{}\": {}}}\n", title, summary.resources_label,
                               summary.resources, records, summary.items_label, summary.items));
    }
    if (summary.records_label.empty()) {
      logger_.write_unlimited(
          log::Level::info, title,
          {{summary.resources_label, summary.resources}, {summary.items_label, summary.items}});
    } else {
      logger_.write_unlimited(log::Level::info, title,
                              {{summary.resources_label, summary.resources},
                               {summary.records_label, summary.records},
                               {summary.items_label, summary.items}});
    }
    return {};
  }

  Result<void, Failure> show(const otlp::Payload& payload) {
    const std::string text =
        config_.verbosity == Verbosity::detailed ? detailed_text(payload) : normal_text(payload);
    if (!config_.use_internal_logger) return write(text + "\n");  // payloads are set apart
    logger_.write_unlimited(log::Level::info, text);
    return {};
  }

  Result<void, Failure> close() {
    for (shared::OutputFile& file : files_) TELEMILL_TRY(file.close());
    return {};
  }

 private:
  Result<void, Failure> write(std::string_view text) {
    for (shared::OutputFile& file : files_) TELEMILL_TRY(file.write(text));
    return {};
  }

  const log::Logger logger_;
  const DebugConfig config_;  // a copy: a job may outlive the component
  const otlp::Signal signal_;
  std::vector<shared::OutputFile> files_;
};

class Debug final : public pipeline::Exporter {
 public:
  Debug(const pipeline::ComponentContext& context, const DebugConfig& config, otlp::Signal signal)
      : lane_(context.lane),
        config_(config),
        sampler_(config.sampling_initial, config.sampling_thereafter),
        console_(std::make_shared<Console>(context, config, signal)),
        work_(context.lane, context.worker, waiting_bytes_max),
        sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
              {{"exporter", context.id.text()}}) {}

  Result<void, Failure> start() override { return console_->open(); }

  void consume(pipeline::Batch batch) override {
    const Summary summary = summarize(batch.payload);
    const bool has_summary = sampler_.passes(lane_.now());
    if (config_.verbosity == Verbosity::basic &&
        (config_.use_internal_logger || !has_summary)) {  // one log line at most: not worth a job
      return finish(batch.done, batch.signal(), summary.items,
                    has_summary ? console_->show(summary) : Result<void, Failure>());
    }
    const size_t bytes = batch.payload.byte_count();
    const otlp::Signal signal = batch.signal();
    auto job = [console = console_, summary, has_summary, verbosity = config_.verbosity,
                payload = std::move(batch.payload)]() -> Result<void, Failure> {
      if (has_summary) TELEMILL_TRY(console->show(summary));
      if (verbosity != Verbosity::basic) TELEMILL_TRY(console->show(payload));
      return {};
    };
    auto done = [this, signal, items = summary.items,
                 done = std::move(batch.done)](Result<void, Failure> result) mutable {
      finish(done, signal, items, std::move(result));
    };
    work_.submit(bytes, std::move(job), std::move(done));
  }

  void drain(base::UniqueFunction<void()> done) override {
    work_.finish([console = console_] { return console->close(); },
                 [done = std::move(done)](Result<void, Failure> result) mutable {
                   if (!result) log::warn("debug.close", {{"error", result.error().message}});
                   done();
                 });
  }

 private:
  void finish(pipeline::Completion& done, otlp::Signal signal, size_t items,
              Result<void, Failure> result) {
    if (!result) return done.settle(pipeline::Outcome::retryable(result.error().message));
    sent_.add(signal, items);
    done.settle(pipeline::Outcome::ok());
  }

  runtime::Lane& lane_;
  const DebugConfig& config_;
  Sampler sampler_;
  std::shared_ptr<Console> console_;  // shared with jobs on the worker
  shared::OrderedWork work_;
  pipeline::ItemCounters sent_;
};

class DebugFactory final : public pipeline::FactoryFor<DebugConfig> {
 public:
  DebugFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "debug",
                    .summary = "Shows what passes on the console.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal) const override {
    return std::make_unique<Debug>(context, as_config(settings), signal);
  }
};

}  // namespace

config::Problems DebugConfig::check() const {
  config::Problems problems;
  if (use_internal_logger && output_paths) {
    problems.add("output_paths", "has no effect unless use_internal_logger is false");
  }
  if (!use_internal_logger && output_paths && output_paths->empty()) {
    problems.add("output_paths", "must not be empty when use_internal_logger is false");
  }
  return problems;
}

const pipeline::Factory& factory() {
  static const DebugFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::debug
