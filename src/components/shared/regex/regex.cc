#include "components/shared/regex/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace telemill::components::shared {
namespace {

/// Go reads `(?<name>` as `(?P<name>`, which is all that this RE2 knows. Escapes, quoted text and
/// classes are passed over.
std::string with_long_group_names(std::string_view pattern) {
  std::string out;
  bool is_in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    if (rest.starts_with("\\Q") && !is_in_class) {
      const size_t end = std::min(rest.find("\\E"), rest.size());
      out += rest.substr(0, end);
      i += end - 1;
    } else if (rest.front() == '\\') {
      out += rest.substr(0, 2);
      ++i;
    } else if (!is_in_class && rest.starts_with("(?<") && !rest.starts_with("(?<=") &&
               !rest.starts_with("(?<!")) {
      out += "(?P<";
      i += 2;
    } else {
      // A bracket that opens a class may be followed by one that belongs to it.
      if (rest.front() == '[' && !is_in_class) {
        is_in_class = true;
        const size_t first = rest.starts_with("[^") ? 2 : 1;
        if (rest.substr(first).starts_with("]")) {
          out += rest.substr(0, first + 1);
          i += first;
          continue;
        }
      } else if (rest.front() == ']') {
        is_in_class = false;
      }
      out += rest.front();
    }
  }
  return out;
}

re2::StringPiece piece(std::string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace

struct Regex::Compiled {
  Compiled(const std::string& pattern, const RE2::Options& options)
      : expression(pattern, options) {}
  RE2 expression;
  mutable std::vector<re2::StringPiece> groups;  // scratch: the whole match, then the groups
};

Regex::Regex(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {
  const auto count = static_cast<size_t>(compiled_->expression.NumberOfCapturingGroups());
  names_.resize(count);
  for (const auto& [number, name] : compiled_->expression.CapturingGroupNames()) {
    names_[static_cast<size_t>(number) - 1] = name;
  }
  compiled_->groups.resize(count + 1);
}

Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex, std::string> Regex::compile(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<Compiled>(with_long_group_names(pattern), options);
  if (!compiled->expression.ok()) return Unexpected<std::string>{compiled->expression.error()};
  return Regex(std::move(compiled));
}

bool Regex::matches(std::string_view text) const noexcept {
  return compiled_->expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Regex::capture(std::string_view text, std::span<std::string_view> groups) const noexcept {
  std::vector<re2::StringPiece>& found = compiled_->groups;
  if (!compiled_->expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(),
                                   static_cast<int>(found.size()))) {
    return false;
  }
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = {found[i + 1].data(), found[i + 1].size()};
  return true;
}

}  // namespace telemill::components::shared
