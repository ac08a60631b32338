#include "config/problem.h"

#include <fmt/format.h>

#include <utility>

namespace telemill::config {

void Problems::add(Problem problem) {
  if (problem.severity == Severity::error) ++error_count_;
  if (full()) {
    ++left_out_;
  } else {
    kept_.push_back(std::move(problem));
  }
}

void Problems::add(std::string_view key, std::string message, std::string hint) {
  add(Problem{.mark = {},
              .path = std::string(key),
              .message = std::move(message),
              .hint = std::move(hint),
              .severity = Severity::error});
}

void Problems::append(Problems&& others) {
  const size_t errors_before = error_count_;
  for (Problem& problem : others.kept_) add(std::move(problem));
  error_count_ = errors_before + others.error_count_;
  left_out_ += others.left_out_;
  others = {};
}

std::string Problems::render(const SourceNames& names) const {
  std::string text;
  for (const Problem& problem : kept_) {
    text += config::render(problem, names);
    text += '\n';
  }
  if (left_out_ > 0) text += fmt::format("and {} more\n", left_out_);
  return text;
}

std::string render(const Problem& problem, const SourceNames& names) {
  std::string line;
  if (problem.mark.source < names.size() && problem.mark.line > 0) {
    line = fmt::format("{}:{}:{}: ", names[problem.mark.source], problem.mark.line,
                       problem.mark.column);
  }
  if (problem.severity == Severity::warning) line += "warning: ";
  if (problem.severity == Severity::note) line += "note: ";
  if (!problem.path.empty()) line += problem.path + ": ";
  line += problem.message;
  if (!problem.hint.empty()) line += fmt::format(" ({})", problem.hint);
  return line;
}

std::string join_path(std::string_view parent, std::string_view key) {
  if (parent.empty()) return std::string(key);
  if (key.empty()) return std::string(parent);
  return fmt::format("{}::{}", parent, key);
}

std::string in_quotes(std::string_view text) {
  constexpr size_t shown_max = 80;
  std::string result = "\"";
  for (const char c : text.substr(0, shown_max)) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  result += text.size() > shown_max ? "...\"" : "\"";
  return result;
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace telemill::config
