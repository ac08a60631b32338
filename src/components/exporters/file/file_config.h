#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "config/fields.h"

namespace telemill::components::exporters::file {

enum class Format : uint8_t { json, proto };
constexpr auto config_names(Format) {
  return std::array{config::EnumName<Format>{"json", Format::json},
                    config::EnumName<Format>{"proto", Format::proto}};
}

enum class Compression : uint8_t { none, zstd };
constexpr auto config_names(Compression) {
  return std::array{config::EnumName<Compression>{"", Compression::none},
                    config::EnumName<Compression>{"zstd", Compression::zstd}};
}

/// `rotation`: a full file is renamed and a new one begun.
struct RotationConfig {
  uint32_t max_megabytes = 100;
  uint32_t max_days = 0;
  uint32_t max_backups = 100;
  bool localtime = false;

  static constexpr auto fields = std::tuple{
      config::field("max_megabytes", &RotationConfig::max_megabytes,
                    "A file grows no larger, but for a single record that is; 0: 100."),
      config::field("max_days", &RotationConfig::max_days,
                    "Older backups are removed, by the time in their name; 0: none."),
      config::field("max_backups", &RotationConfig::max_backups,
                    "Only so many backups are kept; 0: all."),
      config::field("localtime", &RotationConfig::localtime,
                    "Backups are named by local time, not by UTC."),
  };
};

/// `group_by`: one file per value of a resource attribute.
struct GroupByConfig {
  bool enabled = false;
  std::string resource_attribute = "fileexporter.path_segment";
  uint32_t max_open_files = 100;

  static constexpr auto fields = std::tuple{
      config::field("enabled", &GroupByConfig::enabled, "Write a file per attribute value."),
      config::field(
          "resource_attribute", &GroupByConfig::resource_attribute,
          "Its value takes the place of the * in path; resources without it are dropped."),
      config::field("max_open_files", &GroupByConfig::max_open_files,
                    "Files that are open at once; the one unused for longest is closed."),
  };
};

struct FileConfig {
  std::string path;  // required: no default makes sense
  Format format = Format::json;
  Compression compression = Compression::none;
  bool append = false;
  Duration flush_interval = std::chrono::seconds(1);
  std::optional<RotationConfig> rotation;
  GroupByConfig group_by;
  bool create_directory = false;
  std::string directory_permissions;

  static constexpr auto fields = std::tuple{
      config::field("path", &FileConfig::path, "The file to write."),
      config::field("format", &FileConfig::format, "JSON lines, or protobuf messages."),
      config::field("compression", &FileConfig::compression,
                    "Compresses each message by itself; empty: none."),
      config::field("append", &FileConfig::append, "Keep what the file holds at the start."),
      config::field("flush_interval", &FileConfig::flush_interval,
                    "The longest time records wait in memory to be written together; 0: 1s. Has "
                    "no effect with rotation."),
      config::field("rotation", &FileConfig::rotation, "New files by size; off unless present."),
      config::field("group_by", &FileConfig::group_by, "One file per resource attribute."),
      config::field("create_directory", &FileConfig::create_directory,
                    "Create the path's directory at the start."),
      config::field("directory_permissions", &FileConfig::directory_permissions,
                    "Of created directories, octal and quoted; \"0755\" when not set."),
      config::not_yet("encoding", "encoding extensions"),
      config::not_yet("compression_params", "levels of compression"),
  };
  [[nodiscard]] config::Problems check() const;
  /// How long records may wait: 0 stands for the default.
  [[nodiscard]] Duration record_wait_max() const noexcept {
    return flush_interval > Duration::zero() ? flush_interval : FileConfig{}.flush_interval;
  }
};

/// The permission bits of `directory_permissions`; nothing when the text is no octal number of
/// such bits.
[[nodiscard]] std::optional<uint32_t> permission_bits(std::string_view octal) noexcept;

}  // namespace telemill::components::exporters::file
