#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What the reference calls the numbers of OTLP's enums. Numbers without a name print as nothing.
namespace telemill::components::exporters::debug {

inline constexpr std::array<std::string_view, 6> span_kind_names = {
    "Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"};
inline constexpr std::array<std::string_view, 3> status_code_names = {"Unset", "Ok", "Error"};
inline constexpr std::array<std::string_view, 3> temporality_names = {"Unspecified", "Delta",
                                                                      "Cumulative"};
inline constexpr std::array<std::string_view, 6> metric_data_names = {
    "Empty", "Gauge", "Sum", "Histogram", "ExponentialHistogram", "Summary"};
inline constexpr std::array<std::string_view, 25> severity_names = {
    "Unspecified", "Trace",  "Trace2", "Trace3", "Trace4", "Debug",  "Debug2", "Debug3", "Debug4",
    "Info",        "Info2",  "Info3",  "Info4",  "Warn",   "Warn2",  "Warn3",  "Warn4",  "Error",
    "Error2",      "Error3", "Error4", "Fatal",  "Fatal2", "Fatal3", "Fatal4"};

template <size_t N>
constexpr std::string_view name_in(const std::array<std::string_view, N>& names,
                                   int32_t number) noexcept {
  return number >= 0 && static_cast<size_t>(number) < N ? names[static_cast<size_t>(number)]
                                                        : std::string_view{};
}

/// What entries and records are called per signal; the reference is not regular.
struct EntryNames {
  std::string_view summary;          // the basic line
  std::string_view resource;         // detailed
  std::string_view scope;            // detailed
  std::string_view resource_normal;  // normal
  std::string_view scope_normal;     // normal
};
inline constexpr std::array<EntryNames, 4> entry_names = {{
    {"Traces", "ResourceSpans", "ScopeSpans", "ResourceTraces", "ScopeTraces"},
    {"Metrics", "ResourceMetrics", "ScopeMetrics", "ResourceMetrics", "ScopeMetrics"},
    {"Logs", "ResourceLog", "ScopeLogs", "ResourceLog", "ScopeLog"},
    {"Profiles", "ResourceProfiles", "ScopeProfiles", "ResourceProfiles", "ScopeProfiles"},
}};

}  // namespace telemill::components::exporters::debug
