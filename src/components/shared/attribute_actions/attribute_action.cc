#include "components/shared/attribute_actions/attribute_action.h"

#include <algorithm>
#include <utility>

#include "components/shared/regex/regex.h"
#include "config/nearest.h"

namespace telemill::components::shared {
namespace {

constexpr std::array<std::pair<std::string_view, ActionKind>, 7> action_names = {{
    {"insert", ActionKind::insert},
    {"update", ActionKind::update},
    {"upsert", ActionKind::upsert},
    {"delete", ActionKind::remove},
    {"hash", ActionKind::hash},
    {"extract", ActionKind::extract},
    {"convert", ActionKind::convert},
}};
constexpr std::array<std::string_view, 3> converted_types = {"int", "double", "string"};

bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// Which fields an action has.
struct Uses {
  bool source = false;
  bool pattern = false;
  bool converted_type = false;
};
constexpr Uses uses_of(ActionKind kind) noexcept {
  switch (kind) {
    case ActionKind::insert:
    case ActionKind::update:
    case ActionKind::upsert:
      return {.source = true};
    case ActionKind::remove:
    case ActionKind::hash:
    case ActionKind::extract:
      return {.pattern = true};
    case ActionKind::convert:
      return {.converted_type = true};
  }
  return {};
}

void check_pattern(const AttributeAction& action, ActionKind kind, config::Problems& problems) {
  const auto regex = Regex::compile(action.pattern);
  if (!regex) {
    return problems.add("pattern", "is no regular expression: " + regex.error(),
                        "the dialect is RE2's");
  }
  if (kind != ActionKind::extract) return;
  const auto& names = regex->group_names();
  if (names.empty()) {
    problems.add("pattern", "has no named group",
                 "write (?P<attribute>...) around what to extract");
  } else if (std::ranges::find(names, "") != names.end()) {
    problems.add("pattern", "has a group without a name", "write (?:...) for a group that is none");
  }
}

}  // namespace

std::optional<ActionKind> action_kind(std::string_view name) noexcept {
  for (const auto& [known, kind] : action_names) {
    if (equals_lower(name, known)) return kind;
  }
  return std::nullopt;
}

config::Problems AttributeAction::check() const {
  config::Problems problems;
  const auto kind = action_kind(action);
  if (!kind) {
    std::array<std::string_view, action_names.size()> names;
    std::ranges::transform(action_names, names.begin(), [](const auto& row) { return row.first; });
    problems.add("action",
                 action.empty() ? "is required" : "there is no action " + config::in_quotes(action),
                 "one of " + config::listed(names));
    return problems;
  }
  const std::string which = "action " + config::in_quotes(action) +
                            (key.empty() ? "" : " of key " + config::in_quotes(key));
  const Uses uses = uses_of(*kind);
  const auto refuse = [&](bool is_used, bool is_given, std::string_view field) {
    if (is_given && !is_used) problems.add(field, which + " does not use this field");
  };
  refuse(uses.source, !value.is_null(), "value");
  refuse(uses.source, !from_attribute.empty(), "from_attribute");
  refuse(uses.source, !from_context.empty(), "from_context");
  refuse(uses.pattern, !pattern.empty(), "pattern");
  refuse(uses.converted_type, !converted_type.empty(), "converted_type");

  const bool may_go_without_key = *kind == ActionKind::remove || *kind == ActionKind::hash;
  if (key.empty() && !(may_go_without_key && !pattern.empty())) {
    problems.add("key",
                 which + (may_go_without_key ? " needs a key or a pattern" : " needs a key"));
  }
  const int sources =
      int{!value.is_null()} + int{!from_attribute.empty()} + int{!from_context.empty()};
  if (uses.source && sources != 1) {
    problems.add("", which + (sources == 0 ? " needs" : " has more than one of") +
                         " value, from_attribute or from_context");
  }
  if (uses.pattern && !pattern.empty()) check_pattern(*this, *kind, problems);
  if (*kind == ActionKind::extract && pattern.empty()) {
    problems.add("pattern", which + " needs a pattern");
  }
  if (uses.converted_type &&
      std::ranges::find(converted_types, converted_type) == converted_types.end()) {
    problems.add("converted_type",
                 which + (converted_type.empty()
                              ? " needs a converted_type"
                              : " cannot convert to " + config::in_quotes(converted_type)),
                 "one of " + config::listed(converted_types));
  }
  return problems;
}

}  // namespace telemill::components::shared
