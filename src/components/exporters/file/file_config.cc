#include "components/exporters/file/file_config.h"

#include <algorithm>
#include <charconv>

namespace telemill::components::exporters::file {

std::optional<uint32_t> permission_bits(std::string_view octal) noexcept {
  uint32_t bits = 0;
  const char* const end = octal.data() + octal.size();
  const auto [parsed, error] = std::from_chars(octal.data(), end, bits, 8);
  if (error != std::errc() || parsed != end || bits > 0777) return std::nullopt;
  return bits;
}

config::Problems FileConfig::check() const {
  config::Problems problems;
  if (path.empty()) problems.add("path", "must be set");
  if (append && rotation) problems.add("append", "cannot be combined with rotation");
  if (flush_interval < Duration::zero()) problems.add("flush_interval", "must not be negative");
  if (group_by.enabled) {
    if (std::ranges::count(path, '*') != 1) {
      problems.add("path", "must contain exactly one * when group_by is enabled");
    } else if (path.front() == '*') {
      problems.add("path", "must not start with * when group_by is enabled");
    }
    if (group_by.resource_attribute.empty()) {
      problems.add("group_by::resource_attribute", "must not be empty");
    }
    if (group_by.max_open_files == 0) {
      problems.add("group_by::max_open_files", "must be at least 1");
    }
  }
  if (!directory_permissions.empty()) {
    if (!create_directory) {
      problems.add("directory_permissions", "needs create_directory: true");
    } else if (!permission_bits(directory_permissions)) {
      problems.add("directory_permissions", "must be permission bits in octal, such as \"0755\"");
    }
  }
  return problems;
}

}  // namespace telemill::components::exporters::file
