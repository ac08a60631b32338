#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"
#include "otlp/field_view.h"
#include "otlp/value_view.h"
#include "wire/fields.h"

/// Lazy views of metrics and their points; see views.h.
namespace telemill::otlp {

/// The member of Metric's oneof `data`.
enum class MetricDataKind : uint8_t {
  none,
  gauge,
  sum,
  histogram,
  exponential_histogram,
  summary,
};

enum class NumberKind : uint8_t { none, integer, real };

/// The number of a point or an exemplar: a oneof, so the last member counts.
struct NumberView {
  NumberKind kind = NumberKind::none;
  uint64_t bits = 0;

  [[nodiscard]] int64_t integer() const noexcept {
    return kind == NumberKind::integer ? static_cast<int64_t>(bits) : 0;
  }
  [[nodiscard]] double real() const noexcept {
    return kind == NumberKind::real ? std::bit_cast<double>(bits) : 0;
  }
};
/// Reads the oneof of the fixed-width members `as_double` and `as_int`.
[[nodiscard]] NumberView read_number(std::string_view message, uint32_t as_double,
                                     uint32_t as_int) noexcept;

class ExemplarView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::exemplar::time_unix_nano);
  }
  [[nodiscard]] NumberView value() const noexcept {
    return read_number(content(), wire::field::exemplar::as_double, wire::field::exemplar::as_int);
  }
  [[nodiscard]] std::string_view trace_id() const noexcept {
    return bytes(wire::field::exemplar::trace_id);
  }
  [[nodiscard]] std::string_view span_id() const noexcept {
    return bytes(wire::field::exemplar::span_id);
  }
  [[nodiscard]] AttributesView filtered_attributes() const noexcept {
    return {content(), wire::field::exemplar::filtered_attributes};
  }
};

class NumberPointView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos start_time() const noexcept {
    return fixed64(wire::field::number_point::start_time_unix_nano);
  }
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::number_point::time_unix_nano);
  }
  [[nodiscard]] NumberView value() const noexcept {
    return read_number(content(), wire::field::number_point::as_double,
                       wire::field::number_point::as_int);
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::number_point::attributes};
  }
  [[nodiscard]] RepeatedView<ExemplarView> exemplars() const noexcept {
    return {content(), wire::field::number_point::exemplars};
  }
  [[nodiscard]] uint32_t flags() const noexcept { return uint32(wire::field::number_point::flags); }
};

class HistogramPointView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos start_time() const noexcept {
    return fixed64(wire::field::histogram_point::start_time_unix_nano);
  }
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::histogram_point::time_unix_nano);
  }
  [[nodiscard]] uint64_t count() const noexcept {
    return fixed64(wire::field::histogram_point::count);
  }
  [[nodiscard]] std::optional<double> sum() const noexcept {
    return optional_real(wire::field::histogram_point::sum);
  }
  [[nodiscard]] std::optional<double> min() const noexcept {
    return optional_real(wire::field::histogram_point::min);
  }
  [[nodiscard]] std::optional<double> max() const noexcept {
    return optional_real(wire::field::histogram_point::max);
  }
  [[nodiscard]] NumbersView<uint64_t, wire::WireType::fixed64> bucket_counts() const noexcept {
    return {content(), wire::field::histogram_point::bucket_counts};
  }
  [[nodiscard]] NumbersView<double, wire::WireType::fixed64> explicit_bounds() const noexcept {
    return {content(), wire::field::histogram_point::explicit_bounds};
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::histogram_point::attributes};
  }
  [[nodiscard]] RepeatedView<ExemplarView> exemplars() const noexcept {
    return {content(), wire::field::histogram_point::exemplars};
  }
  [[nodiscard]] uint32_t flags() const noexcept {
    return uint32(wire::field::histogram_point::flags);
  }
};

class ExponentialBucketsView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] int32_t offset() const noexcept {
    return static_cast<int32_t>(
        wire::unzigzag(static_cast<uint32_t>(varint(wire::field::exponential_buckets::offset))));
  }
  [[nodiscard]] NumbersView<uint64_t, wire::WireType::varint> bucket_counts() const noexcept {
    return {content(), wire::field::exponential_buckets::bucket_counts};
  }
};

class ExponentialHistogramPointView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos start_time() const noexcept {
    return fixed64(wire::field::exponential_histogram_point::start_time_unix_nano);
  }
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::exponential_histogram_point::time_unix_nano);
  }
  [[nodiscard]] uint64_t count() const noexcept {
    return fixed64(wire::field::exponential_histogram_point::count);
  }
  [[nodiscard]] std::optional<double> sum() const noexcept {
    return optional_real(wire::field::exponential_histogram_point::sum);
  }
  [[nodiscard]] std::optional<double> min() const noexcept {
    return optional_real(wire::field::exponential_histogram_point::min);
  }
  [[nodiscard]] std::optional<double> max() const noexcept {
    return optional_real(wire::field::exponential_histogram_point::max);
  }
  [[nodiscard]] int32_t scale() const noexcept {
    return static_cast<int32_t>(wire::unzigzag(
        static_cast<uint32_t>(varint(wire::field::exponential_histogram_point::scale))));
  }
  [[nodiscard]] uint64_t zero_count() const noexcept {
    return fixed64(wire::field::exponential_histogram_point::zero_count);
  }
  [[nodiscard]] double zero_threshold() const noexcept {
    return real(wire::field::exponential_histogram_point::zero_threshold);
  }
  [[nodiscard]] ExponentialBucketsView positive() const noexcept {
    return ExponentialBucketsView(bytes(wire::field::exponential_histogram_point::positive));
  }
  [[nodiscard]] ExponentialBucketsView negative() const noexcept {
    return ExponentialBucketsView(bytes(wire::field::exponential_histogram_point::negative));
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::exponential_histogram_point::attributes};
  }
  [[nodiscard]] RepeatedView<ExemplarView> exemplars() const noexcept {
    return {content(), wire::field::exponential_histogram_point::exemplars};
  }
  [[nodiscard]] uint32_t flags() const noexcept {
    return uint32(wire::field::exponential_histogram_point::flags);
  }
};

