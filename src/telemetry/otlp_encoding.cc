#include "telemetry/otlp_encoding.h"

#include <bit>

#include "telemill/version.h"
#include "wire/writer.h"

namespace telemill::telemetry {
namespace {

using runtime::HistogramValue;
using runtime::MetricKind;
using runtime::MetricSample;
using runtime::MetricValue;

// Field numbers of opentelemetry/proto/{common,metrics,logs}/v1.
namespace key_value {
constexpr uint32_t key = 1, value = 2;
}
namespace any_value {
constexpr uint32_t string = 1, boolean = 2, integer = 3, real = 4;
}
namespace metric {
constexpr uint32_t name = 1, description = 2, unit = 3, gauge = 5, sum = 7, histogram = 9;
}
namespace number_point {
constexpr uint32_t start = 2, time = 3, as_double = 4, as_int = 6, attributes = 7;
}
namespace histogram_point {
constexpr uint32_t start = 2, time = 3, count = 4, sum = 5, bucket_counts = 6, bounds = 7,
                   attributes = 9;
}
namespace log_record {
constexpr uint32_t time = 1, severity_number = 2, severity_text = 3, body = 5, attributes = 6,
                   observed_time = 11;
}
constexpr uint64_t delta_temporality = 1;
constexpr uint64_t cumulative_temporality = 2;

void write_attribute(wire::Writer& out, uint32_t field, std::string_view key,
                     std::string_view value) {
  const size_t pair = out.open(field);
  out.bytes(key_value::key, key);
  const size_t any = out.open(key_value::value);
  out.bytes(any_value::string, value);
  out.close(any);
  out.close(pair);
}

void write_resource(wire::Writer& out, const Resource& resource) {
  const size_t message = out.open(1);
  for (const auto& [key, value] : resource.attributes) write_attribute(out, 1, key, value);
  out.close(message);
}

void write_scope(wire::Writer& out) {
  const size_t scope = out.open(1);
  out.bytes(1, "telemill");
  out.bytes(2, telemill::version);
  out.close(scope);
}

/// `value` less what it was at the baseline.
MetricValue difference(const MetricValue& value, const MetricValue& before) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number - std::get<int64_t>(before);
  if (const auto* real = std::get_if<double>(&value)) return *real - std::get<double>(before);
  HistogramValue histogram = std::get<HistogramValue>(value);
  const auto& old = std::get<HistogramValue>(before);
  for (size_t i = 0; i < histogram.counts.size() && i < old.counts.size(); ++i) {
    histogram.counts[i] -= old.counts[i];
  }
  histogram.sum -= old.sum;
  return histogram;
}

/// Writes the metrics of one request.
class MetricsWriter {
 public:
  MetricsWriter(wire::Writer& out, const MetricsRequest& request) : out_(out), request_(request) {}

  void write() {
    const auto& samples = request_.samples;
    for (size_t i = 0; i < samples.size();) {
      size_t end = i + 1;
      while (end < samples.size() && samples[end].info == samples[i].info) ++end;
      write_metric(std::span(samples).subspan(i, end - i));
      i = end;
    }
  }

 private:
  [[nodiscard]] bool is_delta(const MetricSample& sample) const {
    const MetricKind kind = sample.info->kind;
    if (kind != MetricKind::counter && kind != MetricKind::histogram) return false;
    if (request_.temporality == Temporality::low_memory) {
      return !std::holds_alternative<double>(sample.value);  // observed ones stay cumulative
    }
    return request_.temporality == Temporality::delta;
  }

  void write_metric(std::span<const MetricSample> series) {
    const runtime::MetricInfo& info = *series.front().info;
    const bool is_delta = this->is_delta(series.front());
    const size_t message = out_.open(2);
    out_.bytes(metric::name, info.name);
    out_.bytes(metric::description, info.help);
    out_.bytes(metric::unit, info.unit);
    const bool is_gauge = info.kind == MetricKind::gauge;
    const bool is_histogram = info.kind == MetricKind::histogram;
    const size_t data = out_.open(is_gauge       ? metric::gauge
                                  : is_histogram ? metric::histogram
                                                 : metric::sum);
    for (const MetricSample& sample : series) write_point(sample, is_delta);
    if (!is_gauge) out_.varint(2, is_delta ? delta_temporality : cumulative_temporality);
    if (info.kind == MetricKind::counter) out_.varint(3, 1);  // monotonic
    out_.close(data);
    out_.close(message);
  }

