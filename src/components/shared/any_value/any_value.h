#pragma once

#include <string>

#include "base/buffer.h"
#include "config/node.h"

namespace telemill::components::shared {

/// Appends the content of an AnyValue that says what `node` says: YAML's type is kept, lists and
/// mappings too. Null becomes an empty value.
void append_any_value(const config::Node& node, base::Buffer& out);

/// The same as a string of bytes.
[[nodiscard]] std::string any_value(const config::Node& node);
/// The content of an AnyValue that is a string.
[[nodiscard]] std::string any_string(std::string_view text);

}  // namespace telemill::components::shared
