#include "telemetry/metrics_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/coding.h"
#include "components/shared/otlp_exporter/url.h"
#include "telemetry/otlp_target.h"

namespace telemill::telemetry {
namespace {

using runtime::MetricLevel;

constexpr std::array<std::pair<std::string_view, MetricLevel>, 4> levels = {{
    {"none", MetricLevel::none},
    {"basic", MetricLevel::basic},
    {"normal", MetricLevel::normal},
    {"detailed", MetricLevel::detailed},
}};

const auto* find_level(std::string_view text) noexcept {
  const auto found = std::ranges::find_if(
      levels, [text](const auto& row) { return codec::equals_without_case(row.first, text); });
  return found == levels.end() ? nullptr : &*found;
}

config::Problem warning(std::string path, std::string message, std::string hint) {
  return {.mark = {},
          .path = std::move(path),
          .message = std::move(message),
          .hint = std::move(hint),
          .severity = config::Severity::warning};
}

std::string_view trim(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Splits `a=b,c=d`; false where a part has no name or no `=`.
bool read_headers_list(std::string_view text, std::vector<config::Header>& headers) {
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view part = trim(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    if (equals == part.npos || equals == 0) return false;
    headers.push_back({.name = std::string(trim(part.substr(0, equals))),
                       .value = config::Secret(std::string(trim(part.substr(equals + 1))))});
  }
  return true;
}

/// The instrument name a view drops, or what is wrong with it.
struct ViewRow {
  std::string dropped;
  std::string problem;
};

ViewRow read_view(const config::Node& view) {
  const config::Node* const selector = view.find("selector");
  const config::Node* const stream = view.find("stream");
  const config::Node* const name =
      selector != nullptr ? selector->find("instrument_name") : nullptr;
  const config::Node* const aggregation = stream != nullptr ? stream->find("aggregation") : nullptr;
  if (name == nullptr || !name->is_scalar()) {
    return {.dropped = {}, .problem = "a view selects by selector::instrument_name here"};
  }
  if (aggregation == nullptr || aggregation->find("drop") == nullptr) {
    return {.dropped = {}, .problem = "only stream::aggregation::drop is supported yet"};
  }
  return {.dropped = name->text, .problem = {}};
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) noexcept {
  size_t p = 0;
  size_t t = 0;
  size_t star = pattern.npos;  // the last `*` seen, and where its text began
  size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<config::Header> OtlpConfig::all_headers() const {
  std::vector<config::Header> all = headers.list;
  std::vector<config::Header> listed;
  read_headers_list(headers_list.reveal(), listed);
  for (config::Header& header : listed) {
    const bool is_known = std::ranges::any_of(
        all, [&header](const config::Header& other) { return other.name == header.name; });
    if (!is_known) all.push_back(std::move(header));
  }
  return all;
}

config::Problems OtlpConfig::check() const {
  config::Problems problems;
  if (protocol != "grpc" && protocol != "http/protobuf") {
    problems.add("protocol", "unsupported protocol " + config::in_quotes(protocol),
                 "grpc or http/protobuf");
  } else if (auto target = parse_target(*this, "/"); !target) {
    problems.add("endpoint", target.error().message);
  }
  if (compression != "gzip" && compression != "none" && !compression.empty()) {
    problems.add("compression", "unsupported compression " + config::in_quotes(compression),
                 "gzip or none");
  }
  if (timeout < 0) problems.add("timeout", "must not be negative");
  if (client_certificate.empty() != client_key.empty()) {
    problems.add("client_key", "a certificate and its key are needed together");
  }
  std::vector<config::Header> ignored;
  if (!read_headers_list(headers_list.reveal(), ignored)) {
    problems.add("headers_list", "expected name=value,name=value");
  }
  if (temporality_preference != "cumulative" && temporality_preference != "delta" &&
      temporality_preference != "low_memory" && temporality_preference != "lowmemory") {
    problems.add("temporality_preference",
                 "unsupported temporality " + config::in_quotes(temporality_preference),
                 "cumulative, delta or low_memory");
  }
  if (default_histogram_aggregation != "explicit_bucket_histogram") {
    problems.add(
        warning("default_histogram_aggregation", "histograms are sent with explicit buckets", {}));
  }
  return problems;
}

bool LabelFilterConfig::takes(std::string_view key) const {
  const auto matches_key = [key](const std::string& pattern) { return matches(pattern, key); };
  if (std::ranges::any_of(excluded, matches_key)) return false;
  if (included.empty()) return !excluded.empty();
  return std::ranges::any_of(included, matches_key);
}

config::Problems PrometheusConfig::check() const {
  config::Problems problems;
  if (host.empty()) problems.add("host", "host must be specified");
  if (!port) problems.add("port", "port must be specified");
  if (port && (*port < 0 || *port > 65535)) problems.add("port", "must be between 0 and 65535");
  return problems;
}

config::Problems PeriodicConfig::check() const {
  config::Problems problems;
  if (interval <= 0) problems.add("interval", "must be positive");
  if (timeout < 0) problems.add("timeout", "must not be negative");
  return problems;
}

config::Problems ReaderConfig::check() const {
  config::Problems problems;
  if (pull && periodic) {
    problems.add("", "a reader is either pull or periodic, not both");
  } else if (!pull && !periodic) {
    problems.add("", "a reader must be pull or periodic");
  } else if (pull && !pull->exporter.prometheus) {
    problems.add("pull::exporter", "no valid metric exporter", "prometheus");
  } else if (periodic && !periodic->exporter.otlp) {
    problems.add("periodic::exporter", "no valid metric exporter", "otlp");
  }
  return problems;
}

std::vector<ReaderConfig> default_readers() {
  ReaderConfig reader;
  reader.pull.emplace().exporter.prometheus =
      PrometheusConfig{.host = "localhost", .port = 8888, .with_resource_constant_labels = {}};
  return {std::move(reader)};
}

MetricLevel MetricsConfig::metric_level() const noexcept {
  const auto* const row = find_level(level);
  return row == nullptr ? MetricLevel::normal : row->second;
}

std::vector<std::string> MetricsConfig::dropped_names() const {
  std::vector<std::string> names;
  for (const config::Node& view : views) {
    if (ViewRow row = read_view(view); row.problem.empty()) names.push_back(std::move(row.dropped));
  }
  return names;
}

config::Problems MetricsConfig::check() const {
  config::Problems problems;
  if (find_level(level) == nullptr) {
    problems.add("level", "unknown level " + config::in_quotes(level),
                 "none, basic, normal or detailed");
    return problems;
  }
  if (metric_level() != MetricLevel::none && readers.empty()) {
    problems.add("readers",
                 "collector telemetry metrics reader should exist when metric level is "
                 "not none",
                 "set level to none, or leave readers out for the page on localhost:8888");
  }
  if (!views.empty() && metric_level() != MetricLevel::detailed) {
    problems.add("views", "views are only allowed with level detailed");
  }
  for (const config::Node& view : views) {
    if (const ViewRow row = read_view(view); !row.problem.empty()) {
      problems.add({.mark = view.mark,
                    .path = "views",
                    .message = row.problem,
                    .hint = {},
                    .severity = config::Severity::error});
    }
  }
  if (address.mark.line > 0) {
    problems.add(warning("address", "service::telemetry::metrics::address is ignored",
                         "use readers with pull::exporter::prometheus::{host, port}"));
  }
  return problems;
}

}  // namespace telemill::telemetry
