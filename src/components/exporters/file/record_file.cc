#include "components/exporters/file/record_file.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include "components/exporters/file/rotation.h"

namespace telemill::components::exporters::file {
namespace {

/// What may wait in memory per file; larger records are written at once.
constexpr size_t waiting_bytes_max = 64_KiB;

}  // namespace

Result<RecordFile, Failure> RecordFile::open(const std::string& path, const FileConfig& config,
                                             Start start) {
  TELEMILL_ASSIGN(auto file, shared::OutputFile::open(path, start));
  return RecordFile(path, config, std::move(file));
}

Result<void, Failure> RecordFile::write(std::string_view record, Moment moment) {
  if (config_->rotation && !config_->group_by.enabled) {
    return write_rotating(record, moment.unix_now);
  }
  // The first record after a pause goes to the disk, and its caller hears what the disk says; the
  // next ones are collected.
  const bool is_due = !last_write_ || moment.now - *last_write_ >= config_->record_wait_max();
  if (is_due || waiting_.size() + record.size() > waiting_bytes_max) {
    TELEMILL_TRY(flush(moment.now));
    TELEMILL_TRY(file_.follow_path());
    TELEMILL_TRY(file_.write(record));
    last_write_ = moment.now;
    return {};
  }
  waiting_.append(record);
  return {};
}

Result<void, Failure> RecordFile::flush(TimePoint now) {
  if (waiting_.empty()) return {};
  last_write_.reset();  // after a failure the next record tries again
  TELEMILL_TRY(file_.follow_path());
  TELEMILL_TRY(file_.write(waiting_.view()));
  waiting_.clear();
  last_write_ = now;
  return {};
}

Result<void, Failure> RecordFile::close() {
  const Result<void, Failure> flushed = flush({});
  TELEMILL_TRY(file_.close());
  return flushed;
}

Result<void, Failure> RecordFile::write_rotating(std::string_view record, UnixNanos unix_now) {
  const uint32_t megabytes = config_->rotation->max_megabytes;
  const uint64_t bytes_max = (megabytes == 0 ? 100 : uint64_t{megabytes}) * 1_MiB;
  TELEMILL_TRY(file_.follow_path());
  const uint64_t size = file_.size_bytes();
  if (size > 0 && size + record.size() > bytes_max) TELEMILL_TRY(rotate(unix_now));
  return file_.write(record);
}

Result<void, Failure> RecordFile::rotate(UnixNanos unix_now) {
  const RotationConfig& rotation = *config_->rotation;
  const std::string backup = backup_path(path_, unix_now, rotation.localtime);
  if (std::rename(path_.c_str(), backup.c_str()) != 0) {
    return fail(ErrorCode::unavailable,
                "cannot rename " + path_ + ": " + runtime::describe_errno(errno));
  }
  TELEMILL_TRY(file_.close());
  TELEMILL_ASSIGN(file_, shared::OutputFile::open(path_, Start::appended));
  prune_backups(path_, rotation, unix_now);
  return {};
}

}  // namespace telemill::components::exporters::file
