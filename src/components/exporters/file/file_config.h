#pragma once

#include <array>
#include <cstdint>
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

struct FileConfig {
  std::string path;  // required: no default makes sense
  Format format = Format::json;
  Compression compression = Compression::none;
  bool append = false;
  Duration flush_interval = std::chrono::seconds(1);

  static constexpr auto fields = std::tuple{
      config::field("path", &FileConfig::path, "The file to write."),
      config::field("format", &FileConfig::format, "JSON lines, or protobuf messages."),
      config::field("compression", &FileConfig::compression,
                    "Compresses each message by itself; empty: none."),
      config::field("append", &FileConfig::append, "Keep what the file holds at the start."),
      config::field("flush_interval", &FileConfig::flush_interval,
                    "The longest time data may wait in memory. They are written at once, so no "
                    "value makes them wait."),
      config::not_yet("rotation", "new files by size and age"),
      config::not_yet("group_by", "one file per resource attribute"),
      config::not_yet("encoding", "encoding extensions"),
      config::not_yet("create_directory", "creating the path's directory"),
      config::accepted("directory_permissions", "has an effect with create_directory only"),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::exporters::file
