#include "components/shared/file_follow/follow_config.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/limits.h"
#include "components/shared/file_follow/glob.h"

namespace telemill::components::shared {
namespace {

constexpr uint64_t fingerprint_bytes_min = 16;
constexpr uint64_t fingerprint_bytes_max = 1_MiB;

struct Unit {
  std::string_view name;
  double bytes;
};
constexpr std::array units = {
    Unit{"", 1},     Unit{"b", 1},        Unit{"kb", 1e3},        Unit{"mb", 1e6},
    Unit{"gb", 1e9}, Unit{"kib", 1024.0}, Unit{"mib", 1048576.0}, Unit{"gib", 1073741824.0}};

void check_size(const config::Node& node, std::string_view key, uint64_t least, uint64_t most,
                config::Problems& problems) {
  if (node.is_null()) return;
  const auto bytes = node.is_scalar() ? parse_byte_size(node.text) : std::nullopt;
  if (!bytes) {
    problems.add(std::string(key), "must be a number of bytes, such as 1000 or 16KiB");
  } else if (*bytes < least || *bytes > most) {
    problems.add(std::string(key), "must be from " + std::to_string(least) + " to " +
                                       std::to_string(most) + " bytes");
  }
}

}  // namespace

std::optional<uint64_t> parse_byte_size(std::string_view text) noexcept {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  std::string_view name(parsed, static_cast<size_t>(end - parsed));
  while (name.starts_with(' ')) name.remove_prefix(1);
  for (const Unit& unit : units) {
    const bool is_same = std::ranges::equal(name, unit.name, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
    if (!is_same) continue;
    const double bytes = number * unit.bytes;
    if (bytes > 1e15) return std::nullopt;
    return static_cast<uint64_t>(bytes);
  }
  return std::nullopt;
}

config::Problems FollowConfig::check() const {
  config::Problems problems;
  if (include.empty()) problems.add("include", "must have at least one pattern");
  for (const auto& [key, patterns] : {std::pair{"include", &include}, {"exclude", &exclude}}) {
    for (const std::string& pattern : *patterns) {
      const std::string_view what = glob_problem(pattern);
      if (!what.empty()) problems.add(key, "pattern '" + pattern + "' " + std::string(what));
    }
  }
  if (poll_interval <= Duration::zero()) problems.add("poll_interval", "must be larger than zero");
  if (exclude_older_than < Duration::zero()) {
    problems.add("exclude_older_than", "must not be negative");
  }
  check_size(fingerprint_size, "fingerprint_size", fingerprint_bytes_min, fingerprint_bytes_max,
             problems);
  check_size(max_log_size, "max_log_size", 1, limits::request_bytes_max, problems);
  check_size(initial_buffer_size, "initial_buffer_size", 1, limits::request_bytes_max, problems);
  if (max_concurrent_files < 2) problems.add("max_concurrent_files", "must be greater than 1");
  if (encoding != "utf-8" && encoding != "utf-8-raw" && encoding != "nop" && encoding != "") {
    problems.add("encoding", "'" + encoding + "' is not supported; use utf-8");
  }
  if (delete_after_read) {
    problems.add("delete_after_read",
                 "needs the feature gate filelog.allowFileDeletion, which this build lacks");
  }
  if (acquire_fs_lock) problems.add("acquire_fs_lock", "is not supported yet");
  return problems;
}

}  // namespace telemill::components::shared
