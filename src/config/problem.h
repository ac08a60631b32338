#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace telemill::config {

enum class Severity : uint8_t { error, warning, note };

/// One thing about a configuration that a person should know: where, what, and a way out.
struct Problem {
  Mark mark;
  std::string path;     // "exporters::otlp_grpc::endpoint"; empty for the document itself
  std::string message;  // without the path: "expected a duration, got a list"
  std::string hint;     // "did you mean \"endpoint\"?"; may be empty
  Severity severity = Severity::error;
};

/// All problems at once, in the order they were found. Hostile input cannot grow it without bound.
class Problems {
 public:
  static constexpr size_t kept_max = 200;

  void add(Problem problem);
  /// For `check()` of a config struct: `key` is a key of that struct (or `a::b` below it, or empty
  /// for the struct itself). Whoever decodes adds the path above and finds the place in the file.
  void add(std::string_view key, std::string message, std::string hint = {});
  void append(Problems&& others);

  [[nodiscard]] bool empty() const noexcept { return kept_.empty(); }
  [[nodiscard]] bool full() const noexcept { return kept_.size() >= kept_max; }
  [[nodiscard]] bool has_errors() const noexcept { return error_count_ > 0; }
  [[nodiscard]] size_t error_count() const noexcept { return error_count_; }
  [[nodiscard]] size_t size() const noexcept { return kept_.size(); }
  [[nodiscard]] const Problem& operator[](size_t i) const noexcept { return kept_[i]; }
  [[nodiscard]] auto begin() const noexcept { return kept_.begin(); }
  [[nodiscard]] auto end() const noexcept { return kept_.end(); }

  /// One line each: `file:line:column: path: message (hint)`; warnings and notes say so.
  [[nodiscard]] std::string render(const SourceNames& names) const;

 private:
  std::vector<Problem> kept_;
  size_t error_count_ = 0;
  size_t left_out_ = 0;
};

/// `problem` as one line without a line break.
[[nodiscard]] std::string render(const Problem& problem, const SourceNames& names);

/// `parent::key`, or `key` where there is no parent.
[[nodiscard]] std::string join_path(std::string_view parent, std::string_view key);

/// `text` in double quotes, control characters and quotes escaped, long ones cut.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// `a, b, c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

}  // namespace telemill::config
