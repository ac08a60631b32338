#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemill/result.h"

namespace telemill::components::shared {

/// A regular expression in the reference's dialect (RE2, and Go's `(?<name>...)`). Matching takes
/// time linear in the text. Any thread, but lanes have their own: it keeps a cache under a lock.
class Regex {
 public:
  /// The error is for a person, without the pattern.
  static Result<Regex, std::string> compile(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether any part of `text` matches.
  [[nodiscard]] bool matches(std::string_view text) const noexcept;
  /// The names of the groups, in order; empty for a group without one.
  [[nodiscard]] const std::vector<std::string>& group_names() const noexcept { return names_; }
  /// The texts of the groups of the first match (empty for one that took no part), which borrow
  /// from `text`; `groups` has as many elements as there are groups. False when nothing matches.
  [[nodiscard]] bool capture(std::string_view text,
                             std::span<std::string_view> groups) const noexcept;

 private:
  struct Compiled;
  explicit Regex(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
  std::vector<std::string> names_;
};

}  // namespace telemill::components::shared
