#include "components/exporters/debug/normal.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "components/exporters/debug/buckets.h"
#include "components/exporters/debug/entries.h"
#include "components/exporters/debug/names.h"
#include "components/exporters/debug/text.h"
#include "otlp/metric_views.h"
#include "otlp/profile_view.h"

namespace telemill::components::exporters::debug {
namespace {

/// ` k=v k=v`
void add_pairs(Text& text, const otlp::AttributesView& attributes) {
  for (const otlp::KeyValueView attribute : attributes) {
    text.add(" ");
    text.add_text(attribute.key());
    text.add("=");
    text.add_value(attribute.value());
  }
}

void add_schema_url(Text& text, std::string_view url) {
  if (url.empty()) return;
  text.add(" [");
  text.add_text(url);
  text.add("]");
}

void add_span(Text& text, const otlp::SpanView& span) {
  text.add_text(span.name());
  for (const std::string_view id : {span.trace_id(), span.span_id()}) {
    text.add(" ");
    text.add_hex(id);
  }
  add_pairs(text, span.attributes());
  text.add("\n");
}

void add_log(Text& text, const otlp::LogView& log) {
  text.add_value(log.body());
  if (log.attributes().begin() == log.attributes().end()) text.add(" ");  // as the reference
  add_pairs(text, log.attributes());
  text.add("\n");
}

/// name{k=v,k=v}
void add_series(Text& text, std::string_view name, const otlp::AttributesView& attributes) {
  text.add_text(name);
  text.add("{{");
  const char* separator = "";
  for (const otlp::KeyValueView attribute : attributes) {
    text.add("{}", std::exchange(separator, ","));
    text.add_text(attribute.key());
    text.add("=");
    text.add_value(attribute.value());
  }
  text.add("}}");
}

void add_statistic(Text& text, std::string_view label, std::optional<double> value) {
  if (!value) return;
  text.add(" {}=", label);
  text.add_value_real(*value);
}

void add_statistics(Text& text, const auto& point) {
  text.add(" count={}", point.count());
  add_statistic(text, "sum", point.sum());
  add_statistic(text, "min", point.min());
  add_statistic(text, "max", point.max());
}

void add_bucket(Text& text, double upper_bound, uint64_t count) {
  text.add(" le");
  text.add_value_real(upper_bound);
  text.add("={}", count);
}

void add_histogram_point(Text& text, const otlp::HistogramPointView& point) {
  add_statistics(text, point);
  const auto bounds = point.explicit_bounds();
  auto bound = bounds.begin();
  for (const uint64_t count : point.bucket_counts()) {
    if (bound == bounds.end()) {
      text.add(" {}", count);  // above the last bound
      continue;
    }
    add_bucket(text, *bound, count);
    ++bound;
  }
}

void add_exponential_point(Text& text, const otlp::ExponentialHistogramPointView& point) {
  add_statistics(text, point);
  const double factor = bucket_factor(point.scale());
  const otlp::ExponentialBucketsView negative = point.negative();
  std::vector<uint64_t> counts;  // from the largest absolute value down
  for (const uint64_t count : negative.bucket_counts()) counts.push_back(count);
  for (size_t i = counts.size(); i-- > 0;) {
    const double index = static_cast<double>(negative.offset()) + static_cast<double>(i);
    add_bucket(text, -std::exp(index * factor), counts[i]);
  }
  if (point.zero_count() != 0) text.add(" zero={}", point.zero_count());
  const otlp::ExponentialBucketsView positive = point.positive();
  double index = positive.offset();
  for (const uint64_t count : positive.bucket_counts()) {
    add_bucket(text, std::exp(++index * factor), count);
  }
}

void add_metric_points(Text& text, std::string_view record) {
  const otlp::MetricView metric(record);
  const std::string_view name = metric.name();
  const otlp::MetricDataView data = metric.data();
  for (const auto& point : data.number_points()) {
    add_series(text, name, point.attributes());
    const otlp::NumberView number = point.value();
    text.add(" ");
    if (number.kind == otlp::NumberKind::integer) text.add("{}", number.integer());
    if (number.kind == otlp::NumberKind::real) text.add_value_real(number.real());
    text.add("\n");
  }
  for (const auto& point : data.histogram_points()) {
    add_series(text, name, point.attributes());
    add_histogram_point(text, point);
    text.add("\n");
  }
  for (const auto& point : data.exponential_histogram_points()) {
    add_series(text, name, point.attributes());
    add_exponential_point(text, point);
    text.add("\n");
  }
  for (const auto& point : data.summary_points()) {
    add_series(text, name, point.attributes());
    text.add(" count={}", point.count());
    text.add(" sum=");
    text.add_real(point.sum());
    for (const otlp::QuantileView quantile : point.quantile_values()) {
      text.add(" q");
      text.add_value_real(quantile.quantile());
      text.add("=");
      text.add_value_real(quantile.value());
    }
    text.add("\n");
  }
}

void add_profile(Text& text, const otlp::ProfileView& profile) {
  text.add_hex(profile.profile_id());
  text.add(" samples={}\n", profile.sample_count());
}

void add_record(Text& text, otlp::Signal signal, std::string_view record) {
  switch (signal) {
    case otlp::Signal::traces:
      return add_span(text, otlp::SpanView(record));
    case otlp::Signal::metrics:
      return add_metric_points(text, record);
    case otlp::Signal::logs:
      return add_log(text, otlp::LogView(record));
    case otlp::Signal::profiles:
      return add_profile(text, otlp::ProfileView(record));
  }
}

}  // namespace

std::string normal_text(const otlp::Payload& payload) {
  Text text;
  const EntryNames& names = entry_names[static_cast<size_t>(payload.signal())];
  visit(
      payload, text,
      [&](const otlp::ResourceEntryView& entry, size_t index) {
        text.add("{} #{}", names.resource_normal, index);
        add_schema_url(text, entry.schema_url());
        add_pairs(text, entry.resource().attributes());
        text.add("\n");
      },
      [&](const otlp::ScopeEntryView& entry, size_t index) {
        text.add("{} #{}", names.scope_normal, index);
        const otlp::ScopeView scope = entry.scope();
        if (!scope.name().empty()) text.add(" ");
        text.add_text(scope.name());
        if (!scope.version().empty()) text.add("@");
        text.add_text(scope.version());
        add_schema_url(text, entry.schema_url());
        add_pairs(text, scope.attributes());
        text.add("\n");
      },
      [&](std::string_view record, size_t /*index*/) {
        add_record(text, payload.signal(), record);
      });
  return std::move(text).take();
}

}  // namespace telemill::components::exporters::debug
