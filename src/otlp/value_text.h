#pragma once

#include "base/buffer.h"
#include "otlp/value_view.h"

namespace telemill::otlp {

/// Appends a value as the text that the reference makes of it: strings as they are, numbers as
/// short as they can be, bytes as base64, maps and lists as compact JSON with sorted keys (of equal
/// ones the last counts), nothing for an empty value. What nests deeper than
/// `limits::nesting_depth_max` becomes null.
void append_value_text(const AnyValueView& value, base::Buffer& out);

/// Same kind and content. The order of a map's keys does not matter; of equal keys the first
/// counts. `depth_max` bounds the look into `a`.
[[nodiscard]] bool equal_values(const AnyValueView& a, const AnyValueView& b,
                                int depth_max) noexcept;

}  // namespace telemill::otlp
