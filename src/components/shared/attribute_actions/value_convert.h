#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "otlp/value_view.h"

/// Attribute values made from others, as contents of AnyValues in `arena`.
namespace telemill::components::shared {

std::string_view string_value(std::string_view text, base::Arena& arena);

/// Conversions by the reference's rules: a boolean counts 1 or 0, a double loses what is behind its
/// point, a string is parsed as Go does. Nothing when that fails or the kind does not convert.
/// `text` is the string's text, wherever it stands. Not for values that have the kind already.
std::optional<std::string_view> to_integer(const otlp::AnyValueView& value, std::string_view text,
                                           base::Arena& arena);
std::optional<std::string_view> to_real(const otlp::AnyValueView& value, std::string_view text,
                                        base::Arena& arena);
std::string_view to_text(const otlp::AnyValueView& value, std::string_view text,
                         base::Arena& arena);

}  // namespace telemill::components::shared
