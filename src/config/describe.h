#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/type_info.h"

namespace telemill::config {

/// One key of a config struct, for help and documentation pages.
struct FieldRow {
  std::string path;  // "batch::min_size", "routes[]::condition", "headers::<name>"
  std::string type;
  std::string default_text;  // as YAML; "absent" where leaving out differs from any value
  std::string doc;
  FieldKind kind = FieldKind::value;
};

/// All keys of `type` and of the structs below it, in table order, with the defaults of a
/// default-constructed value. fields.h has the typed form.
[[nodiscard]] std::vector<FieldRow> describe(const TypeInfo& type);

/// The value behind `type` as one line of YAML; secrets are redacted.
[[nodiscard]] std::string value_text(const TypeInfo& type, const void* value);

/// Aligned lines for a terminal.
[[nodiscard]] std::string help_text(std::span<const FieldRow> rows);
/// A table for a documentation page.
[[nodiscard]] std::string markdown_table(std::span<const FieldRow> rows);

}  // namespace telemill::config
