#include "config/component_id.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "config/problem.h"

namespace telemill::config {
namespace {

constexpr size_t type_bytes_max = 63;
constexpr size_t name_characters_max = 1024;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view spaces = " \t\n\v\f\r";
  const size_t start = text.find_first_not_of(spaces);
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(spaces) - start + 1);
}

bool is_type(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || text.size() > type_bytes_max || !is_letter(text[0])) return false;
  for (const char c : text) {
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

/// RE2 knows the Unicode classes, and knows them as the reference does.
bool is_name(std::string_view text) {
  static const re2::RE2 allowed(R"([^\pZ\pC\pS]+)");
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), allowed);
}

size_t character_count(std::string_view text) noexcept {
  size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

Result<ComponentId, Failure> parse_component_id(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::corrupt, fmt::format("{} is no component id: {}", in_quotes(text), why));
  };
  const size_t slash = text.find('/');
  const std::string_view type = trimmed(text.substr(0, slash));
  if (type.empty()) return refuse("its type is empty");
  if (!is_type(type)) {
    return refuse("a type is a letter and at most 62 letters, digits and underscores");
  }
  if (slash == text.npos) return ComponentId{.type = std::string(type), .name = {}};
  const std::string_view name = trimmed(text.substr(slash + 1));
  if (name.empty()) return refuse("nothing follows the slash");
  if (character_count(name) > name_characters_max) return refuse("its name is too long");
  if (!is_name(name)) return refuse("its name has spaces, control characters or symbols");
  return ComponentId{.type = std::string(type), .name = std::string(name)};
}

}  // namespace telemill::config
