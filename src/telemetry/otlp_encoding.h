#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/buffer.h"
#include "base/log.h"
#include "base/units.h"
#include "runtime/metrics.h"
#include "telemetry/resource.h"

/// Our own metrics and log records as OTLP export requests.
namespace telemill::telemetry {

enum class Temporality : uint8_t { cumulative, delta, low_memory };

/// The values of series at some time, by name and labels.
using Baseline = std::map<std::pair<std::string, runtime::Labels>, runtime::MetricValue>;
[[nodiscard]] Baseline to_baseline(const std::vector<runtime::MetricSample>& samples);

struct MetricsRequest {
  const std::vector<runtime::MetricSample>& samples;  // sorted by name
  const Resource& resource;
  Temporality temporality = Temporality::cumulative;
  const Baseline& baseline;   // what deltas are counted from; series it lacks count from zero
  UnixNanos start = 0;        // of the process
  UnixNanos baseline_at = 0;  // the time of the baseline
  UnixNanos now = 0;
};
[[nodiscard]] base::Slice encode_metrics(const MetricsRequest& request);

/// A log record that owns what it says.
struct OwnedRecord {
  using Value = std::variant<std::string, int64_t, double, bool>;

  explicit OwnedRecord(const log::Record& record);

  log::Level level;
  UnixNanos time;
  std::string event;
  std::vector<std::pair<std::string, Value>> fields;
};
[[nodiscard]] base::Slice encode_logs(std::span<const OwnedRecord> records,
                                      const Resource& resource);

}  // namespace telemill::telemetry
