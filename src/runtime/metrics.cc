#include "runtime/metrics.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <unordered_map>

#include "base/check.h"

namespace telemill::runtime {
namespace {

bool includes(const Labels& labels, std::span<const Label> wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Label& label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  });
}

/// One series: what each writer was given, at an address that stays, and what is left of writers
/// that have ended.
struct Series {
  std::vector<std::unique_ptr<Counter>> counters;
  std::vector<std::unique_ptr<Histogram>> histograms;
  std::vector<std::unique_ptr<base::UniqueFunction<double()>>> observations;
  int64_t released_count = 0;
  HistogramValue released_values;

  [[nodiscard]] bool has_writers() const noexcept {
    return !counters.empty() || !histograms.empty() || !observations.empty();
  }

  [[nodiscard]] int64_t sum() const noexcept {
    int64_t sum = released_count;
    for (const auto& counter : counters) sum += counter->value();
    return sum;
  }

  [[nodiscard]] MetricValue value(MetricKind kind) const {
    if (kind == MetricKind::histogram) {
      HistogramValue value = released_values;
      for (const auto& histogram : histograms) value.merge(histogram->value());
      return value;
    }
    if (observations.empty()) return sum();
    double value = 0;
    for (const auto& read : observations) value += (*read)();
    return value;
  }

  /// Gives up what `writer` writes to, keeping what it counted if `keeps`.
  void end(const void* writer, bool keeps) {
    const auto is_it = [writer](const auto& owned) { return owned.get() == writer; };
    for (const auto& counter : counters) {
      if (keeps && is_it(counter)) released_count += counter->value();
    }
    for (const auto& histogram : histograms) {
      if (keeps && is_it(histogram)) released_values.merge(histogram->value());
    }
    std::erase_if(counters, is_it);
    std::erase_if(histograms, is_it);
    std::erase_if(observations, is_it);
  }
};

struct Metric {
  MetricInfo info;
  std::vector<double> bounds;
  std::map<Labels, Series> series;
};

bool is_cumulative(MetricKind kind) noexcept {
  return kind == MetricKind::counter || kind == MetricKind::histogram;
}

std::unique_ptr<std::atomic<uint64_t>[]> make_counts(size_t bound_count) {
  return std::make_unique<std::atomic<uint64_t>[]>(bound_count + 1);
}

}  // namespace

uint64_t HistogramValue::count() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

void HistogramValue::merge(const HistogramValue& other) {
  if (other.counts.empty()) return;
  if (counts.empty()) {
    *this = other;
    return;
  }
  TELEMILL_CHECK(bounds == other.bounds);
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum += other.sum;
}

Histogram::Histogram(std::span<const double> bounds, bool is_recording)
    : bounds_(bounds), counts_(is_recording ? make_counts(bounds.size()) : nullptr) {}

void Histogram::record(double value) noexcept {
  if (counts_ == nullptr) return;
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  auto& count = counts_[static_cast<size_t>(bound - bounds_.begin())];
  // One writer, as in Counter.
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

HistogramValue Histogram::value() const {
  if (counts_ == nullptr) return {};
  HistogramValue value{.bounds = {bounds_.begin(), bounds_.end()}, .counts = {}};
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    value.counts.push_back(counts_[i].load(std::memory_order_relaxed));
  }
  value.sum = sum_.load(std::memory_order_relaxed);
  return value;
}

struct MetricRegistry::State {
  struct Place {
    Metric* metric;
    Labels labels;
  };

  Metric& metric(const MetricInfo& info) {
    Metric& found = metrics.try_emplace(info.name, Metric{info, {}, {}}).first->second;
    TELEMILL_CHECK(found.info.kind == info.kind);
    return found;
  }

  template <class T>
  T& keep(std::vector<std::unique_ptr<T>>& list, std::unique_ptr<T> writer, Metric& metric,
          const Labels& labels) {
    writers.emplace(writer.get(), Place{&metric, labels});
    return *list.emplace_back(std::move(writer));
  }

  mutable std::mutex mutex;
  std::map<std::string, Metric, std::less<>> metrics;
  std::unordered_map<const void*, Place> writers;
};

MetricRegistry::MetricRegistry(MetricLevel level)
    : level_(level), state_(std::make_unique<State>()) {}
