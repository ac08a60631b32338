#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "runtime/metrics.h"

/// `service::telemetry::metrics` as users write it. The keys below `readers` are those of
/// OpenTelemetry's declarative configuration.
namespace telemill::telemetry {

/// An OTLP peer for our own metrics or log lines.
struct OtlpConfig {
  std::string protocol = "http/protobuf";
  std::string endpoint;
  config::Headers headers;
  config::Secret headers_list;
  std::string compression = "none";
  int64_t timeout = 10'000;  // milliseconds
  std::string certificate;
  std::string client_certificate;
  std::string client_key;
  bool insecure = false;
  std::string temporality_preference = "cumulative";
  std::string default_histogram_aggregation = "explicit_bucket_histogram";

  static constexpr auto fields = std::tuple{
      config::field("protocol", &OtlpConfig::protocol, "`grpc` or `http/protobuf`."),
      config::field("endpoint", &OtlpConfig::endpoint,
                    "URL of the peer; empty: localhost:4317 (gRPC) or localhost:4318 (HTTP)."),
      config::field("headers", &OtlpConfig::headers, "Sent with each request."),
      config::field("headers_list", &OtlpConfig::headers_list,
                    "The same as `name=value,name=value`; `headers` win."),
      config::field("compression", &OtlpConfig::compression, "`gzip` or `none`."),
      config::field("timeout", &OtlpConfig::timeout, "Milliseconds for a request."),
      config::field("certificate", &OtlpConfig::certificate, "File of the authority to trust."),
      config::field("client_certificate", &OtlpConfig::client_certificate,
                    "File of our certificate."),
      config::field("client_key", &OtlpConfig::client_key, "File of its key."),
      config::field("insecure", &OtlpConfig::insecure, "No TLS where the URL has no scheme."),
      config::field("temporality_preference", &OtlpConfig::temporality_preference,
                    "`cumulative`, `delta` or `low_memory`."),
      config::field("default_histogram_aggregation", &OtlpConfig::default_histogram_aggregation,
                    "`explicit_bucket_histogram`."),
  };
  [[nodiscard]] bool is_grpc() const noexcept { return protocol == "grpc"; }
  /// Of `headers` and `headers_list`, valid once checked.
  [[nodiscard]] std::vector<config::Header> all_headers() const;
  [[nodiscard]] config::Problems check() const;
};

/// Which resource attributes become labels of every series. `*` and `?` match any text and letter.
struct LabelFilterConfig {
  std::vector<std::string> included;
  std::vector<std::string> excluded;

  static constexpr auto fields = std::tuple{
      config::field("included", &LabelFilterConfig::included, "Attribute keys to take."),
      config::field("excluded", &LabelFilterConfig::excluded,
                    "Keys to leave out; alone it takes all others."),
  };
  [[nodiscard]] bool takes(std::string_view key) const;
};

/// A reader that says nothing of them leaves all suffixes out, as the reference's do.
struct PrometheusConfig {
  std::string host;
  std::optional<int32_t> port;
  bool without_scope_info = true;
  bool without_units = true;
  bool without_type_suffix = true;
  LabelFilterConfig with_resource_constant_labels;

  static constexpr auto fields = std::tuple{
      config::field("host", &PrometheusConfig::host, "Where to listen."),
      config::field("port", &PrometheusConfig::port, "0: any free one, which a log line names."),
      config::field("without_scope_info", &PrometheusConfig::without_scope_info,
                    "No `otel_scope_` labels."),
      config::field("without_units", &PrometheusConfig::without_units, "No `_seconds`, `_bytes`."),
      config::field("without_type_suffix", &PrometheusConfig::without_type_suffix,
                    "No `_total` behind counters."),
      config::field("with_resource_constant_labels",
                    &PrometheusConfig::with_resource_constant_labels,
                    "Resource attributes that every series carries."),
  };
  [[nodiscard]] config::Problems check() const;
};

struct PullExporterConfig {
  std::optional<PrometheusConfig> prometheus;

  static constexpr auto fields = std::tuple{
      config::field("prometheus", &PullExporterConfig::prometheus, "A page for scrapers."),
  };
};

struct PullConfig {
  PullExporterConfig exporter;

  static constexpr auto fields = std::tuple{
      config::field("exporter", &PullConfig::exporter, "Who shows what is asked for."),
      config::accepted("producers", "there are none"),
      config::accepted("cardinality_limits", "our series are few"),
  };
};

struct PushExporterConfig {
  std::optional<OtlpConfig> otlp;

  static constexpr auto fields = std::tuple{
      config::field("otlp", &PushExporterConfig::otlp, "A peer that speaks OTLP."),
      config::not_yet("console", "use the metrics page"),
  };
};

struct PeriodicConfig {
  int64_t interval = 60'000;  // milliseconds
  int64_t timeout = 30'000;   // milliseconds
  PushExporterConfig exporter;

  static constexpr auto fields = std::tuple{
      config::field("interval", &PeriodicConfig::interval, "Milliseconds between pushes."),
      config::field("timeout", &PeriodicConfig::timeout, "Milliseconds for a push."),
      config::field("exporter", &PeriodicConfig::exporter, "Where metrics go."),
      config::accepted("producers", "there are none"),
      config::accepted("cardinality_limits", "our series are few"),
  };
  [[nodiscard]] config::Problems check() const;
};

struct ReaderConfig {
  std::optional<PullConfig> pull;
  std::optional<PeriodicConfig> periodic;

  static constexpr auto fields = std::tuple{
      config::field("pull", &ReaderConfig::pull, "Shows metrics to whoever asks."),
      config::field("periodic", &ReaderConfig::periodic, "Sends metrics at an interval."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// The page on localhost:8888, with names as short as they were registered.
[[nodiscard]] std::vector<ReaderConfig> default_readers();

struct MetricsConfig {
  std::string level = "normal";
  std::vector<ReaderConfig> readers = default_readers();
  std::vector<config::Node> views;
  config::Node address;

  static constexpr auto fields = std::tuple{
      config::field("level", &MetricsConfig::level, "`none`, `basic`, `normal` or `detailed`."),
      config::field("readers", &MetricsConfig::readers,
                    "Who gets metrics. Replaces the default, the page on localhost:8888."),
      config::field("views", &MetricsConfig::views,
                    "With level `detailed`: which metrics to drop."),
      config::field("address", &MetricsConfig::address, "Ignored; use `readers`."),
  };
  [[nodiscard]] runtime::MetricLevel metric_level() const noexcept;
  /// Patterns of names that views drop.
  [[nodiscard]] std::vector<std::string> dropped_names() const;
  [[nodiscard]] config::Problems check() const;
};

/// `text` matches `pattern`, in which `*` stands for any text and `?` for any character.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace telemill::telemetry
