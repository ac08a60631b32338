#include "otlp/metric_views.h"

namespace telemill::otlp {

using wire::WireType;

namespace {

MetricDataKind kind_of(uint32_t field) noexcept {
  switch (field) {
    case wire::field::metric::gauge:
      return MetricDataKind::gauge;
    case wire::field::metric::sum:
      return MetricDataKind::sum;
    case wire::field::metric::histogram:
      return MetricDataKind::histogram;
    case wire::field::metric::exponential_histogram:
      return MetricDataKind::exponential_histogram;
    case wire::field::metric::summary:
      return MetricDataKind::summary;
    default:
      return MetricDataKind::none;
  }
}

constexpr bool has_temporality(MetricDataKind kind) noexcept {
  return kind == MetricDataKind::sum || kind == MetricDataKind::histogram ||
         kind == MetricDataKind::exponential_histogram;
}

}  // namespace

NumberView read_number(std::string_view message, uint32_t as_double, uint32_t as_int) noexcept {
  NumberView number;
  FieldCursor fields(message);
  for (FieldView found; fields.next(found);) {
    if (found.is(as_double, WireType::fixed64)) {
      number = {NumberKind::real, found.bits};
    } else if (found.is(as_int, WireType::fixed64)) {
      number = {NumberKind::integer, found.bits};
    }
  }
  return number;
}

MetricDataView::MetricDataView(std::string_view metric) noexcept {
  FieldCursor fields(metric);
  FieldView found;
  for (size_t start = 0; fields.next(found); start = fields.offset()) {
    const MetricDataKind kind = kind_of(found.number);
    if (kind == MetricDataKind::none || found.type != WireType::length_delimited) continue;
    if (kind != kind_) {
      kind_ = kind;
      member_ = found.number;
      occurrences_ = metric.substr(start);
      temporality_ = 0;
      is_monotonic_ = false;
    }
    FieldCursor inside(found.bytes);
    for (FieldView detail; inside.next(detail);) {
      namespace field = wire::field::metric_data;
      if (has_temporality(kind) && detail.is(field::aggregation_temporality, WireType::varint)) {
        temporality_ = static_cast<int32_t>(detail.bits);
      } else if (kind == MetricDataKind::sum && detail.is(field::is_monotonic, WireType::varint)) {
        is_monotonic_ = detail.bits != 0;
      }
    }
  }
}

}  // namespace telemill::otlp
