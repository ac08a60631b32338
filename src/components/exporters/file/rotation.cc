#include "components/exporters/file/rotation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>

namespace telemill::components::exporters::file {
namespace {

constexpr uint64_t nanos_per_second = 1'000'000'000;
constexpr uint64_t nanos_per_milli = 1'000'000;
/// 2026-11-20T15-04-05.000
constexpr std::string_view stamp_pattern = "dddd-dd-ddTdd-dd-dd.ddd";

struct Name {
  std::string_view stem;  // the directory included
  std::string_view extension;
};

Name split_name(std::string_view path) noexcept {
  const size_t slash = path.find_last_of('/');
  const size_t dot = path.find_last_of('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) {
    return {path, {}};
  }
  return {path.substr(0, dot), path.substr(dot)};
}

std::string stamp_of(UnixNanos time, bool is_local) {
  const auto seconds = static_cast<std::time_t>(time / nanos_per_second);
  std::tm parts{};
  if (is_local) {
    ::localtime_r(&seconds, &parts);
  } else {
    ::gmtime_r(&seconds, &parts);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}-{:02}-{:02}.{:03}", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     time % nanos_per_second / nanos_per_milli);
}

bool is_stamp(std::string_view text) noexcept {
  return std::ranges::equal(text, stamp_pattern, [](char c, char wanted) {
    return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
  });
}

int number_at(std::string_view stamp, size_t offset, size_t digits) noexcept {
  int number = 0;
  for (const char digit : stamp.substr(offset, digits)) number = number * 10 + (digit - '0');
  return number;
}

}  // namespace

std::string backup_path(const std::string& path, UnixNanos now, bool is_local) {
  const Name name = split_name(path);
  for (;; now += nanos_per_milli) {
    std::string backup = fmt::format("{}-{}{}", name.stem, stamp_of(now, is_local), name.extension);
    std::error_code error;
    const auto status = std::filesystem::symlink_status(backup, error);
    if (!std::filesystem::exists(status)) return backup;
  }
}

std::optional<UnixNanos> backup_time(std::string_view base, std::string_view name) {
  const Name parts = split_name(base);
  const size_t size = parts.stem.size() + 1 + stamp_pattern.size() + parts.extension.size();
  if (name.size() != size || !name.starts_with(parts.stem) || !name.ends_with(parts.extension) ||
      name[parts.stem.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view stamp = name.substr(parts.stem.size() + 1, stamp_pattern.size());
  if (!is_stamp(stamp)) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(number_at(stamp, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(stamp, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_at(stamp, 8, 2)))};
  if (!date.ok() || number_at(stamp, 0, 4) < 1970) return std::nullopt;
  const auto at = std::chrono::sys_days(date) + std::chrono::hours(number_at(stamp, 11, 2)) +
                  std::chrono::minutes(number_at(stamp, 14, 2)) +
                  std::chrono::seconds(number_at(stamp, 17, 2)) +
                  std::chrono::milliseconds(number_at(stamp, 20, 3));
  return static_cast<UnixNanos>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

void prune_backups(const std::string& path, const RotationConfig& config, UnixNanos now) {
  if (config.max_backups == 0 && config.max_days == 0) return;
  const std::filesystem::path whole(path);
  const std::string base = whole.filename().string();
  const auto folder = whole.has_parent_path() ? whole.parent_path() : std::filesystem::path(".");
  std::vector<std::pair<UnixNanos, std::filesystem::path>> backups;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto time = backup_time(base, entry->path().filename().string());
    if (time) backups.emplace_back(*time, entry->path());
  }
  std::ranges::sort(backups, std::greater<>());  // the newest first
  const uint64_t age_max = uint64_t{config.max_days} * 24 * 3600 * nanos_per_second;
  for (size_t i = 0; i < backups.size(); ++i) {
    const bool is_surplus = config.max_backups > 0 && i >= config.max_backups;
    const bool is_old = config.max_days > 0 && now > age_max && backups[i].first < now - age_max;
    if (is_surplus || is_old) std::filesystem::remove(backups[i].second, error);
  }
}

}  // namespace telemill::components::exporters::file
