#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "base/units.h"
#include "otlp/metric_views.h"
#include "otlp/value_view.h"

namespace telemill::components::exporters::debug {

/// Text for a person's terminal, made of bytes that clients chose. Control characters, what turns
/// the direction of writing and what is no UTF-8 appear escaped; values, items and the whole are
/// bounded, and what was left out is counted and said.
class Text {
 public:
  static constexpr size_t value_bytes_max = 64_KiB;
  static constexpr size_t item_bytes_max = 1_MiB;
  static constexpr size_t bytes_max = 64_MiB;

  /// Our own words, through fmt: never hand it what a client chose.
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (is_dropping_) return;
    const size_t start = out_.size();
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    settle(start);
  }
  /// A client's text, escaped; the rest beyond `value_bytes_max` becomes a number of bytes.
  void add_text(std::string_view text);
  /// A client's text, escaped, between `label` and a line break.
  void add_line(std::string_view label, std::string_view text);
  /// Lower-case hex; ids come in any length.
  void add_hex(std::string_view id);
  /// The same between `label` and a line break.
  void add_id(std::string_view label, std::string_view id);
  /// As 2020-02-11 20:26:12.000000321 +0000 UTC, without trailing zeros behind the point.
  void add_time(std::string_view label, UnixNanos time);
  /// With six digits behind the point.
  void add_real(double value);
  /// As short as the value allows.
  void add_short_real(double value);
  /// The same with exponents as values of metrics have them: from 1e-05 down, and with two digits.
  void add_value_real(double value);
  void add_number(const otlp::NumberView& number);
  /// As Type(value): Str(text), Int(5), Map({"k":1}), ...
  void add_typed(const otlp::AnyValueView& value);
  /// The value alone; maps and lists as JSON.
  void add_value(const otlp::AnyValueView& value);

  /// Between these an item may take `item_bytes_max`. Items do not nest.
  void begin_item() noexcept;
  void end_item();
  /// True while what is added to the item is only counted.
  [[nodiscard]] bool is_dropping() const noexcept { return is_dropping_; }
  /// True once the whole is full: add no more items.
  [[nodiscard]] bool is_full() const noexcept { return is_full_; }
  /// The text, with a note at its end if it was full.
  [[nodiscard]] std::string take() &&;

 private:
  void add_json(const otlp::AnyValueView& value, int depth);
  void add_json_map(const otlp::AttributesView& map, int depth);
  void add_json_text(std::string_view text);
  void escape(std::string_view text, bool as_json);
  void drop(size_t bytes) noexcept { left_out_ += bytes; }
  void settle(size_t start);

  std::string out_;
  size_t end_ = bytes_max;  // of the item, or of the whole
  size_t left_out_ = 0;
  bool is_dropping_ = false;  // the item is full
  bool is_full_ = false;
};

}  // namespace telemill::components::exporters::debug
