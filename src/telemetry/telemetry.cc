#include "telemetry/telemetry.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "config/scalar.h"
#include "telemetry/log_push.h"
#include "telemetry/metrics_page.h"
#include "telemetry/metrics_push.h"
#include "telemetry/process_metrics.h"

namespace telemill::telemetry {
namespace {

Unexpected<Failure> cannot_start(std::string_view what, std::string_view list, size_t index,
                                 Failure failure) {
  failure.message = "failed to start " + std::string(what) +
                    " (service::telemetry::" + std::string(list) + "[" + std::to_string(index) +
                    "]): " + failure.message;
  return fail(std::move(failure));
}

class RunningTelemetry final : public Telemetry, private log::RecordSink {
 public:
  RunningTelemetry(const TelemetryConfig& config, const Resource& resource,
                   const Facilities& facilities)
      : config_(config),
        resource_(resource),
        facilities_(facilities),
        dropped_names_(config.metrics.dropped_names()),
        scope_(facilities.metrics) {
    observe_process(scope_);
  }
  ~RunningTelemetry() override { log::set_sink(nullptr); }

  Result<void, Failure> open() {
    if (config_.metrics.metric_level() != runtime::MetricLevel::none) {
      const auto& readers = config_.metrics.readers;
      for (size_t i = 0; i < readers.size(); ++i) TELEMILL_TRY(open_reader(readers[i], i));
    }
    const auto& processors = config_.logs.processors;
    for (size_t i = 0; i < processors.size(); ++i) {
      auto push =
          LogPush::start(processors[i], resource_, facilities_.lane, facilities_.worker, scope_);
      if (!push) {
        return cannot_start("OTLP log exporter", "logs::processors", i, std::move(push).error());
      }
      log_pushes_.push_back(*std::move(push));
    }
    if (!log_pushes_.empty()) log::set_sink(this);
    return {};
  }

  void stop(base::UniqueFunction<void()> done) override {
    log::set_sink(nullptr);
    for (const auto& page : pages_) page->close();
    struct Waiting {
      size_t left;
      base::UniqueFunction<void()> done;
    };
    const size_t pushes = metrics_pushes_.size() + log_pushes_.size();
    if (pushes == 0) return done();
    auto waiting = std::make_shared<Waiting>(pushes, std::move(done));
    const auto report = [waiting] {
      if (--waiting->left == 0) waiting->done();
    };
    for (const auto& push : metrics_pushes_) push->stop(report);
    for (const auto& push : log_pushes_) push->stop(report);
  }

 private:
  Result<void, Failure> open_reader(const ReaderConfig& reader, size_t index) {
    const auto collect = [this] { return this->collect(); };
    if (reader.pull) {
      auto page = MetricsPage::open(*reader.pull->exporter.prometheus, resource_, facilities_.lane,
                                    collect);
      if (!page) {
        return cannot_start("prometheus metrics reader", "metrics::readers", index,
                            std::move(page).error());
      }
      pages_.push_back(*std::move(page));
      return {};
    }
    auto push = MetricsPush::start(*reader.periodic, resource_, facilities_.lane,
                                   facilities_.worker, collect);
    if (!push) {
      return cannot_start("periodic OTLP metrics reader", "metrics::readers", index,
                          std::move(push).error());
    }
    metrics_pushes_.push_back(*std::move(push));
    return {};
  }

  /// All metrics but those that views drop.
  [[nodiscard]] std::vector<runtime::MetricSample> collect() const {
    auto samples = facilities_.metrics.collect();
    std::erase_if(samples, [this](const runtime::MetricSample& sample) {
      return std::ranges::any_of(dropped_names_, [&sample](const std::string& pattern) {
        return matches(pattern, sample.info->name);
      });
    });
    return samples;
  }

  /// On any thread.
  void take(const log::Record& record) override {
    base::UniqueFunction<void()> task = [this, owned = OwnedRecord(record)]() mutable {
      for (const auto& push : log_pushes_) push->add(owned);
    };
    // A full mailbox has other worries than this record.
    static_cast<void>(facilities_.lane.post(task));
  }

