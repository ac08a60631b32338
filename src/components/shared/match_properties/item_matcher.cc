#include "components/shared/match_properties/item_matcher.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/buffer.h"
#include "base/limits.h"
#include "components/shared/any_value/any_value.h"
#include "otlp/value_text.h"

namespace telemill::components::shared {
namespace {

using otlp::AnyValueView;
using otlp::AttributeList;
using otlp::ValueKind;

constexpr std::array<std::string_view, 6> span_kind_texts = {
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};

/// What the reference calls a service without a name.
constexpr std::string_view no_service = "<nil-service-name>";

std::string_view span_kind_text(int32_t kind) noexcept {
  const bool is_known = kind >= 0 && static_cast<size_t>(kind) < span_kind_texts.size();
  return is_known ? span_kind_texts[static_cast<size_t>(kind)] : std::string_view{};
}

std::optional<AnyValueView> value_in(const AttributeList& attributes, std::string_view key) {
  const size_t found = attributes.find(key);
  if (found == AttributeList::npos) return std::nullopt;
  return AnyValueView(attributes[found].value);
}

std::optional<AnyValueView> value_in(const otlp::AttributesView& attributes, std::string_view key) {
  const auto found = attributes.find(key);
  if (!found) return std::nullopt;
  return found->value();
}

/// Doubles here never have an exponent.
bool matches_scalar(const Regex& pattern, const AnyValueView& value) {
  std::array<char, 400> text{};
  char* const end = text.data() + text.size();
  std::to_chars_result written{text.data(), {}};
  switch (value.kind()) {
    case ValueKind::string:
      return pattern.matches(value.string());
    case ValueKind::boolean:
      return pattern.matches(value.boolean() ? "true" : "false");
    case ValueKind::integer:
      written = std::to_chars(text.data(), end, value.integer());
      break;
    case ValueKind::real:
      written = std::to_chars(text.data(), end, value.real(), std::chars_format::fixed);
      break;
    default:
      return false;
  }
  return pattern.matches({text.data(), static_cast<size_t>(written.ptr - text.data())});
}

}  // namespace

TextMatcher::TextMatcher(MatchType type, const std::vector<std::string>& list) {
  if (type == MatchType::strict) {
    texts_ = list;
  } else {
    for (const std::string& pattern : list) patterns_.push_back(Regex::compile(pattern).value());
  }
}

bool TextMatcher::matches(std::string_view text) const noexcept {
  if (is_empty() || std::ranges::find(texts_, text) != texts_.end()) return true;
  return std::ranges::any_of(patterns_,
                             [text](const Regex& pattern) { return pattern.matches(text); });
}

AttributesMatcher::AttributesMatcher(MatchType type, const std::vector<AttributeMatch>& list) {
  for (const AttributeMatch& match : list) {
    Row& row = rows_.emplace_back();
    row.key = match.key;
    row.has_value = !match.value.is_null();
    if (!row.has_value) continue;
    if (type == MatchType::regexp) {
      row.pattern = Regex::compile(match.value.text).value();
    } else {
      row.value = any_value(match.value);
    }
  }
}

bool AttributesMatcher::matches(const Row& row, const AnyValueView& value) {
  if (!row.has_value) return true;
  if (row.pattern) return matches_scalar(*row.pattern, value);
  return otlp::equal_values(AnyValueView(row.value), value, limits::nesting_depth_max);
}

ItemMatcher::ItemMatcher(const MatchProperties& properties)
    : services_(properties.match_type, properties.services),
      span_names_(properties.match_type, properties.span_names),
      span_kinds_(properties.match_type, properties.span_kinds),
      log_bodies_(properties.match_type, properties.log_bodies),
      severity_texts_(properties.match_type, properties.log_severity_texts),
      metric_names_(properties.match_type, properties.metric_names),
      attributes_(properties.match_type, properties.attributes),
      resources_(properties.match_type, properties.resources),
      severity_number_(properties.log_severity_number) {
  for (const LibraryMatch& library : properties.libraries) {
    Library row{.name = TextMatcher(properties.match_type, {library.name}), .version = {}};
    if (library.version) row.version.emplace(properties.match_type, std::vector{*library.version});
    libraries_.push_back(std::move(row));
  }
}

bool ItemMatcher::matches_resource(const otlp::ResourceView& resource) const {
  if (!services_.is_empty()) {
    const auto service = resource.attributes().find("service.name");
    base::Buffer name;
    if (service) {
      otlp::append_value_text(service->value(), name);
    } else {
      name.append(no_service);
    }
    if (!services_.matches(name.view())) return false;
  }
  return resources_.matches(
      [&](std::string_view key) { return value_in(resource.attributes(), key); });
}

bool ItemMatcher::matches_scope(const otlp::ScopeView& scope) const {
  if (libraries_.empty()) return true;
  return std::ranges::any_of(libraries_, [&](const Library& library) {
    return library.name.matches(scope.name()) &&
           (!library.version || library.version->matches(scope.version()));
  });
}

bool ItemMatcher::matches_attributes(const AttributeList& attributes) const {
  return attributes_.matches([&](std::string_view key) { return value_in(attributes, key); });
}

bool ItemMatcher::matches_span(const otlp::SpanView& span, const AttributeList& attributes) const {
  if (!span_names_.is_empty() && !span_names_.matches(span.name())) return false;
  if (!span_kinds_.is_empty() && !span_kinds_.matches(span_kind_text(span.kind()))) return false;
  return matches_attributes(attributes);
}

bool ItemMatcher::matches_log(const otlp::LogView& log, const AttributeList& attributes) const {
  if (!log_bodies_.is_empty()) {
    const AnyValueView body = log.body();
    base::Buffer text;
    if (body.kind() != ValueKind::string) otlp::append_value_text(body, text);
    if (!log_bodies_.matches(body.kind() == ValueKind::string ? body.string() : text.view())) {
      return false;
    }
  }
  if (!severity_texts_.is_empty() && !severity_texts_.matches(log.severity_text())) return false;
  if (severity_number_) {
    const int32_t severity = log.severity_number();
    const bool matches =
        severity == 0 ? severity_number_->match_undefined : severity >= severity_number_->min;
    if (!matches) return false;
  }
  return matches_attributes(attributes);
}

bool ItemMatcher::matches_metric(const otlp::MetricView& metric) const {
  return metric_names_.is_empty() || metric_names_.matches(metric.name());
}

bool ItemMatcher::matches_point(const AttributeList& attributes) const {
  return matches_attributes(attributes);
}

ItemSelector::ItemSelector(const std::optional<MatchProperties>& include,
                           const std::optional<MatchProperties>& exclude) {
  if (include) include_.emplace(*include);
  if (exclude) exclude_.emplace(*exclude);
}

void ItemSelector::enter_resource(const otlp::ResourceView& resource) {
  include_in_resource_ = include_ && include_->matches_resource(resource);
  exclude_in_resource_ = exclude_ && exclude_->matches_resource(resource);
}

void ItemSelector::enter_scope(const otlp::ScopeView& scope) {
  include_here_ = include_in_scope_ = include_in_resource_ && include_->matches_scope(scope);
  exclude_here_ = exclude_in_scope_ = exclude_in_resource_ && exclude_->matches_scope(scope);
}

void ItemSelector::enter_metric(const otlp::MetricView& metric) {
  include_here_ = include_in_scope_ && include_->matches_metric(metric);
  exclude_here_ = exclude_in_scope_ && exclude_->matches_metric(metric);
}

}  // namespace telemill::components::shared
