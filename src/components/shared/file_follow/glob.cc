#include "components/shared/file_follow/glob.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

namespace telemill::components::shared {
namespace {

namespace fs = std::filesystem;

/// Patterns that {} makes of one; more are ignored.
constexpr size_t alternatives_max = 256;
constexpr int directory_depth_max = 64;

/// The first {...} of `pattern`, outermost and not escaped.
struct Braces {
  size_t begin = 0;
  size_t end = 0;  // of the closing one
};
std::optional<Braces> find_braces(std::string_view pattern) noexcept {
  int depth = 0;
  Braces braces;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      if (depth++ == 0) braces.begin = i;
    } else if (pattern[i] == '}' && depth > 0 && --depth == 0) {
      braces.end = i;
      return braces;
    }
  }
  return std::nullopt;
}

/// `pattern` without braces, as all the patterns that they stand for.
std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> open = {std::string(pattern)};
  std::vector<std::string> expanded;
  while (!open.empty() && expanded.size() + open.size() <= alternatives_max) {
    const std::string next = std::move(open.back());
    open.pop_back();
    const auto braces = find_braces(next);
    if (!braces) {
      expanded.push_back(next);
      continue;
    }
    int depth = 0;
    size_t begin = braces->begin + 1;
    for (size_t i = begin; i <= braces->end; ++i) {
      if (next[i] == '{') ++depth;
      if (next[i] == '}' && i < braces->end) --depth;
      if (i < braces->end && (next[i] != ',' || depth > 0)) continue;
      open.push_back(next.substr(0, braces->begin) + next.substr(begin, i - begin) +
                     next.substr(braces->end + 1));
      begin = i + 1;
    }
  }
  return expanded;
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  size_t begin = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') continue;
    if (i > begin) segments.push_back(path.substr(begin, i - begin));
    begin = i + 1;
  }
  return segments;
}

/// Whether `c` is in the class that begins behind "[" at `at`; moves `at` behind its "]".
bool class_has(std::string_view pattern, size_t& at, char c) noexcept {
  const bool is_negated = at < pattern.size() && (pattern[at] == '^' || pattern[at] == '!');
  if (is_negated) ++at;
  bool is_in = false;
  for (bool is_first = true; at < pattern.size() && (is_first || pattern[at] != ']');
       is_first = false) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    is_in = is_in || (low <= c && c <= high);
  }
  ++at;
  return is_in != is_negated;
}

/// One name against one segment, without recursion: of several * only the last is tried again.
bool segment_matches(std::string_view pattern, std::string_view name) noexcept {
  size_t p = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t star_name = 0;
  while (n < name.size()) {
    size_t next = p;
    bool is_match = false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
      continue;
    }
    if (p < pattern.size()) {
      if (pattern[p] == '?') {
        is_match = true;
        ++next;
      } else if (pattern[p] == '[') {
        ++next;
        is_match = class_has(pattern, next, name[n]);
      } else {
        if (pattern[p] == '\\' && p + 1 < pattern.size()) ++next;
        is_match = pattern[next] == name[n];
        ++next;
      }
    }
    if (is_match) {
      p = next;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

using Segments = std::vector<std::string_view>;

bool segments_match(const Segments& pattern, const Segments& path) {
  // can[i]: the pattern so far matches the first i segments of the path.
  std::vector<char> can(path.size() + 1, 0);
  can[0] = 1;
  for (const std::string_view segment : pattern) {
    std::vector<char> next(path.size() + 1, 0);
    for (size_t i = 0; i <= path.size(); ++i) {
      if (segment == "**") {
        next[i] = can[i] != 0 || (i > 0 && next[i - 1] != 0) ? 1 : 0;
      } else if (i > 0 && can[i - 1] != 0) {
        next[i] = segment_matches(segment, path[i - 1]) ? 1 : 0;
      }
    }
    can = std::move(next);
  }
  return can.back() != 0;
}

bool is_plain(std::string_view segment) noexcept {
  return segment.find_first_of("*?[\\") == std::string_view::npos;
}

/// Walks the directories that a pattern can lead to.
class Finder {
 public:
  Finder(Segments pattern, size_t paths_max, std::set<std::string>& found)
      : pattern_(std::move(pattern)), paths_max_(paths_max), found_(found) {}

  void find(const std::string& folder, size_t index, int depth) {
    if (depth > directory_depth_max || found_.size() >= paths_max_) return;
    const bool is_last = index + 1 == pattern_.size();
    const std::string_view segment = pattern_[index];
    if (is_plain(segment)) return visit(join(folder, segment), index, is_last, depth);
    std::error_code error;
    const fs::path start(folder.empty() ? "." : folder);
    for (fs::directory_iterator entry(start, error), end; !error && entry != end;
         entry.increment(error)) {
      if (found_.size() >= paths_max_) return;
      const std::string name = entry->path().filename().string();
      const std::string path = join(folder, name);
      if (segment != "**") {
        if (segment_matches(segment, name)) visit(path, index, is_last, depth);
        continue;
      }
      std::error_code ignored;
      const bool is_folder = fs::is_directory(entry->symlink_status(ignored));
      if (is_folder) find(path, index, depth + 1);
      if (is_last && !is_folder) add(path);
    }
    if (segment == "**" && !is_last) find(folder, index + 1, depth);
  }

 private:
  static std::string join(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::string(name);
    return (folder.ends_with('/') ? folder : folder + "/") + std::string(name);
  }
  void visit(const std::string& path, size_t index, bool is_last, int depth) {
    if (is_last) return add(path);
    std::error_code error;
    if (fs::is_directory(path, error)) find(path, index + 1, depth + 1);
  }
  void add(const std::string& path) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) found_.insert(path);
  }

  const Segments pattern_;
  const size_t paths_max_;
  std::set<std::string>& found_;
};

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  if (!glob_problem(pattern).empty()) return false;
  if (pattern.starts_with('/') != path.starts_with('/')) return false;
  const Segments segments = segments_of(path);
  return std::ranges::any_of(expand_braces(pattern), [&](const std::string& plain) {
    return segments_match(segments_of(plain), segments);
  });
}

std::string_view glob_problem(std::string_view pattern) noexcept {
  if (pattern.empty()) return "is empty";
  int depth = 0;
  bool is_in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (++i == pattern.size()) return "ends with a backslash";
    } else if (is_in_class) {
      is_in_class = pattern[i] != ']';
    } else if (pattern[i] == '[') {
      is_in_class = true;
    } else if (pattern[i] == '{') {
      ++depth;
    } else if (pattern[i] == '}' && --depth < 0) {
      return "has a } without a {";
    }
  }
  if (is_in_class) return "has a [ without a ]";
  if (depth > 0) return "has a { without a }";
  return {};
}

std::vector<std::string> find_files(const std::vector<std::string>& include,
                                    const std::vector<std::string>& exclude, size_t paths_max) {
  std::set<std::string> found;
  for (const std::string& pattern : include) {
    for (const std::string& plain : expand_braces(pattern)) {
      Segments segments = segments_of(plain);
      if (segments.empty()) continue;
      Finder(std::move(segments), paths_max, found).find(plain.starts_with('/') ? "/" : "", 0, 0);
    }
  }
  std::vector<std::string> paths;
  for (const std::string& path : found) {
    const bool is_excluded = std::ranges::any_of(
        exclude, [&](const std::string& pattern) { return glob_matches(pattern, path); });
    if (!is_excluded) paths.push_back(path);
  }
  return paths;
}

}  // namespace telemill::components::shared
