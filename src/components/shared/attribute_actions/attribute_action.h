#pragma once

#include <array>
#include <optional>
#include <string>
#include <tuple>

#include "config/fields.h"

namespace telemill::components::shared {

enum class ActionKind : uint8_t { insert, update, upsert, remove, hash, extract, convert };

/// The kind that YAML calls `name`, in any case.
[[nodiscard]] std::optional<ActionKind> action_kind(std::string_view name) noexcept;

/// One element of `actions` of the attributes processor and of `attributes` of the resource
/// processor, as YAML has it.
struct AttributeAction {
  std::string key;
  std::string action;
  config::Node value;  // null: not given
  std::string from_attribute;
  std::string from_context;
  std::string pattern;
  std::string converted_type;

  static constexpr auto fields = std::tuple{
      config::field("key", &AttributeAction::key, "The attribute to act upon."),
      config::field("action", &AttributeAction::action,
                    "insert, update, upsert, delete, hash, extract or convert."),
      config::field("value", &AttributeAction::value,
                    "insert, update, upsert: this value, with its YAML type."),
      config::field("from_attribute", &AttributeAction::from_attribute,
                    "insert, update, upsert: the value of this attribute, if it is there."),
      config::field("from_context", &AttributeAction::from_context,
                    "insert, update, upsert: metadata.<key>, auth.<attribute> or client.address."),
      config::field("pattern", &AttributeAction::pattern,
                    "delete, hash: attributes whose key matches. extract: named groups become "
                    "attributes."),
      config::field("converted_type", &AttributeAction::converted_type,
                    "convert: int, double or string."),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::shared
