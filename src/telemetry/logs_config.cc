#include "telemetry/logs_config.h"

#include <array>
#include <utility>

#include "codec/coding.h"

namespace telemill::telemetry {
namespace {

struct LevelName {
  std::string_view name;
  log::Level level;
};
/// The last three end the reference; nothing of ours is so severe.
constexpr std::array<LevelName, 8> level_names = {{{"debug", log::Level::debug},
                                                   {"info", log::Level::info},
                                                   {"warn", log::Level::warn},
                                                   {"error", log::Level::error},
                                                   {"dpanic", log::Level::error},
                                                   {"panic", log::Level::error},
                                                   {"fatal", log::Level::error},
                                                   {"", log::Level::info}}};

const LevelName* find_level(std::string_view text) noexcept {
  for (const LevelName& row : level_names) {
    if (codec::equals_without_case(row.name, text)) return &row;
  }
  return nullptr;
}

}  // namespace

config::Problems SamplingConfig::check() const {
  config::Problems problems;
  if (tick <= Duration::zero()) problems.add("tick", "must be positive");
  return problems;
}

config::Problems LogBatchConfig::check() const {
  config::Problems problems;
  if (schedule_delay < 0) problems.add("schedule_delay", "must not be negative");
  if (export_timeout < 0) problems.add("export_timeout", "must not be negative");
  if (max_queue_size <= 0) problems.add("max_queue_size", "must be positive");
  if (max_export_batch_size <= 0) problems.add("max_export_batch_size", "must be positive");
  return problems;
}

config::Problems LogProcessorConfig::check() const {
  config::Problems problems;
  if (batch.has_value() == simple.has_value()) {
    problems.add("", "a processor is either batch or simple");
  } else if (batch && !batch->exporter.otlp) {
    problems.add("batch::exporter", "no valid log exporter", "otlp");
  } else if (simple && !simple->exporter.otlp) {
    problems.add("simple::exporter", "no valid log exporter", "otlp");
  }
  return problems;
}

log::Level LogsConfig::log_level() const noexcept {
  const LevelName* const row = find_level(level);
  return row == nullptr ? log::Level::info : row->level;
}

std::optional<SamplingConfig> LogsConfig::sampling_settings() const {
  const bool is_absent = sampling.mark.line == 0;
  if (sampling.is_null() && !is_absent) return std::nullopt;
  config::Problems ignored;
  const auto settings = config::decode<SamplingConfig>(sampling, "sampling", ignored);
  if (!settings.enabled) return std::nullopt;
  return settings;
}

config::Problems LogsConfig::check() const {
  config::Problems problems;
  if (find_level(level) == nullptr) {
    problems.add("level", "unknown level " + config::in_quotes(level),
                 "DEBUG, INFO, WARN or ERROR");
  }
  if (encoding != "console" && encoding != "json") {
    problems.add("encoding", "unknown encoding " + config::in_quotes(encoding), "console or json");
  }
  static_cast<void>(config::decode<SamplingConfig>(sampling, "sampling", problems));
  return problems;
}

}  // namespace telemill::telemetry
