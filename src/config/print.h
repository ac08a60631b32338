#pragma once

#include <string>
#include <string_view>

#include "config/node.h"
#include "config/type_info.h"

/// Trees back to text: for print-config, docs and the effective configuration.
namespace telemill::config {

/// `text` as one YAML scalar that reads back as this string: plain where that is safe, else in
/// double quotes.
[[nodiscard]] std::string yaml_text(std::string_view text);
/// `text` as a JSON string; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(std::string_view text);

/// Block-style YAML with a line break at the end; reads back as the same content.
[[nodiscard]] std::string write_yaml(const Node& node);
/// JSON on one line. What JSON lacks (.inf, .nan) becomes a string.
[[nodiscard]] std::string write_json(const Node& node);

/// Replaces what secret fields and headers of `type` hold with [REDACTED]. Keys that `type` does
/// not know stay as they are: such a configuration is refused before anybody prints it.
void redact(Node& node, const TypeInfo& type);
/// Replaces every scalar below `node`, for values that no type describes.
void redact_all(Node& node);

}  // namespace telemill::config
