#include "components/shared/match_properties/match_properties.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "components/shared/regex/regex.h"
#include "config/scalar.h"

namespace telemill::components::shared {
namespace {

constexpr std::array<std::string_view, 5> span_kind_names = {
    "SPAN_KIND_CLIENT", "SPAN_KIND_CONSUMER", "SPAN_KIND_INTERNAL", "SPAN_KIND_PRODUCER",
    "SPAN_KIND_SERVER"};

std::string element(std::string_view key, size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

void check_regex(std::string key, std::string_view pattern, config::Problems& problems) {
  const auto regex = Regex::compile(pattern);
  if (regex) return;
  problems.add(key, "is no regular expression: " + regex.error(), "the dialect is RE2's");
}

void check_regexes(std::string_view key, const std::vector<std::string>& patterns,
                   config::Problems& problems) {
  for (size_t i = 0; i < patterns.size(); ++i) check_regex(element(key, i), patterns[i], problems);
}

void check_regexes(std::string_view key, const std::vector<AttributeMatch>& list,
                   config::Problems& problems) {
  for (size_t i = 0; i < list.size(); ++i) {
    const config::Node& value = list[i].value;
    if (value.is_null()) continue;
    const std::string at = element(key, i) + "::value";
    const bool is_text =
        value.is_scalar() && std::holds_alternative<std::string_view>(config::resolve(value));
    if (is_text) {
      check_regex(at, value.text, problems);
    } else {
      problems.add(at, "must be a string where match_type is regexp");
    }
  }
}

}  // namespace

config::Problems AttributeMatch::check() const {
  config::Problems problems;
  if (key.empty()) problems.add("key", "must not be empty");
  return problems;
}

config::Problems MatchProperties::check() const {
  config::Problems problems;
  if (match_type == MatchType::none) {
    problems.add("match_type", "is required", "strict or regexp");
    return problems;
  }
  const bool says_nothing = services.empty() && span_names.empty() && span_kinds.empty() &&
                            attributes.empty() && resources.empty() && libraries.empty() &&
                            log_bodies.empty() && log_severity_texts.empty() &&
                            !log_severity_number && metric_names.empty();
  if (says_nothing) problems.add("", "says nothing about what to match");
  if (match_type == MatchType::strict) {
    for (size_t i = 0; i < span_kinds.size(); ++i) {
      if (std::ranges::find(span_kind_names, span_kinds[i]) != span_kind_names.end()) continue;
      problems.add(element("span_kinds", i),
                   "there is no span kind " + config::in_quotes(span_kinds[i]),
                   "one of " + config::listed(span_kind_names));
    }
    return problems;
  }
  check_regexes("services", services, problems);
  check_regexes("span_names", span_names, problems);
  check_regexes("span_kinds", span_kinds, problems);
  check_regexes("log_bodies", log_bodies, problems);
  check_regexes("log_severity_texts", log_severity_texts, problems);
  check_regexes("metric_names", metric_names, problems);
  check_regexes("attributes", attributes, problems);
  check_regexes("resources", resources, problems);
  for (size_t i = 0; i < libraries.size(); ++i) {
    check_regex(element("libraries", i) + "::name", libraries[i].name, problems);
    if (libraries[i].version) {
      check_regex(element("libraries", i) + "::version", *libraries[i].version, problems);
    }
  }
  return problems;
}

config::Problems MatchProperties::check_signal(otlp::Signal signal) const {
  using otlp::Signal;
  config::Problems problems;
  const auto only_for = [&](Signal only, std::string_view key, bool is_given) {
    if (!is_given || signal == only) return;
    problems.add(key, "has no meaning in a pipeline of " + std::string(otlp::names(signal).name),
                 "it is about " + std::string(otlp::names(only).name));
  };
  only_for(Signal::traces, "services", !services.empty());
  only_for(Signal::traces, "span_names", !span_names.empty());
  only_for(Signal::traces, "span_kinds", !span_kinds.empty());
  only_for(Signal::logs, "log_bodies", !log_bodies.empty());
  only_for(Signal::logs, "log_severity_texts", !log_severity_texts.empty());
  only_for(Signal::logs, "log_severity_number", log_severity_number.has_value());
  only_for(Signal::metrics, "metric_names", !metric_names.empty());
  return problems;
}

}  // namespace telemill::components::shared
