#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "load/attributes.h"
#include "load/workload.h"
#include "wire/writer.h"

/// Writers of single items with marks in their holes (see `Template::create`). One object makes
/// one request.
namespace telemill::load {

/// Spans in traces of one to eight, parents before children.
class SpanModel {
 public:
  SpanModel(const WorkloadSettings& settings, base::Random& random) noexcept
      : settings_(settings), random_(random) {}
  void write(wire::Writer& out, uint32_t ordinal);

 private:
  void begin_trace_if_done(uint32_t ordinal);
  void write_house(wire::Writer& out);
  void write_semconv(wire::Writer& out);
  void write_http(wire::Writer& out, bool is_server);
  void write_database(wire::Writer& out);
  void write_messaging(wire::Writer& out);
  void write_rpc(wire::Writer& out);
  static void write_head(wire::Writer& out, std::string_view name, uint64_t kind,
                         uint64_t duration);
  static void write_tail(wire::Writer& out, bool has_failed);
  void write_event(wire::Writer& out, uint64_t nanos_before, bool is_exception);

  const WorkloadSettings& settings_;
  base::Random& random_;
  Attributes attributes_;
  uint32_t trace_ = 0;
  uint32_t trace_begin_ = 0;
  uint32_t trace_spans_left_ = 0;
  bool has_trace_ = false;
};

class LogModel {
 public:
  LogModel(const WorkloadSettings& settings, base::Random& random) noexcept
      : settings_(settings), random_(random) {}
  void write(wire::Writer& out, uint32_t ordinal);

 private:
  void write_semconv(wire::Writer& out);

  const WorkloadSettings& settings_;
  base::Random& random_;
  Attributes attributes_;
};

/// Metrics of one to five data points, an ordinal for each point.
class MetricModel {
 public:
  MetricModel(const WorkloadSettings& settings, base::Random& random) noexcept
      : settings_(settings), random_(random) {}
  /// Writes one metric of at most `points_max` points and returns how many it has.
  uint32_t write(wire::Writer& out, uint32_t ordinal, uint32_t points_max);

 private:
  enum class Kind : uint8_t { gauge, sum, histogram, exponential_histogram, summary };
  Kind pick_kind() noexcept;
  void write_point(wire::Writer& out, Kind kind, uint32_t ordinal);
  void write_values(wire::Writer& out, Kind kind);
  void write_attributes(wire::Writer& out, uint32_t field);

  const WorkloadSettings& settings_;
  base::Random& random_;
  Attributes attributes_;
};

/// `attribute_count` attributes of `attribute_bytes` bytes each.
void add_plain_attributes(const WorkloadSettings& settings, base::Random& random,
                          Attributes& attributes);

}  // namespace telemill::load
