#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/unique_function.h"

namespace telemill::runtime {

/// A number that one thread changes and any thread reads. Each stands alone on its cache line.
class alignas(64) Counter {
 public:
  void add(int64_t amount) noexcept {
    // One writer: a plain load and store, no locked instruction.
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  Counter& operator+=(int64_t amount) noexcept {
    add(amount);
    return *this;
  }
  void set(int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

/// How often values fell between bounds. `counts` has one element more than `bounds`; the element i
/// counts values up to and including bounds[i], the last one what exceeds them all.
struct HistogramValue {
  std::vector<double> bounds;
  std::vector<uint64_t> counts;
  double sum = 0;

  [[nodiscard]] uint64_t count() const noexcept;
  void merge(const HistogramValue& other);
};

/// A distribution that one thread records and any thread reads. A reader may see a value in its
/// bucket and not yet in the sum.
class alignas(64) Histogram {
 public:
  /// `bounds` ascend and outlive the histogram.
  Histogram(std::span<const double> bounds, bool is_recording);

  void record(double value) noexcept;
  /// False when nobody looks at the metric's level: what only feeds `record` may be left out.
  [[nodiscard]] bool is_recording() const noexcept { return counts_ != nullptr; }
  [[nodiscard]] HistogramValue value() const;

 private:
  const std::span<const double> bounds_;
  const std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

using Label = std::pair<std::string, std::string>;
using Labels = std::vector<Label>;

enum class MetricKind : uint8_t { counter, up_down_counter, gauge, histogram };

/// How much is shown. A metric has the least level at which it is.
enum class MetricLevel : uint8_t { none, basic, normal, detailed };

/// What a metric is called and means; one per name.
struct MetricInfo {
  std::string name{};  // in OpenTelemetry's form, such as otelcol_receiver_accepted_spans
  MetricKind kind = MetricKind::counter;
  std::string unit{};
  std::string help{};
  MetricLevel level = MetricLevel::basic;
};

using MetricValue = std::variant<int64_t, double, HistogramValue>;

/// A series summed over the lanes that count it.
struct MetricSample {
  const MetricInfo* info;  // lives as long as the registry
  Labels labels;           // sorted by name
  MetricValue value;
};

/// All self metrics of the process. Registering takes a lock and may come from any thread;
/// counting touches only the caller's own counter.
class MetricRegistry {
 public:
  /// `level` is what `collect` shows and what histograms record.
  explicit MetricRegistry(MetricLevel level = MetricLevel::normal);
  MetricRegistry(const MetricRegistry&) = delete;
  MetricRegistry& operator=(const MetricRegistry&) = delete;
  ~MetricRegistry();

  /// A new counter of one writer for the series {name, labels}; lives until `release`, at most as
  /// long as the registry. Series with the same name and labels are summed when read.
  Counter& counter(const MetricInfo& info, Labels labels);
  /// The same for a distribution. All histograms of one name have the bounds of the first.
  Histogram& histogram(const MetricInfo& info, Labels labels, std::span<const double> bounds);
  /// A value that `read` tells when somebody looks, on the looker's thread with the registry
  /// locked: it must not call the registry. The key is for `release`.
  const void* observe(const MetricInfo& info, Labels labels, base::UniqueFunction<double()> read);

  /// Ends one writer, named by the address it was given. What it counted stays in the sum
  /// of a counter or histogram; gauges, up-down counters and observations forget it, and a series
  /// of theirs without writers is no longer shown.
  void release(const void* writer) noexcept;
  /// Forgets a series, and ends its writers, such as that of a partition that is gone.
  void remove(std::string_view name, Labels labels);

  [[nodiscard]] MetricLevel level() const noexcept { return level_; }
  /// False for what nobody sees at this registry's level.
  [[nodiscard]] bool exposes(MetricLevel level) const noexcept {
    return level_ != MetricLevel::none && level <= level_;
  }

  /// Every exposed series, sorted by name and labels.
  [[nodiscard]] std::vector<MetricSample> collect() const;
  /// Every metric that was ever registered, sorted by name.
  [[nodiscard]] std::vector<const MetricInfo*> infos() const;
  /// The sum of all counters of `name` whose labels include `labels`, at any level.
  [[nodiscard]] int64_t total(std::string_view name, std::span<const Label> labels = {}) const;

 private:
  struct State;
  const MetricLevel level_;
  std::unique_ptr<State> state_;
};

/// Registers for an owner that may go before the registry does, and releases when it goes.
class MetricScope {
 public:
  explicit MetricScope(MetricRegistry& registry) noexcept : registry_(registry) {}
  MetricScope(const MetricScope&) = delete;
  MetricScope& operator=(const MetricScope&) = delete;
  ~MetricScope();

  Counter& counter(const MetricInfo& info, Labels labels);
  Histogram& histogram(const MetricInfo& info, Labels labels, std::span<const double> bounds);
  void observe(const MetricInfo& info, Labels labels, base::UniqueFunction<double()> read);

 private:
  MetricRegistry& registry_;
  std::vector<const void*> writers_;
};

}  // namespace telemill::runtime
