#include "official/console_lines.h"

#include <array>
#include <regex>
#include <sstream>

namespace telemill::official {
namespace {

constexpr std::array<std::string_view, 4> beginnings{"Traces", "Metrics", "Logs", "Resource"};

bool is_of_exporter(std::string_view message) {
  for (const std::string_view beginning : beginnings) {
    if (message.starts_with(beginning)) return true;
  }
  return false;
}

/// The fields behind a message without the resource and without spaces between them.
std::string without_optional(const std::string& line) {
  static const std::regex resource(R"("resource": ?\{[^}]*\},? ?)");
  const size_t fields = line.rfind("\t{\"");
  if (fields == std::string::npos) return line;
  const std::string plain = std::regex_replace(line.substr(fields), resource, "");
  std::string made = line.substr(0, fields);
  bool is_text = false;
  for (const char letter : plain) {
    if (letter == '"') is_text = !is_text;
    if (letter != ' ' || is_text) made += letter;
  }
  return made;
}

}  // namespace

std::vector<std::string> console_lines(const std::string& text) {
  static const std::regex log_line(R"(^\d{4}-\d\d-\d\dT[0-9:.]+Z\t\w+\t(.*)$)");
  std::vector<std::string> lines;
  std::istringstream in(text);
  bool is_ours = true;  // what a program prints without a log line before it is the exporter's
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    const bool is_logged = std::regex_match(line, parts, log_line);
    const std::string message = is_logged ? parts[1].str() : line;
    if (is_logged) is_ours = is_of_exporter(message);
    if (!is_ours || line.starts_with("telemill: received=")) continue;
    lines.push_back(without_optional(message));
  }
  return lines;
}

std::string first_difference(const std::vector<std::string>& theirs,
                             const std::vector<std::string>& ours) {
  for (size_t i = 0; i < theirs.size() || i < ours.size(); ++i) {
    const std::string their_line = i < theirs.size() ? theirs[i] : "(no line)";
    const std::string our_line = i < ours.size() ? ours[i] : "(no line)";
    if (their_line == our_line) continue;
    std::string shown =
        "line " + std::to_string(i) + "\nreference: " + their_line + "\ntelemill:  " + our_line;
    for (size_t before = i < 3 ? 0 : i - 3; before < i; ++before)
      shown += "\nafter: " + ours[before];
    return shown;
  }
  return {};
}

}  // namespace telemill::official