  const TelemetryConfig& config_;
  const Resource& resource_;
  const Facilities facilities_;
  const std::vector<std::string> dropped_names_;
  runtime::MetricScope scope_;
  std::vector<std::unique_ptr<MetricsPage>> pages_;
  std::vector<std::unique_ptr<MetricsPush>> metrics_pushes_;
  std::vector<std::unique_ptr<LogPush>> log_pushes_;
};

Result<void, Failure> open_outputs(const std::vector<std::string>& paths,
                                   std::vector<std::unique_ptr<log::Output>>& outputs) {
  for (const std::string& path : paths) {
    TELEMILL_ASSIGN(auto output, log::Output::open(path));
    outputs.push_back(std::move(output));
  }
  return {};
}

/// A YAML value as JSON. Depth and size are bounded by the configuration's own limits.
std::string to_json(const config::Node& node) {
  if (node.is_null()) return "null";
  if (node.is_scalar()) {
    const config::ScalarValue value = config::resolve(node);
    if (const auto* text = std::get_if<std::string_view>(&value)) return log::to_json(*text);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
    return log::to_json(node.text);
  }
  std::string text(node.is_mapping() ? "{" : "[");
  const auto separate = [&text] {
    if (text.size() > 1) text.push_back(',');
  };
  for (const config::Node& item : node.items) {
    separate();
    text.append(to_json(item));
  }
  for (const config::Entry& entry : node.entries) {
    separate();
    text.append(log::to_json(entry.key)).append(":").append(to_json(entry.value));
  }
  text.push_back(node.is_mapping() ? '}' : ']');
  return text;
}

std::string common_fields(const LogsConfig& config, const Resource& resource) {
  std::string fields;
  if (!config.disable_zap_resource && !resource.attributes.empty()) {
    fields.append(R"("resource":{)");
    for (const auto& [key, value] : resource.attributes) {
      if (!fields.ends_with('{')) fields.push_back(',');
      fields.append(log::to_json(key)).append(":").append(log::to_json(value));
    }
    fields.push_back('}');
  }
  for (const auto& [key, value] : config.initial_fields) {
    if (!fields.empty()) fields.push_back(',');
    fields.append(log::to_json(key)).append(":").append(to_json(value));
  }
  return fields;
}

}  // namespace

Result<std::unique_ptr<Logging>, Failure> Logging::start(const LogsConfig& config,
                                                         const Resource& resource) {
  std::unique_ptr<Logging> logging(new Logging);  // NOLINT: owned at once
  TELEMILL_TRY(open_outputs(config.output_paths, logging->outputs_));
  TELEMILL_TRY(open_outputs(config.error_output_paths, logging->error_outputs_));
  log::Settings& settings = logging->settings_;
  settings.level = config.log_level();
  settings.as_json = config.encoding == "json";
  settings.shows_caller = !config.disable_caller;
  settings.common_fields = common_fields(config, resource);
  settings.lines_initial = 0;
  if (const auto sampling = config.sampling_settings()) {
    settings.lines_initial = sampling->initial;
    settings.lines_thereafter = sampling->thereafter;
    settings.interval_nanos = static_cast<uint64_t>(sampling->tick.count());
  }
  for (const auto& output : logging->outputs_) settings.outputs.push_back(output.get());
  log::configure(settings);
  return logging;
}

Logging::~Logging() { log::configure({}); }

Result<std::unique_ptr<Telemetry>, Failure> Telemetry::start(const TelemetryConfig& config,
                                                             const Resource& resource,
                                                             const Facilities& facilities) {
  auto telemetry = std::make_unique<RunningTelemetry>(config, resource, facilities);
  TELEMILL_TRY(telemetry->open());
  return std::unique_ptr<Telemetry>(std::move(telemetry));
}

}  // namespace telemill::telemetry
