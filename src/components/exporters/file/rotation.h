#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "components/exporters/file/file_config.h"

namespace telemill::components::exporters::file {

/// What a full file is renamed to: /var/data.json becomes /var/data-2026-11-20T15-04-05.000.json,
/// the same or a later millisecond when that name is taken.
[[nodiscard]] std::string backup_path(const std::string& path, UnixNanos now, bool is_local);

/// The time in a backup's name, read as UTC; nothing when `name` is no backup of the file `base`.
/// Both are names without a directory.
[[nodiscard]] std::optional<UnixNanos> backup_time(std::string_view base, std::string_view name);

/// Removes the backups of `path` that are too many or too old. Those that cannot be removed stay.
void prune_backups(const std::string& path, const RotationConfig& config, UnixNanos now);

}  // namespace telemill::components::exporters::file
