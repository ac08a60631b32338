#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/match_properties/match_properties.h"
#include "components/shared/regex/regex.h"
#include "otlp/attribute_list.h"
#include "otlp/metric_views.h"
#include "otlp/views.h"

namespace telemill::components::shared {

/// Whether a text is one of some texts, or matched by one of some expressions.
class TextMatcher {
 public:
  TextMatcher(MatchType type, const std::vector<std::string>& list);
  /// An empty list matches everything.
  [[nodiscard]] bool matches(std::string_view text) const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return texts_.empty() && patterns_.empty(); }

 private:
  std::vector<std::string> texts_;
  std::vector<Regex> patterns_;
};

/// Whether all of some attributes are there.
class AttributesMatcher {
 public:
  AttributesMatcher(MatchType type, const std::vector<AttributeMatch>& list);
  /// `value_of(key)` answers the first attribute's value as an optional AnyValueView.
  template <class ValueOf>
  [[nodiscard]] bool matches(ValueOf value_of) const {
    for (const Row& row : rows_) {
      const std::optional<otlp::AnyValueView> value = value_of(std::string_view(row.key));
      if (!value || !matches(row, *value)) return false;
    }
    return true;
  }

 private:
  struct Row {
    std::string key;
    std::string value;  // the content of an AnyValue
    bool has_value = false;
    std::optional<Regex> pattern;
  };
  [[nodiscard]] static bool matches(const Row& row, const otlp::AnyValueView& value);

  std::vector<Row> rows_;
};

/// One `include` or `exclude`. An item matches if its resource, its scope and itself do. One lane.
class ItemMatcher {
 public:
  /// `properties` have been checked.
  explicit ItemMatcher(const MatchProperties& properties);

  [[nodiscard]] bool matches_resource(const otlp::ResourceView& resource) const;
  [[nodiscard]] bool matches_scope(const otlp::ScopeView& scope) const;
  // The item's own fields; `attributes` are its attributes.
  [[nodiscard]] bool matches_span(const otlp::SpanView& span,
                                  const otlp::AttributeList& attributes) const;
  [[nodiscard]] bool matches_log(const otlp::LogView& log,
                                 const otlp::AttributeList& attributes) const;
  /// A metric without its points.
  [[nodiscard]] bool matches_metric(const otlp::MetricView& metric) const;
  [[nodiscard]] bool matches_point(const otlp::AttributeList& attributes) const;

 private:
  struct Library {
    TextMatcher name;
    std::optional<TextMatcher> version;
  };
  [[nodiscard]] bool matches_attributes(const otlp::AttributeList& attributes) const;

  TextMatcher services_;
  TextMatcher span_names_;
  TextMatcher span_kinds_;
  TextMatcher log_bodies_;
  TextMatcher severity_texts_;
  TextMatcher metric_names_;
  AttributesMatcher attributes_;
  AttributesMatcher resources_;
  std::vector<Library> libraries_;
  std::optional<SeverityNumberMatch> severity_number_;
};

/// `include` and `exclude` together. Tell it of each resource entry, then of each scope entry in
/// it, then of each metric, if there are any; then ask about the items. One lane.
class ItemSelector {
 public:
  ItemSelector(const std::optional<MatchProperties>& include,
               const std::optional<MatchProperties>& exclude);

  void enter_resource(const otlp::ResourceView& resource);
  void enter_scope(const otlp::ScopeView& scope);
  void enter_metric(const otlp::MetricView& metric);
  /// Nothing of what was entered last is selected: items need not be looked at.
  [[nodiscard]] bool skips_all() const noexcept { return include_ && !include_here_; }

  /// `matches(const ItemMatcher&)` says whether a matcher matches the item.
  template <class Matches>
  [[nodiscard]] bool selects(Matches matches) const {
    if (include_ && !(include_here_ && matches(*include_))) return false;
    return !(exclude_here_ && matches(*exclude_));
  }

 private:
  std::optional<ItemMatcher> include_;
  std::optional<ItemMatcher> exclude_;
  // Whether the resource, the scope and all that was entered last match.
  bool include_in_resource_ = false;
  bool exclude_in_resource_ = false;
  bool include_in_scope_ = false;
  bool exclude_in_scope_ = false;
  bool include_here_ = false;
  bool exclude_here_ = false;
};

}  // namespace telemill::components::shared
