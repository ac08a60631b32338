#include "telemetry/prometheus_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "codec/coding.h"
#include "telemill/version.h"

namespace telemill::telemetry {
namespace {

using runtime::HistogramValue;
using runtime::Labels;
using runtime::MetricInfo;
using runtime::MetricKind;
using runtime::MetricSample;

bool is_name_character(char c, bool is_first) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (!is_first && c >= '0' && c <= '9');
}

bool is_plain_name(std::string_view name) noexcept {
  for (size_t i = 0; i < name.size(); ++i) {
    if (!is_name_character(name[i], i == 0)) return false;
  }
  return !name.empty();
}

std::string_view trim(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Cuts off what stands before `separator` and returns it, trimmed.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return trim(part);
}

/// One entry of an Accept header.
struct Accepted {
  std::string_view type;
  double quality = 1;
  bool takes_utf8 = false;
  bool is_known_version = true;
};

Accepted read_accepted(std::string_view part) {
  Accepted accepted{.type = next_part(part, ';')};
  while (!part.empty()) {
    const std::string_view parameter = next_part(part, ';');
    if (parameter.starts_with("q=")) {
      accepted.quality = std::strtod(std::string(parameter.substr(2)).c_str(), nullptr);
    } else if (codec::equals_without_case(parameter, "escaping=allow-utf-8")) {
      accepted.takes_utf8 = true;
    } else if (parameter.starts_with("version=") &&
               accepted.type == "application/openmetrics-text") {
      accepted.is_known_version = parameter == "version=1.0.0" || parameter == "version=0.0.1";
    }
  }
  return accepted;
}

std::string_view unit_suffix(const MetricInfo& info) noexcept {
  struct Unit {
    std::string_view ucum;
    std::string_view suffix;
  };
  constexpr std::array<Unit, 7> units = {{{"s", "seconds"},
                                          {"ms", "milliseconds"},
                                          {"us", "microseconds"},
                                          {"ns", "nanoseconds"},
                                          {"By", "bytes"},
                                          {"KiBy", "kibibytes"},
                                          {"MiBy", "mebibytes"}}};
  for (const Unit& unit : units) {
    if (unit.ucum == info.unit) return unit.suffix;
  }
  return info.unit == "1" && info.kind == MetricKind::gauge ? "ratio" : "";
}

/// Writes one page.
class PageWriter {
 public:
  explicit PageWriter(const PageStyle& style) : style_(style) {
    for (const auto& [name, value] : style.constant_labels) add_label(constant_, name, value);
    if (style.without_scope_info) return;
    add_label(constant_, "otel_scope_name", "telemill");
    add_label(constant_, "otel_scope_schema_url", "");
    add_label(constant_, "otel_scope_version", telemill::version);
  }

  void write_target_info(const Resource& resource) {
    std::string labels;
    for (const auto& [key, value] : resource.attributes) {
      add_label(labels, to_prometheus_name(key), value);
    }
    const std::string_view family = style_.is_openmetrics ? "target" : "target_info";
    put("# HELP {} Target metadata\n# TYPE {} {}\ntarget_info{{{}}} 1\n", family, family,
        style_.is_openmetrics ? "info" : "gauge", labels);
  }

  void write(const MetricSample& sample, bool is_first_of_name) {
    const MetricInfo& info = *sample.info;
    if (is_first_of_name) write_head(info);
    std::string labels = constant_;
    for (const auto& [name, value] : sample.labels) {
      add_label(labels, style_.keeps_dots ? name : to_prometheus_name(name), value);
    }
    if (const auto* histogram = std::get_if<HistogramValue>(&sample.value)) {
      write_histogram(*histogram, labels);
    } else if (const auto* real = std::get_if<double>(&sample.value)) {
      write_series(sample_suffix_, labels, format(*real));
    } else {
      write_series(sample_suffix_, labels, fmt::to_string(std::get<int64_t>(sample.value)));
    }
  }

