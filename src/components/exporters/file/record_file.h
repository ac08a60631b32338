#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/units.h"
#include "components/exporters/file/file_config.h"
#include "components/shared/file_output/output_file.h"
#include "telemill/result.h"

namespace telemill::components::exporters::file {

/// When a record is written, on both clocks.
struct Moment {
  TimePoint now{};
  UnixNanos unix_now = 0;
};

/// One file of records, the way the configuration wants it: with rotation each record is written at
/// once, else records that come within `flush_interval` of each other are written together. Records
/// that wait are kept when the disk refuses them, and no more are taken until it does not.
///
/// Blocks: worker only, but for `open`.
class RecordFile {
 public:
  using Start = shared::OutputFile::Start;

  /// The failure names the path. `config` outlives the file.
  static Result<RecordFile, Failure> open(const std::string& path, const FileConfig& config,
                                          Start start);

  /// Writes or keeps `record`. On an error it was not taken.
  Result<void, Failure> write(std::string_view record, Moment moment);
  /// Writes what waits.
  Result<void, Failure> flush(TimePoint now);
  /// Writes what waits and gives the file to the disk.
  Result<void, Failure> close();

 private:
  RecordFile(std::string path, const FileConfig& config, shared::OutputFile file) noexcept
      : path_(std::move(path)), config_(&config), file_(std::move(file)) {}
  Result<void, Failure> write_rotating(std::string_view record, UnixNanos unix_now);
  Result<void, Failure> rotate(UnixNanos unix_now);

  std::string path_;
  const FileConfig* config_;
  shared::OutputFile file_;
  base::Buffer waiting_;  // whole records
  std::optional<TimePoint> last_write_;
};

}  // namespace telemill::components::exporters::file
