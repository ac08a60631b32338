#include "runtime/metrics.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace telemill::runtime {
namespace {

using Labels = std::vector<Label>;

bool includes(const Labels& labels, std::span<const Label> wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Label& label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  });
}

/// One series: a counter of each writer. The pointers are steady, writers hold references.
struct Series {
  std::vector<std::unique_ptr<Counter>> counters;

  [[nodiscard]] int64_t sum() const noexcept {
    int64_t sum = 0;
    for (const auto& counter : counters) sum += counter->value();
    return sum;
  }
};

struct Metric {
  MetricInfo info;
  std::map<Labels, Series> series;
};

}  // namespace

struct MetricRegistry::State {
  std::mutex mutex;
  std::map<std::string, Metric, std::less<>> metrics;
};

MetricRegistry::MetricRegistry() : state_(std::make_unique<State>()) {}
MetricRegistry::~MetricRegistry() = default;

Counter& MetricRegistry::counter(const MetricInfo& info, std::vector<Label> labels) {
  std::sort(labels.begin(), labels.end());
  const std::lock_guard lock(state_->mutex);
  Metric& metric = state_->metrics.try_emplace(info.name, Metric{info, {}}).first->second;
  Series& series = metric.series[std::move(labels)];
  return *series.counters.emplace_back(std::make_unique<Counter>());
}

std::vector<MetricSample> MetricRegistry::collect() const {
  std::vector<MetricSample> samples;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, metric] : state_->metrics) {
    for (const auto& [labels, series] : metric.series) {
      samples.push_back({&metric.info, labels, series.sum()});
    }
  }
  return samples;
}

int64_t MetricRegistry::total(std::string_view name, std::span<const Label> labels) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->metrics.find(name);
  if (found == state_->metrics.end()) return 0;
  int64_t total = 0;
  for (const auto& [own_labels, series] : found->second.series) {
    if (includes(own_labels, labels)) total += series.sum();
  }
  return total;
}

}  // namespace telemill::runtime