  std::string finish() {
    if (style_.is_openmetrics) put("# EOF\n");
    return fmt::to_string(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  /// As Go writes numbers, because `le="1.048576e+06"` is part of a series' name: the fewest
  /// digits, with an exponent below 1e-4 and from 1e6 on.
  static std::string format(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    const double size = std::fabs(value);
    const bool has_exponent = size != 0 && (size < 1e-4 || size >= 1e6);
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value,
                      has_exponent ? std::chars_format::scientific : std::chars_format::fixed);
    return {text.data(), end};
  }

  /// Bounds are numbers with a point in OpenMetrics, so that `1` and `1.0` are never two series.
  [[nodiscard]] std::string format_bound(double bound) const {
    std::string text = format(bound);
    const bool is_whole = text.find_first_not_of("-0123456789") == text.npos;
    if (style_.is_openmetrics && is_whole) text.append(".0");
    return text;
  }

  static void add_label(std::string& labels, std::string_view name, std::string_view value) {
    if (!labels.empty()) labels.push_back(',');
    append_name(labels, name);
    labels.append("=\"");
    append_escaped(labels, value);
    labels.push_back('"');
  }

  static void append_name(std::string& text, std::string_view name) {
    if (is_plain_name(name)) {
      text.append(name);
      return;
    }
    text.push_back('"');
    append_escaped(text, name);
    text.push_back('"');
  }

  static void append_escaped(std::string& text, std::string_view value) {
    for (const char c : value) {
      if (c == '\n') {
        text.append("\\n");
      } else {
        if (c == '\\' || c == '"') text.push_back('\\');
        text.push_back(c);
      }
    }
  }

  /// The family's name, its type, and what its samples append to the name.
  void write_head(const MetricInfo& info) {
    name_ = style_.keeps_dots ? info.name : to_prometheus_name(info.name);
    sample_suffix_ = {};
    const std::string_view separator = style_.keeps_dots && !is_plain_name(name_) ? "." : "_";
    const std::string_view unit = style_.without_units ? "" : unit_suffix(info);
    if (!unit.empty() && !name_.ends_with(unit)) name_.append(separator).append(unit);
    std::string_view type = "gauge";
    if (info.kind == MetricKind::histogram) type = "histogram";
    if (info.kind == MetricKind::counter) {
      type = "counter";
      const bool has_total = !style_.without_type_suffix;
      if (style_.is_openmetrics) {
        if (!has_total) type = "unknown";  // the format knows no counter without the suffix
        if (has_total) sample_suffix_ = "_total";
      } else if (has_total) {
        name_.append("_total");
      }
    }
    std::string family;
    append_name(family, name_);
    put("# HELP {} {}\n# TYPE {} {}\n", family, escaped_help(info.help), family, type);
  }

  [[nodiscard]] std::string escaped_help(std::string_view help) const {
    std::string text;
    for (const char c : help) {
      if (c == '\n') {
        text.append("\\n");
      } else {
        if (c == '\\' || (c == '"' && style_.is_openmetrics)) text.push_back('\\');
        text.push_back(c);
      }
    }
    return text;
  }

  void write_series(std::string_view suffix, const std::string& labels, std::string_view value) {
    const std::string name = name_ + std::string(suffix);
    if (is_plain_name(name)) {
      if (labels.empty()) return put("{} {}\n", name, value);
      return put("{}{{{}}} {}\n", name, labels, value);
    }
    std::string quoted;
    append_name(quoted, name);
    put("{{{}{}{}}} {}\n", quoted, labels.empty() ? "" : ",", labels, value);
  }

  void write_histogram(const HistogramValue& histogram, const std::string& labels) {
    uint64_t count = 0;
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      count += histogram.counts[i];
      std::string with_bound = labels;
      add_label(with_bound, "le",
                i < histogram.bounds.size() ? format_bound(histogram.bounds[i]) : "+Inf");
      write_series("_bucket", with_bound, fmt::to_string(count));
    }
    write_series("_sum", labels, format(histogram.sum));
    write_series("_count", labels, fmt::to_string(count));
  }

  const PageStyle& style_;
  std::string constant_;  // labels of every series
  std::string name_;      // of the family
  std::string_view sample_suffix_;
  fmt::memory_buffer out_;
};

}  // namespace

PageForm negotiate(std::string_view accept, bool without_type_suffix) {
  Accepted text{.type = {}, .quality = accept.empty() ? 1.0 : 0.0};
  Accepted openmetrics{.type = {}, .quality = 0};
  while (!accept.empty()) {
    const Accepted accepted = read_accepted(next_part(accept, ','));
    Accepted* form = nullptr;
    if (accepted.type == "text/plain" || accepted.type == "*/*" || accepted.type == "text/*") {
      form = &text;
    } else if (accepted.type == "application/openmetrics-text" && accepted.is_known_version) {
      form = &openmetrics;
    }
    if (form != nullptr && accepted.quality > form->quality) *form = accepted;
  }
  const bool prefers_openmetrics = openmetrics.quality > text.quality;
  const bool must_be_text = without_type_suffix && text.quality > 0;
  const bool is_openmetrics = prefers_openmetrics && !must_be_text;
  return {.is_openmetrics = is_openmetrics,
          .keeps_dots = is_openmetrics ? openmetrics.takes_utf8 : text.takes_utf8};
}

std::string_view content_type(const PageForm& form) noexcept {
  if (form.is_openmetrics) {
    return form.keeps_dots ? "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; "
                             "charset=utf-8"
                           : "application/openmetrics-text; version=1.0.0; charset=utf-8";
  }
  return form.keeps_dots ? "text/plain; version=1.0.0; escaping=allow-utf-8; charset=utf-8"
                         : "text/plain; version=0.0.4; charset=utf-8";
}

std::string to_prometheus_name(std::string_view text) {
  std::string name;
  for (const char c : text) name.push_back(is_name_character(c, name.empty()) ? c : '_');
  return name;
}

std::string render_page(const std::vector<MetricSample>& samples, const Resource& resource,
                        const PageStyle& style) {
  PageWriter writer(style);
  writer.write_target_info(resource);
  const MetricInfo* last = nullptr;
  for (const MetricSample& sample : samples) {
    writer.write(sample, sample.info != last);
    last = sample.info;
  }
  return writer.finish();
}

}  // namespace telemill::telemetry