  void write_point(const MetricSample& sample, bool is_delta) {
    MetricValue value = sample.value;
    UnixNanos start = request_.start;
    if (is_delta) {
      const auto before = request_.baseline.find({sample.info->name, sample.labels});
      if (before != request_.baseline.end()) value = difference(value, before->second);
      if (request_.baseline_at > 0) start = request_.baseline_at;
    }
    const size_t point = out_.open(1);
    if (const auto* histogram = std::get_if<HistogramValue>(&value)) {
      write_histogram(*histogram, sample.labels, start);
    } else {
      out_.fixed64(number_point::start, start);
      out_.fixed64(number_point::time, request_.now);
      if (const auto* real = std::get_if<double>(&value)) {
        out_.real(number_point::as_double, *real);
      } else {
        out_.fixed64(number_point::as_int, static_cast<uint64_t>(std::get<int64_t>(value)));
      }
      for (const auto& [key, text] : sample.labels) {
        write_attribute(out_, number_point::attributes, key, text);
      }
    }
    out_.close(point);
  }

  void write_histogram(const HistogramValue& histogram, const runtime::Labels& labels,
                       UnixNanos start) {
    out_.fixed64(histogram_point::start, start);
    out_.fixed64(histogram_point::time, request_.now);
    out_.fixed64(histogram_point::count, histogram.count());
    out_.real(histogram_point::sum, histogram.sum);
    write_packed(histogram_point::bucket_counts, histogram.counts);
    write_packed(histogram_point::bounds, histogram.bounds);
    for (const auto& [key, text] : labels) {
      write_attribute(out_, histogram_point::attributes, key, text);
    }
  }

  template <class T>
  void write_packed(uint32_t field, const std::vector<T>& values) {
    static_assert(sizeof(T) == 8 && std::endian::native == std::endian::little);
    out_.bytes(field, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }

  wire::Writer& out_;
  const MetricsRequest& request_;
};

struct Severity {
  uint64_t number;
  std::string_view text;
};
constexpr Severity severity_of(log::Level level) noexcept {
  switch (level) {
    case log::Level::debug:
      return {5, "debug"};
    case log::Level::info:
      return {9, "info"};
    case log::Level::warn:
      return {13, "warn"};
    case log::Level::error:
      break;
  }
  return {17, "error"};
}

void write_value(wire::Writer& out, const OwnedRecord::Value& value) {
  const size_t any = out.open(key_value::value);
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.bytes(any_value::string, *text);
  } else if (const auto* number = std::get_if<int64_t>(&value)) {
    out.varint(any_value::integer, static_cast<uint64_t>(*number));
  } else if (const auto* real = std::get_if<double>(&value)) {
    out.real(any_value::real, *real);
  } else {
    out.varint(any_value::boolean, std::get<bool>(value) ? 1 : 0);
  }
  out.close(any);
}

void write_record(wire::Writer& out, const OwnedRecord& record) {
  const Severity severity = severity_of(record.level);
  const size_t message = out.open(2);
  out.fixed64(log_record::time, record.time);
  out.varint(log_record::severity_number, severity.number);
  out.bytes(log_record::severity_text, severity.text);
  const size_t body = out.open(log_record::body);
  out.bytes(any_value::string, record.event);
  out.close(body);
  for (const auto& [key, value] : record.fields) {
    const size_t pair = out.open(log_record::attributes);
    out.bytes(key_value::key, key);
    write_value(out, value);
    out.close(pair);
  }
  out.fixed64(log_record::observed_time, record.time);
  out.close(message);
}

}  // namespace

Baseline to_baseline(const std::vector<MetricSample>& samples) {
  Baseline baseline;
  for (const MetricSample& sample : samples) {
    baseline.emplace(std::pair(sample.info->name, sample.labels), sample.value);
  }
  return baseline;
}

base::Slice encode_metrics(const MetricsRequest& request) {
  base::Buffer bytes;
  wire::Writer out(bytes);
  const size_t outer = out.open(1);
  write_resource(out, request.resource);
  const size_t inner = out.open(2);
  write_scope(out);
  MetricsWriter(out, request).write();
  out.close(inner);
  out.close(outer);
  return std::move(bytes).freeze();
}

OwnedRecord::OwnedRecord(const log::Record& record)
    : level(record.level), time(record.unix_nanos), event(record.event) {
  if (record.speaker != nullptr) {
    for (const auto& [key, value] : *record.speaker) fields.emplace_back(key, value);
  }
  for (const log::Field& field : record.fields) {
    std::visit(
        [this, &field](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::string_view>) {
            fields.emplace_back(field.key, std::string(value));
          } else if constexpr (std::is_same_v<T, uint64_t>) {
            fields.emplace_back(field.key, static_cast<int64_t>(value));
          } else {
            fields.emplace_back(field.key, value);
          }
        },
        field.value);
  }
}

base::Slice encode_logs(std::span<const OwnedRecord> records, const Resource& resource) {
  base::Buffer bytes;
  wire::Writer out(bytes);
  const size_t outer = out.open(1);
  write_resource(out, resource);
  const size_t inner = out.open(2);
  write_scope(out);
  for (const OwnedRecord& record : records) write_record(out, record);
  out.close(inner);
  out.close(outer);
  return std::move(bytes).freeze();
}

}  // namespace telemill::telemetry
