#include "components/exporters/file/destination.h"

#include <sys/stat.h>

#include <cerrno>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "components/exporters/file/encoder.h"
#include "components/exporters/file/grouping.h"

namespace telemill::components::exporters::file {
namespace {

constexpr uint32_t directory_permissions_default = 0755;

/// Creates the directory of `path` and those above it.
Result<void, Failure> create_directory_of(const std::string& path, uint32_t permissions) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (::mkdir(folder.c_str(), permissions) == 0 || errno == EEXIST) continue;
    return fail(ErrorCode::unavailable,
                "cannot create directory " + folder + ": " + runtime::describe_errno(errno));
  }
  return {};
}

Unexpected<Failure> failure_of(const Error& error) { return fail(error.code, error.what); }

class SingleFile final : public Destination {
 public:
  explicit SingleFile(const FileConfig& config)
      : config_(config), encoder_(config.format, config.compression) {}

  Result<void, Failure> start() override {
    if (file_) return {};
    if (config_.create_directory) {
      TELEMILL_TRY(create_directory_of(
          config_.path,
          permission_bits(config_.directory_permissions).value_or(directory_permissions_default)));
    }
    const bool keeps = config_.append || config_.rotation;
    using Start = RecordFile::Start;
    TELEMILL_ASSIGN(auto file, RecordFile::open(config_.path, config_,
                                                keeps ? Start::appended : Start::truncated));
    file_.emplace(std::move(file));
    return {};
  }
  Result<void, Failure> write(const otlp::Payload& payload, Moment moment) override {
    const Result<base::Buffer> record = encoder_.encode(payload);
    if (!record) return failure_of(record.error());
    return file_->write(record->view(), moment);
  }
  Result<void, Failure> flush(TimePoint now) override {
    if (!file_) return {};
    return file_->flush(now);
  }
  Result<void, Failure> close() override {
    if (!file_) return {};
    return file_->close();
  }

 private:
  const FileConfig config_;  // a copy: a job may outlive the component
  Encoder encoder_;
  std::optional<RecordFile> file_;
};

class GroupedFiles final : public Destination {
 public:
  explicit GroupedFiles(const FileConfig& config)
      : config_(config),
        prefix_(config.path.substr(0, config.path.find('*'))),
        suffix_(config.path.substr(config.path.find('*') + 1)),
        encoder_(config.format, config.compression) {}

  Result<void, Failure> start() override {
    if (!config_.create_directory) return {};
    return create_directory_of(prefix_, permissions());
  }
  Result<void, Failure> write(const otlp::Payload& payload, Moment moment) override {
    for (const Group& group : group_by(payload, config_.group_by.resource_attribute)) {
      const Result<std::string> path = group_path(prefix_, group.segment, suffix_);
      if (!path) return failure_of(path.error());
      const Result<base::Buffer> record = encoder_.encode(payload.signal(), group.request.view());
      if (!record) return failure_of(record.error());
      TELEMILL_ASSIGN(RecordFile * file, file_at(*path));
      TELEMILL_TRY(file->write(record->view(), moment));
    }
    return {};
  }
  Result<void, Failure> flush(TimePoint now) override {
    Result<void, Failure> first_failure;
    for (Open& open : files_) {
      auto flushed = open.file.flush(now);
      if (!flushed && first_failure) first_failure = std::move(flushed);
    }
    return first_failure;
  }
  Result<void, Failure> close() override {
    Result<void, Failure> first_failure;
    for (Open& open : files_) {
      auto closed = open.file.close();
      if (!closed && first_failure) first_failure = std::move(closed);
    }
    files_.clear();
    places_.clear();
    return first_failure;
  }

 private:
  struct Open {
    std::string path;
    RecordFile file;
  };

  [[nodiscard]] uint32_t permissions() const {
    return permission_bits(config_.directory_permissions).value_or(directory_permissions_default);
  }

  /// Files are continued, never truncated: the same one may be closed and opened many times.
  Result<RecordFile*, Failure> file_at(const std::string& path) {
    const auto known = places_.find(path);
    if (known != places_.end()) {
      files_.splice(files_.begin(), files_, known->second);
      return &files_.front().file;
    }
    if (files_.size() >= config_.group_by.max_open_files) TELEMILL_TRY(close_oldest());
    TELEMILL_TRY(create_directory_of(path, permissions()));
    TELEMILL_ASSIGN(auto file, RecordFile::open(path, config_, RecordFile::Start::appended));
    files_.push_front({path, std::move(file)});
    places_[path] = files_.begin();
    return &files_.front().file;
  }

  /// Its records that wait are not given up: when they cannot be written it stays.
  Result<void, Failure> close_oldest() {
    TELEMILL_TRY(files_.back().file.flush({}));
    if (auto closed = files_.back().file.close(); !closed) {
      log::warn("file.close", {{"error", closed.error().message}});
    }
    places_.erase(files_.back().path);
    files_.pop_back();
    return {};
  }

  const FileConfig config_;  // a copy: a job may outlive the component
  const std::string prefix_;
  const std::string suffix_;
  Encoder encoder_;
  std::list<Open> files_;  // the one used last in front
  std::unordered_map<std::string, std::list<Open>::iterator> places_;
};

}  // namespace

std::shared_ptr<Destination> make_destination(const FileConfig& config) {
  if (config.group_by.enabled) return std::make_shared<GroupedFiles>(config);
  return std::make_shared<SingleFile>(config);
}

}  // namespace telemill::components::exporters::file
