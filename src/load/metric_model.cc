#include <fmt/format.h>

#include <array>
#include <bit>

#include "load/item_models.h"
#include "load/vocabulary.h"
#include "wire/fields.h"

namespace telemill::load {
namespace {

namespace field = wire::field::metric;
namespace point = wire::field::number_point;
namespace words = vocabulary;

constexpr uint64_t cumulative = 2;
constexpr uint64_t points_usual_max = 5;

/// Fields of the points that are no number points.
namespace histogram_point {
constexpr uint32_t count = 4, sum = 5, bucket_counts = 6, explicit_bounds = 7, attributes = 9,
                   min = 11, max = 12;
}
namespace exponential_point {
constexpr uint32_t attributes = 1, count = 4, sum = 5, scale = 6, zero_count = 7, positive = 8;
constexpr uint32_t buckets_offset = 1, buckets_counts = 2;
}  // namespace exponential_point
namespace summary_point {
constexpr uint32_t count = 4, sum = 5, quantile_values = 6, attributes = 7;
constexpr uint32_t quantile = 1, value = 2;
}  // namespace summary_point

constexpr std::array<double, 5> bounds{0.005, 0.05, 0.25, 1, 5};

struct Instrument {
  std::string_view name;
  std::string_view unit;
  std::string_view description;
};
constexpr std::array<Instrument, 6> instruments{{
    {"http.server.request.duration", "s", "Duration of HTTP server requests."},
    {"http.server.active_requests", "{request}", "Number of active HTTP server requests."},
    {"db.client.operation.duration", "s", "Duration of database client operations."},
    {"jvm.memory.used", "By", "Measure of memory used."},
    {"messaging.client.sent.messages", "{message}", "Number of messages sent to the broker."},
    {"system.network.io", "By", "Bytes transferred by interface."},
}};

/// A packed list of fixed64 values.
template <class Values>
void write_packed(wire::Writer& out, uint32_t number, const Values& values) {
  out.header(number, values.size() * sizeof(uint64_t));
  for (const auto value : values) {
    const auto bits = std::bit_cast<uint64_t>(value);
    out.out().append({reinterpret_cast<const char*>(&bits), sizeof bits});
  }
}

}  // namespace

MetricModel::Kind MetricModel::pick_kind() noexcept {
  const MetricMix& mix = settings_.metric_mix;
  const std::array<uint32_t, 5> shares{mix.gauge, mix.sum, mix.histogram, mix.exponential_histogram,
                                       mix.summary};
  uint64_t total = 0;
  for (const uint32_t share : shares) total += share;
  uint64_t at = random_.below(total);
  for (size_t i = 0; i < shares.size(); ++i) {
    if (at < shares[i]) return static_cast<Kind>(i);
    at -= shares[i];
  }
  return Kind::gauge;
}

uint32_t MetricModel::write(wire::Writer& out, uint32_t ordinal, uint32_t points_max) {
  static constexpr std::array<uint32_t, 5> data_fields{
      field::gauge, field::sum, field::histogram, field::exponential_histogram, field::summary};
  const Instrument& instrument =
      instruments[static_cast<size_t>(random_.below(instruments.size()))];
  const Kind kind = pick_kind();
  const auto points =
      std::min(points_max, 1 + static_cast<uint32_t>(random_.below(points_usual_max)));
  out.bytes(field::name, instrument.name);
  out.bytes(field::description, instrument.description);
  out.bytes(field::unit, instrument.unit);
  const size_t data = out.open(data_fields[static_cast<size_t>(kind)]);
  for (uint32_t i = 0; i < points; ++i) write_point(out, kind, ordinal + i);
  if (kind != Kind::gauge && kind != Kind::summary) {
    out.varint(wire::field::metric_data::aggregation_temporality, cumulative);
  }
  if (kind == Kind::sum) out.varint(wire::field::metric_data::is_monotonic, 1);
  out.close(data);
  return points;
}

void MetricModel::write_point(wire::Writer& out, Kind kind, uint32_t ordinal) {
  const size_t opened = out.open(wire::field::metric_data::data_points);
  out.fixed64(point::start_time_unix_nano, ordinal);
  out.fixed64(point::time_unix_nano, 0);
  write_values(out, kind);
  switch (kind) {
    case Kind::gauge:
    case Kind::sum:
      write_attributes(out, point::attributes);
      break;
    case Kind::histogram:
      write_attributes(out, histogram_point::attributes);
      break;
    case Kind::exponential_histogram:
      write_attributes(out, exponential_point::attributes);
      break;
    case Kind::summary:
      write_attributes(out, summary_point::attributes);
      break;
  }
  out.close(opened);
}

void MetricModel::write_values(wire::Writer& out, Kind kind) {
  const uint64_t count = 1 + random_.below(100'000);
  const double sum = random_.real() * static_cast<double>(count);
  switch (kind) {
    case Kind::gauge:
      out.real(point::as_double, sum);
      break;
    case Kind::sum:
      out.fixed64(point::as_int, count);
      break;
    case Kind::histogram: {
      std::array<uint64_t, bounds.size() + 1> counts{};
      for (uint64_t& bucket : counts) bucket = count / counts.size();
      counts.back() += count % counts.size();
      out.fixed64(histogram_point::count, count);
      out.real(histogram_point::sum, sum);
      write_packed(out, histogram_point::bucket_counts, counts);
      write_packed(out, histogram_point::explicit_bounds, bounds);
      out.real(histogram_point::min, 0.0001);
      out.real(histogram_point::max, 7.5);
      break;
    }
    case Kind::exponential_histogram: {
      const uint64_t zeros = 1 + count % 7;
      out.fixed64(exponential_point::count, 8 * (count % 100) + zeros);
      out.real(exponential_point::sum, sum);
      out.varint(exponential_point::scale, wire::zigzag(3));
      out.fixed64(exponential_point::zero_count, zeros);
      const size_t positive = out.open(exponential_point::positive);
      out.varint(exponential_point::buckets_offset, wire::zigzag(-12));
      out.header(exponential_point::buckets_counts, 8);
      for (int i = 0; i < 8; ++i) out.out().push_back(static_cast<char>(count % 100));
      out.close(positive);
      break;
    }
    case Kind::summary:
      out.fixed64(summary_point::count, count);
      out.real(summary_point::sum, sum);
      for (const double quantile : {0.5, 0.9, 0.99}) {
        const size_t value = out.open(summary_point::quantile_values);
        out.real(summary_point::quantile, quantile);
        out.real(summary_point::value, quantile * sum);
        out.close(value);
      }
      break;
  }
}

void MetricModel::write_attributes(wire::Writer& out, uint32_t field_number) {
  if (settings_.shape == Shape::attributes) {
    add_plain_attributes(settings_, random_, attributes_);
  } else {
    attributes_.add("http.request.method", words::http_method(random_));
    attributes_.add("http.route", words::route(random_));
    attributes_.add("http.response.status_code", words::http_status(random_));
  }
  attributes_.write(out, field_number, random_);
}

}  // namespace telemill::load
