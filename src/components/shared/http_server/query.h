#pragma once

#include <string>
#include <string_view>

namespace telemill::components::shared {

/// A name or value of a query: `+` is a space, `%41` an A. What is no escape stays as it is.
[[nodiscard]] std::string decode_query_text(std::string_view text);

}  // namespace telemill::components::shared
