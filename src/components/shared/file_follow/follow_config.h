#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "config/fields.h"

namespace telemill::components::shared {

/// Reads a number of bytes: 1000, 16KiB, 1kb (which is 1000), 2.5 MiB.
[[nodiscard]] std::optional<uint64_t> parse_byte_size(std::string_view text) noexcept;

enum class StartAt : uint8_t { end, beginning };
constexpr auto config_names(StartAt) {
  return std::array{config::EnumName<StartAt>{"end", StartAt::end},
                    config::EnumName<StartAt>{"beginning", StartAt::beginning}};
}

enum class FileCompression : uint8_t { none, gzip, automatic };
constexpr auto config_names(FileCompression) {
  return std::array{config::EnumName<FileCompression>{"", FileCompression::none},
                    config::EnumName<FileCompression>{"gzip", FileCompression::gzip},
                    config::EnumName<FileCompression>{"auto", FileCompression::automatic}};
}

enum class LongLines : uint8_t { split, truncate };
constexpr auto config_names(LongLines) {
  return std::array{config::EnumName<LongLines>{"split", LongLines::split},
                    config::EnumName<LongLines>{"truncate", LongLines::truncate}};
}

/// The keys of receivers that follow files. Sizes are read by `size_of`, since they come with and
/// without a unit.
struct FollowConfig {
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  StartAt start_at = StartAt::end;
  Duration exclude_older_than{};
  Duration poll_interval = std::chrono::milliseconds(200);
  Duration force_flush_period = std::chrono::milliseconds(500);
  config::Node fingerprint_size;
  config::Node max_log_size;
  config::Node initial_buffer_size;
  LongLines max_log_size_behavior = LongLines::split;
  uint32_t max_concurrent_files = 1024;
  uint32_t polls_to_archive = 0;
  std::string encoding = "utf-8";
  FileCompression compression = FileCompression::none;
  bool include_file_name = true;
  bool include_file_path = false;
  bool include_file_name_resolved = false;
  bool include_file_path_resolved = false;
  bool delete_after_read = false;
  bool acquire_fs_lock = false;

  static constexpr auto fields = std::tuple{
      config::field("include", &FollowConfig::include,
                    "Patterns of files to read: * ? [a-z] {a,b}, and ** for any directories."),
      config::field("exclude", &FollowConfig::exclude, "Patterns of files to leave out."),
      config::field("start_at", &FollowConfig::start_at,
                    "Where to begin in files that are there at the start; later ones are read "
                    "from their beginning."),
      config::field("exclude_older_than", &FollowConfig::exclude_older_than,
                    "Leave out files that were not written for so long; 0: none."),
      config::field("poll_interval", &FollowConfig::poll_interval,
                    "How often to look for new files and new lines."),
      config::field("force_flush_period", &FollowConfig::force_flush_period,
                    "A last line without its line break is taken when its file rests for so long; "
                    "0: never."),
      config::field("fingerprint_size", &FollowConfig::fingerprint_size,
                    "First bytes by which a file is known under any name; 1kb when not set."),
      config::field("max_log_size", &FollowConfig::max_log_size, "The longest line."),
      config::field("initial_buffer_size", &FollowConfig::initial_buffer_size,
                    "Read at once at first; 16KiB when not set."),
      config::field("max_log_size_behavior", &FollowConfig::max_log_size_behavior,
                    "What becomes of the rest of longer lines."),
      config::field("max_concurrent_files", &FollowConfig::max_concurrent_files,
                    "Files that are open at once."),
      config::accepted("max_batches", "every poll looks at all files"),
      config::field("polls_to_archive", &FollowConfig::polls_to_archive,
                    "Polls for which a file that is gone is remembered, beyond three."),
      config::field("encoding", &FollowConfig::encoding, "utf-8, utf-8-raw or nop."),
      config::field("compression", &FollowConfig::compression,
                    "gzip, or auto for files that end in .gz."),
      config::field("include_file_name", &FollowConfig::include_file_name,
                    "Add the attribute log.file.name."),
      config::field("include_file_path", &FollowConfig::include_file_path,
                    "Add the attribute log.file.path."),
      config::field("include_file_name_resolved", &FollowConfig::include_file_name_resolved,
                    "Add log.file.name_resolved, behind symbolic links."),
      config::field("include_file_path_resolved", &FollowConfig::include_file_path_resolved,
                    "Add log.file.path_resolved, behind symbolic links."),
      config::field("delete_after_read", &FollowConfig::delete_after_read,
                    "Not in this build: it needs the gate filelog.allowFileDeletion."),
      config::field("acquire_fs_lock", &FollowConfig::acquire_fs_lock, "Not in this build."),
      config::not_yet("storage", "positions live in memory"),
      config::not_yet("ordering_criteria", "files are read in the order of their names"),
      config::not_yet("header", "headers of files"),
      config::not_yet("include_file_owner_name", "attributes of owners"),
      config::not_yet("include_file_owner_group_name", "attributes of owners"),
      config::not_yet("include_file_record_number", "attributes of records"),
      config::not_yet("include_file_record_offset", "attributes of records"),
  };
  [[nodiscard]] config::Problems check() const;

  [[nodiscard]] uint64_t fingerprint_bytes() const noexcept {
    return size_of(fingerprint_size, 1000);
  }
  [[nodiscard]] uint64_t line_bytes_max() const noexcept {
    return size_of(max_log_size, line_bytes_default);
  }
  [[nodiscard]] uint64_t first_read_bytes() const noexcept {
    return size_of(initial_buffer_size, 16_KiB);
  }
  /// What `max_log_size` is unless it is set; receivers of whole documents need more than those of
  /// log lines.
  uint64_t line_bytes_default = 1_MiB;

 private:
  [[nodiscard]] static uint64_t size_of(const config::Node& node, uint64_t otherwise) noexcept {
    return node.is_null() ? otherwise : parse_byte_size(node.text).value_or(otherwise);
  }
};

}  // namespace telemill::components::shared
