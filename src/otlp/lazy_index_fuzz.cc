#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "otlp/lazy_index.h"
#include "otlp/metric_views.h"

namespace telemill::otlp {
namespace {

size_t read_all(const AnyValueView& value, int depth) {
  if (depth == 0) return 0;
  size_t size = value.string().size() + value.bytes().size();
  for (const AnyValueView element : value.array()) size += read_all(element, depth - 1);
  for (const KeyValueView element : value.map()) {
    size += element.key().size() + read_all(element.value(), depth - 1);
  }
  return size;
}

size_t read_all(const AttributesView& attributes) {
  size_t size = attributes.find("service.name").has_value() ? 1 : 0;
  for (const KeyValueView attribute : attributes) {
    TELEMILL_CHECK(attribute.has_key(attribute.key()));
    size += attribute.key().size() + read_all(attribute.value(), 4);
  }
  return size;
}

/// What every kind of point reads without harm.
size_t read_points(const MetricDataView& data) {
  size_t size = 0;
  for (const auto& point : data.number_points()) size += read_all(point.attributes());
  for (const auto& point : data.histogram_points()) {
    for ([[maybe_unused]] const uint64_t count : point.bucket_counts()) ++size;
    for ([[maybe_unused]] const double bound : point.explicit_bounds()) ++size;
  }
  for (const auto& point : data.exponential_histogram_points()) {
    for ([[maybe_unused]] const uint64_t count : point.positive().bucket_counts()) ++size;
  }
  for (const auto& point : data.summary_points()) size += point.quantile_values().count();
  return size;
}

/// The bytes as any record: fast and plain index agree, and so do index and views.
void check(std::string_view record) {
  SpanIndex span;
  SpanIndex plain_span;
  TELEMILL_CHECK(index_span(record, span) == index_span_plain(record, plain_span));
  TELEMILL_CHECK(span == plain_span);
  const IndexedSpanView indexed_span(record, span);
  const SpanView span_view(record);
  TELEMILL_CHECK(indexed_span.name() == span_view.name());
  TELEMILL_CHECK(indexed_span.kind() == span_view.kind());
  TELEMILL_CHECK(indexed_span.end_time() == span_view.end_time());
  TELEMILL_CHECK(span.attributes.count == span_view.attributes().count());
  TELEMILL_CHECK(read_all(indexed_span.attributes()) == read_all(span_view.attributes()));

  LogIndex log;
  LogIndex plain_log;
  TELEMILL_CHECK(index_log(record, log) == index_log_plain(record, plain_log));
  TELEMILL_CHECK(log == plain_log);
  TELEMILL_CHECK(IndexedLogView(record, log).severity_number() ==
                 LogView(record).severity_number());
  TELEMILL_CHECK(read_all(LogView(record).body(), 8) <= 64 * record.size());
  read_points(MetricDataView(record));
}

}  // namespace
}  // namespace telemill::otlp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  telemill::otlp::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
