#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

using Label = std::pair<std::string, std::string>;

enum class MetricKind : uint8_t { counter, up_down_counter, gauge };

/// What a metric is called and means; one per name.
struct MetricInfo {
  std::string name;  // as on the metrics page, such as otelcol_receiver_accepted_spans
  MetricKind kind = MetricKind::counter;
  std::string unit;
  std::string help;
};

/// A series summed over the lanes that count it.
struct MetricSample {
  const MetricInfo* info;
  std::span<const Label> labels;
  int64_t value;
};

/// All self metrics of the process. Registering takes a lock and may come from any thread;
/// counting touches only the caller's own counter.
class MetricRegistry {
 public:
  MetricRegistry();
  MetricRegistry(const MetricRegistry&) = delete;
  MetricRegistry& operator=(const MetricRegistry&) = delete;
  ~MetricRegistry();

  /// A new counter of one writer for the series {name, labels}; lives as long as the registry.
  /// Series with the same name and labels are summed when read.
  Counter& counter(const MetricInfo& info, std::vector<Label> labels);

  /// Every series, sorted by name and labels. The infos and labels live as long as the registry.
  [[nodiscard]] std::vector<MetricSample> collect() const;
  /// The sum of all series of `name` whose labels include `labels`.
  [[nodiscard]] int64_t total(std::string_view name, std::span<const Label> labels = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace telemill::runtime
