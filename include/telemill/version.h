#pragma once

#include <string_view>

namespace telemill {

inline constexpr std::string_view version = "0.1.0";
inline constexpr std::string_view user_agent = "telemill/0.1.0 (linux)";

}  // namespace telemill
