#pragma once

#include <optional>
#include <string_view>

#include "config/limits.h"
#include "config/node.h"
#include "config/problem.h"

namespace telemill::config {

/// What to do about text after the first document: the reference never looks at it.
enum class Rest : uint8_t {
  report,  // a second document is a warning, anything else an error
  ignore,
};

/// Reads the first document of `text`; `source` goes into every mark. Aliases are copied, `<<` is
/// merged, tags are applied. An empty document is a null node.
///
/// Refused, each with its place: malformed YAML or UTF-8, a key given twice, a key that is no
/// scalar, unknown or self-containing anchors, more than `budget`, `depth_max` or
/// `document_bytes_max`. Then the result is empty and `problems` has at least one error more.
std::optional<Node> read_yaml(std::string_view text, uint32_t source, Problems& problems,
                              Budget& budget, Rest rest = Rest::report);
std::optional<Node> read_yaml(std::string_view text, uint32_t source, Problems& problems);

}  // namespace telemill::config