MetricRegistry::~MetricRegistry() = default;

Counter& MetricRegistry::counter(const MetricInfo& info, Labels labels) {
  TELEMILL_CHECK(info.kind != MetricKind::histogram);
  std::sort(labels.begin(), labels.end());
  const std::lock_guard lock(state_->mutex);
  Metric& metric = state_->metric(info);
  Series& series = metric.series[labels];
  return state_->keep(series.counters, std::make_unique<Counter>(), metric, labels);
}

Histogram& MetricRegistry::histogram(const MetricInfo& info, Labels labels,
                                     std::span<const double> bounds) {
  TELEMILL_CHECK(info.kind == MetricKind::histogram);
  std::sort(labels.begin(), labels.end());
  const std::lock_guard lock(state_->mutex);
  Metric& metric = state_->metric(info);
  if (metric.series.empty() && metric.bounds.empty()) {
    metric.bounds.assign(bounds.begin(), bounds.end());
  }
  Series& series = metric.series[labels];
  return state_->keep(series.histograms,
                      std::make_unique<Histogram>(metric.bounds, exposes(info.level)), metric,
                      labels);
}

const void* MetricRegistry::observe(const MetricInfo& info, Labels labels,
                                    base::UniqueFunction<double()> read) {
  TELEMILL_CHECK(info.kind != MetricKind::histogram);
  std::sort(labels.begin(), labels.end());
  const std::lock_guard lock(state_->mutex);
  Metric& metric = state_->metric(info);
  Series& series = metric.series[labels];
  return &state_->keep(series.observations,
                       std::make_unique<base::UniqueFunction<double()>>(std::move(read)), metric,
                       labels);
}

void MetricRegistry::release(const void* writer) noexcept {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->writers.find(writer);
  if (found == state_->writers.end()) return;  // its series was removed
  Metric& metric = *found->second.metric;
  const auto series = metric.series.find(found->second.labels);
  const bool keeps = is_cumulative(metric.info.kind);
  const bool is_observed = !series->second.observations.empty();
  series->second.end(writer, keeps);
  if (!series->second.has_writers() && (!keeps || is_observed)) metric.series.erase(series);
  state_->writers.erase(found);
}

void MetricRegistry::remove(std::string_view name, Labels labels) {
  std::sort(labels.begin(), labels.end());
  const std::lock_guard lock(state_->mutex);
  const auto metric = state_->metrics.find(name);
  if (metric == state_->metrics.end()) return;
  const auto series = metric->second.series.find(labels);
  if (series == metric->second.series.end()) return;
  for (const auto& counter : series->second.counters) state_->writers.erase(counter.get());
  for (const auto& histogram : series->second.histograms) state_->writers.erase(histogram.get());
  for (const auto& read : series->second.observations) state_->writers.erase(read.get());
  metric->second.series.erase(series);
}

std::vector<MetricSample> MetricRegistry::collect() const {
  std::vector<MetricSample> samples;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, metric] : state_->metrics) {
    if (!exposes(metric.info.level)) continue;
    for (const auto& [labels, series] : metric.series) {
      samples.push_back({&metric.info, labels, series.value(metric.info.kind)});
    }
  }
  return samples;
}

std::vector<const MetricInfo*> MetricRegistry::infos() const {
  std::vector<const MetricInfo*> infos;
  const std::lock_guard lock(state_->mutex);
  for (const auto& [name, metric] : state_->metrics) infos.push_back(&metric.info);
  return infos;
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

MetricScope::~MetricScope() {
  for (const void* writer : writers_) registry_.release(writer);
}

Counter& MetricScope::counter(const MetricInfo& info, Labels labels) {
  Counter& counter = registry_.counter(info, std::move(labels));
  writers_.push_back(&counter);
  return counter;
}

Histogram& MetricScope::histogram(const MetricInfo& info, Labels labels,
                                  std::span<const double> bounds) {
  Histogram& histogram = registry_.histogram(info, std::move(labels), bounds);
  writers_.push_back(&histogram);
  return histogram;
}

void MetricScope::observe(const MetricInfo& info, Labels labels,
                          base::UniqueFunction<double()> read) {
  writers_.push_back(registry_.observe(info, std::move(labels), std::move(read)));
}

}  // namespace telemill::runtime
