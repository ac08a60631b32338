#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/metrics.h"
#include "telemetry/resource.h"

namespace telemill::telemetry {

/// How a page writes its metrics down.
struct PageStyle {
  bool is_openmetrics = false;  // OpenMetrics 1.0.0; otherwise the text format 0.0.4
  bool keeps_dots = false;      // names in UTF-8, in quotes where they need it
  bool without_scope_info = false;
  bool without_units = false;
  bool without_type_suffix = false;
  /// Labels of every series, names as they are written.
  runtime::Labels constant_labels{};
};

/// What a client's Accept header asks for: OpenMetrics, UTF-8 names.
struct PageForm {
  bool is_openmetrics = false;
  bool keeps_dots = false;
};
/// `without_type_suffix` is why text is preferred to OpenMetrics, in which no counter can be called
/// anything but `_total`.
[[nodiscard]] PageForm negotiate(std::string_view accept, bool without_type_suffix);
/// A literal.
[[nodiscard]] std::string_view content_type(const PageForm& form) noexcept;

/// `text` as a label or, without dots, a metric name: what is not allowed becomes `_`.
[[nodiscard]] std::string to_prometheus_name(std::string_view text);

/// The whole page: `target_info` with the resource, then the samples, which come sorted by name.
[[nodiscard]] std::string render_page(const std::vector<runtime::MetricSample>& samples,
                                      const Resource& resource, const PageStyle& style);

}  // namespace telemill::telemetry
