#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "config/fields.h"
#include "otlp/signal.h"

namespace telemill::components::shared {

enum class MatchType : uint8_t { none, strict, regexp };

constexpr auto config_names(MatchType) {
  return std::array{config::EnumName<MatchType>{"strict", MatchType::strict},
                    config::EnumName<MatchType>{"regexp", MatchType::regexp},
                    config::EnumName<MatchType>{"", MatchType::none}};
}

struct RegexpSettings {
  static constexpr auto fields = std::tuple{
      config::accepted("cacheenabled", "matching is linear, so results are not kept"),
      config::accepted("cachemaxnumentries", "matching is linear, so results are not kept"),
  };
};

/// An attribute that an item must have; any value when there is none.
struct AttributeMatch {
  std::string key;
  config::Node value;

  static constexpr auto fields = std::tuple{
      config::field("key", &AttributeMatch::key, "The attribute's key, always compared whole."),
      config::field("value", &AttributeMatch::value, "Its value; left out: any."),
  };
  [[nodiscard]] config::Problems check() const;
};

struct LibraryMatch {
  std::string name;
  std::optional<std::string> version;

  static constexpr auto fields = std::tuple{
      config::field("name", &LibraryMatch::name, "The instrumentation scope's name."),
      config::field("version", &LibraryMatch::version, "Its version; left out: any."),
  };
};

struct SeverityNumberMatch {
  int32_t min = 0;
  bool match_undefined = false;

  static constexpr auto fields = std::tuple{
      config::field("min", &SeverityNumberMatch::min, "The least severity number that matches."),
      config::field("match_undefined", &SeverityNumberMatch::match_undefined,
                    "Whether records without a severity match."),
  };
};

/// `include` and `exclude` of the attributes and span processors. An item matches when it meets
/// every key that is given; of a list one element is enough, except in `attributes` and
/// `resources`, which all have to be there.
struct MatchProperties {
  MatchType match_type = MatchType::none;
  std::optional<RegexpSettings> regexp;
  std::vector<std::string> services;
  std::vector<std::string> span_names;
  std::vector<std::string> span_kinds;
  std::vector<AttributeMatch> attributes;
  std::vector<AttributeMatch> resources;
  std::vector<LibraryMatch> libraries;
  std::vector<std::string> log_bodies;
  std::vector<std::string> log_severity_texts;
  std::optional<SeverityNumberMatch> log_severity_number;
  std::vector<std::string> metric_names;

  static constexpr auto fields = std::tuple{
      config::field("match_type", &MatchProperties::match_type,
                    "Required: strict compares whole texts, regexp searches."),
      config::field("regexp", &MatchProperties::regexp, "Settings of match_type regexp."),
      config::field("services", &MatchProperties::services, "Spans: service.name of the resource."),
      config::field("span_names", &MatchProperties::span_names, "Spans: their names."),
      config::field("span_kinds", &MatchProperties::span_kinds,
                    "Spans: their kinds, such as SPAN_KIND_SERVER."),
      config::field("attributes", &MatchProperties::attributes,
                    "Attributes of the span, log record or data point; all must match."),
      config::field("resources", &MatchProperties::resources,
                    "Attributes of the resource; all must match."),
      config::field("libraries", &MatchProperties::libraries, "Instrumentation scopes."),
      config::field("log_bodies", &MatchProperties::log_bodies, "Log records: bodies as text."),
      config::field("log_severity_texts", &MatchProperties::log_severity_texts,
                    "Log records: severity texts."),
      config::field("log_severity_number", &MatchProperties::log_severity_number,
                    "Log records: severity numbers."),
      config::field("metric_names", &MatchProperties::metric_names, "Metrics: their names."),
  };
  /// What is wrong whatever the signal.
  [[nodiscard]] config::Problems check() const;
  /// What is wrong in a pipeline of `signal`: keys that mean nothing there.
  [[nodiscard]] config::Problems check_signal(otlp::Signal signal) const;
};

}  // namespace telemill::components::shared
