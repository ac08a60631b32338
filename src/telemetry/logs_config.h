#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/fields.h"
#include "telemetry/metrics_config.h"

/// `service::telemetry::logs` as users write it.
namespace telemill::telemetry {

struct SamplingConfig {
  bool enabled = true;
  Duration tick = std::chrono::seconds(10);
  uint32_t initial = 10;
  uint32_t thereafter = 100;

  static constexpr auto fields = std::tuple{
      config::field("enabled", &SamplingConfig::enabled, "Leave out what repeats itself."),
      config::field("tick", &SamplingConfig::tick, "How long a count lasts."),
      config::field("initial", &SamplingConfig::initial, "Lines of one event that are written."),
      config::field("thereafter", &SamplingConfig::thereafter,
                    "Of those that follow, every so manieth is; 0: none."),
  };
  [[nodiscard]] config::Problems check() const;
};

struct LogExporterConfig {
  std::optional<OtlpConfig> otlp;

  static constexpr auto fields = std::tuple{
      config::field("otlp", &LogExporterConfig::otlp, "A peer that speaks OTLP."),
      config::not_yet("console", "lines go to output_paths"),
  };
};

/// Collects records and sends them together.
struct LogBatchConfig {
  int64_t schedule_delay = 1000;  // milliseconds
  int64_t export_timeout = 30'000;
  int64_t max_queue_size = 2048;
  int64_t max_export_batch_size = 512;
  LogExporterConfig exporter;

  static constexpr auto fields = std::tuple{
      config::field("schedule_delay", &LogBatchConfig::schedule_delay, "Milliseconds to collect."),
      config::field("export_timeout", &LogBatchConfig::export_timeout,
                    "Milliseconds for a request."),
      config::field("max_queue_size", &LogBatchConfig::max_queue_size, "Records held."),
      config::field("max_export_batch_size", &LogBatchConfig::max_export_batch_size,
                    "Records of a request."),
      config::field("exporter", &LogBatchConfig::exporter, "Where records go."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Sends each record by itself.
struct LogSimpleConfig {
  LogExporterConfig exporter;

  static constexpr auto fields = std::tuple{
      config::field("exporter", &LogSimpleConfig::exporter, "Where records go."),
  };
};

struct LogProcessorConfig {
  std::optional<LogBatchConfig> batch;
  std::optional<LogSimpleConfig> simple;

  static constexpr auto fields = std::tuple{
      config::field("batch", &LogProcessorConfig::batch, "Sends records together."),
      config::field("simple", &LogProcessorConfig::simple, "Sends each record at once."),
  };
  /// The peer, whichever kind it is; valid once checked.
  [[nodiscard]] const OtlpConfig& otlp() const {
    return batch ? *batch->exporter.otlp : *simple->exporter.otlp;
  }
  [[nodiscard]] config::Problems check() const;
};

struct LogsConfig {
  std::string level = "INFO";
  std::string encoding = "console";
  bool development = false;
  bool disable_caller = false;
  bool disable_stacktrace = false;
  bool disable_zap_resource = false;
  config::Node sampling;
  std::vector<std::string> output_paths = {"stderr"};
  std::vector<std::string> error_output_paths = {"stderr"};
  config::OrderedMap<config::Node> initial_fields;
  std::vector<LogProcessorConfig> processors;

  static constexpr auto fields = std::tuple{
      config::field("level", &LogsConfig::level, "Least severe level that is written."),
      config::field("encoding", &LogsConfig::encoding, "`console` or `json`."),
      config::field("development", &LogsConfig::development, "Changes nothing here."),
      config::field("disable_caller", &LogsConfig::disable_caller,
                    "Leave out which line of code speaks."),
      config::field("disable_stacktrace", &LogsConfig::disable_stacktrace,
                    "Changes nothing: there are no stack traces."),
      config::field("disable_zap_resource", &LogsConfig::disable_zap_resource,
                    "Leave the resource out of lines."),
      config::field("sampling", &LogsConfig::sampling,
                    "enabled, tick, initial and thereafter; null writes every line."),
      config::field("output_paths", &LogsConfig::output_paths, "`stdout`, `stderr` and files."),
      config::field("error_output_paths", &LogsConfig::error_output_paths,
                    "Opened, and otherwise unused: lines that cannot be written are counted."),
      config::field("initial_fields", &LogsConfig::initial_fields, "Fields that all lines carry."),
      config::field("processors", &LogsConfig::processors, "Who else gets the records."),
  };
  [[nodiscard]] log::Level log_level() const noexcept;
  /// What `sampling` asks for; nothing when it is off.
  [[nodiscard]] std::optional<SamplingConfig> sampling_settings() const;
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::telemetry
