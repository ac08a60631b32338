#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace telemill::otlp {

enum class Signal : uint8_t { traces, metrics, logs, profiles };
inline constexpr size_t signal_count = 4;
inline constexpr std::array<Signal, signal_count> all_signals = {Signal::traces, Signal::metrics,
                                                                 Signal::logs, Signal::profiles};

/// What each signal is called where.
struct SignalNames {
  std::string_view name;       // in YAML and log lines
  std::string_view items;      // in metric names: otelcol_receiver_accepted_<items>
  std::string_view item_unit;  // UCUM annotation of those metrics
  std::string_view http_path;
  std::string_view grpc_path;
};
inline constexpr std::array<SignalNames, signal_count> signal_names = {{
    {"traces", "spans", "{spans}", "/v1/traces",
     "/opentelemetry.proto.collector.trace.v1.TraceService/Export"},
    {"metrics", "metric_points", "{datapoints}", "/v1/metrics",
     "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"},
    {"logs", "log_records", "{records}", "/v1/logs",
     "/opentelemetry.proto.collector.logs.v1.LogsService/Export"},
    {"profiles", "profile_samples", "{samples}", "/v1development/profiles",
     "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"},
}};

constexpr const SignalNames& names(Signal signal) noexcept {
  return signal_names[static_cast<size_t>(signal)];
}

constexpr std::optional<Signal> signal_from_name(std::string_view name) noexcept {
  for (const Signal signal : all_signals) {
    if (names(signal).name == name) return signal;
  }
  return std::nullopt;
}

}  // namespace telemill::otlp
