#include "config/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "config/problem.h"

namespace telemill::config {
namespace {

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_variable_name(std::string_view name) noexcept {
  if (name.empty() || is_digit(name[0])) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

}  // namespace

Source* Sources::find(std::string_view scheme) const noexcept {
  for (Source* const source : sources_) {
    if (source->scheme() == scheme) return source;
  }
  return nullptr;
}

std::string Sources::schemes() const {
  std::vector<std::string_view> names;
  for (const Source* const source : sources_) names.push_back(source->scheme());
  std::ranges::sort(names);
  return listed(names);
}

std::optional<Location> parse_location(std::string_view uri) noexcept {
  const size_t colon = uri.find(':');
  if (colon == uri.npos || colon < 2 || !is_letter(uri[0])) return std::nullopt;
  const std::string_view scheme = uri.substr(0, colon);
  for (const char c : scheme) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '.' && c != '-') return std::nullopt;
  }
  return Location{.scheme = scheme, .rest = uri.substr(colon + 1)};
}

Result<Retrieved, Failure> FileSource::retrieve(std::string_view rest) {
  TELEMILL_ASSIGN(std::string text, files_.read(std::string(rest)));
  return Retrieved{.text = std::move(text), .is_set = true, .is_text = false};
}

Result<Retrieved, Failure> EnvironmentSource::retrieve(std::string_view rest) {
  constexpr std::string_view separator = ":-";
  const size_t split = rest.find(separator);
  const std::string name(rest.substr(0, split));
  if (!is_variable_name(name)) {
    return fail(ErrorCode::corrupt,
                fmt::format("environment variable {} has invalid name: must match regex "
                            "^[a-zA-Z_][a-zA-Z0-9_]*$",
                            in_quotes(name)));
  }
  if (std::optional<std::string> value = environment_.get(name)) {
    return Retrieved{.text = std::move(*value), .is_set = true, .is_text = false};
  }
  if (split == rest.npos) return Retrieved{.text = {}, .is_set = false, .is_text = false};
  std::string fallback(rest.substr(split + separator.size()));
  const bool is_empty = fallback.empty();  // the empty string, where an empty variable is null
  return Retrieved{.text = std::move(fallback), .is_set = true, .is_text = is_empty};
}

Result<Retrieved, Failure> YamlSource::retrieve(std::string_view rest) {
  return Retrieved{.text = std::string(rest), .is_set = true, .is_text = false};
}

std::optional<std::string> ProcessEnvironment::get(const std::string& name) const {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace telemill::config