class QuantileView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] double quantile() const noexcept { return real(wire::field::quantile::quantile); }
  [[nodiscard]] double value() const noexcept { return real(wire::field::quantile::value); }
};

class SummaryPointView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos start_time() const noexcept {
    return fixed64(wire::field::summary_point::start_time_unix_nano);
  }
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::summary_point::time_unix_nano);
  }
  [[nodiscard]] uint64_t count() const noexcept {
    return fixed64(wire::field::summary_point::count);
  }
  [[nodiscard]] double sum() const noexcept { return real(wire::field::summary_point::sum); }
  [[nodiscard]] RepeatedView<QuantileView> quantile_values() const noexcept {
    return {content(), wire::field::summary_point::quantile_values};
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::summary_point::attributes};
  }
  [[nodiscard]] uint32_t flags() const noexcept {
    return uint32(wire::field::summary_point::flags);
  }
};

/// The points of a metric, through all occurrences of its data member.
template <class Point>
class PointsView {
 public:
  class Iterator {
   public:
    using value_type = Point;
    using difference_type = std::ptrdiff_t;

    Iterator(std::string_view occurrences, uint32_t member) noexcept
        : data_(RepeatedView<std::string_view>(occurrences, member).begin()) {
      if (!is_end()) points_.emplace(points_of(*data_));
      settle();
    }
    [[nodiscard]] const Point& operator*() const noexcept { return **points_; }
    [[nodiscard]] const Point* operator->() const noexcept { return &**points_; }
    Iterator& operator++() noexcept {
      ++*points_;
      settle();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    [[nodiscard]] bool operator==(std::default_sentinel_t /*end*/) const noexcept {
      return is_end();
    }

   private:
    using Points = typename RepeatedView<Point>::Iterator;
    static Points points_of(std::string_view data) noexcept {
      return {data, wire::field::metric_data::data_points};
    }
    [[nodiscard]] bool is_end() const noexcept { return data_ == std::default_sentinel; }
    /// Moves on to the next occurrence that has a point.
    void settle() noexcept {
      while (!is_end() && *points_ == std::default_sentinel) {
        ++data_;
        if (!is_end()) points_.emplace(points_of(*data_));
      }
    }

    RepeatedView<std::string_view>::Iterator data_;
    std::optional<Points> points_;
  };

  PointsView(std::string_view occurrences, uint32_t member) noexcept
      : occurrences_(occurrences), member_(member) {}
  [[nodiscard]] Iterator begin() const noexcept { return {occurrences_, member_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::string_view occurrences_;
  uint32_t member_;
};

/// What a metric measures: the data member that counts. The same member may come in several pieces,
/// which append; another member replaces. Asking for points of another kind gives none.
class MetricDataView {
 public:
  explicit MetricDataView(std::string_view metric) noexcept;

  [[nodiscard]] MetricDataKind kind() const noexcept { return kind_; }
  [[nodiscard]] int32_t aggregation_temporality() const noexcept { return temporality_; }
  [[nodiscard]] bool is_monotonic() const noexcept { return is_monotonic_; }
  /// Of a gauge or a sum.
  [[nodiscard]] PointsView<NumberPointView> number_points() const noexcept {
    const bool has_numbers = kind_ == MetricDataKind::gauge || kind_ == MetricDataKind::sum;
    return {has_numbers ? occurrences_ : std::string_view{}, member_};
  }
  [[nodiscard]] PointsView<HistogramPointView> histogram_points() const noexcept {
    return points<HistogramPointView>(MetricDataKind::histogram);
  }
  [[nodiscard]] PointsView<ExponentialHistogramPointView> exponential_histogram_points()
      const noexcept {
    return points<ExponentialHistogramPointView>(MetricDataKind::exponential_histogram);
  }
  [[nodiscard]] PointsView<SummaryPointView> summary_points() const noexcept {
    return points<SummaryPointView>(MetricDataKind::summary);
  }

 private:
  template <class Point>
  [[nodiscard]] PointsView<Point> points(MetricDataKind kind) const noexcept {
    return {kind == kind_ ? occurrences_ : std::string_view{}, member_};
  }

  std::string_view occurrences_;  // the metric's fields from where the member last began
  uint32_t member_ = 0;
  MetricDataKind kind_ = MetricDataKind::none;
  int32_t temporality_ = 0;
  bool is_monotonic_ = false;
};

class MetricView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view name() const noexcept { return bytes(wire::field::metric::name); }
  [[nodiscard]] std::string_view description() const noexcept {
    return bytes(wire::field::metric::description);
  }
  [[nodiscard]] std::string_view unit() const noexcept { return bytes(wire::field::metric::unit); }
  [[nodiscard]] MetricDataView data() const noexcept { return MetricDataView(content()); }
  [[nodiscard]] AttributesView metadata() const noexcept {
    return {content(), wire::field::metric::metadata};
  }
};

}  // namespace telemill::otlp
