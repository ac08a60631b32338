#include "components/shared/credentials/watched_file.h"

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <optional>
#include <utility>

namespace telemill::components::shared {
namespace {

constexpr Duration look_interval = std::chrono::seconds(1);

}  // namespace

Result<std::string, Failure> read_small_file(const std::string& path, size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::unavailable, "cannot open " + path);
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    return fail(ErrorCode::unavailable, "cannot read " + path);
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > bytes_max) {
    return fail(ErrorCode::over_limit,
                path + " is larger than " + std::to_string(bytes_max) + " bytes");
  }
  return text;
}

/// One look at the file, on its way to the worker and back.
struct WatchedFile::Look {
  std::string path;
  Stamp stamp;  // before, then after
  std::optional<Result<std::string, Failure>> text;
};

WatchedFile::WatchedFile(const pipeline::ComponentContext& context, std::string path, Use use)
    : context_(context),
      path_(std::move(path)),
      use_(std::move(use)),
      timer_(context.lane, [this] { look(); }) {}

WatchedFile::Stamp WatchedFile::stamp_of(const std::string& path) noexcept {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {.modified_at = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          .size = status.st_size,
          .inode = status.st_ino};
}

Result<void, Failure> WatchedFile::start() {
  stamp_ = stamp_of(path_);
  TELEMILL_ASSIGN(const std::string text, read_small_file(path_, bytes_max));
  TELEMILL_TRY(use_(text));
  timer_.schedule(look_interval);
  return {};
}

void WatchedFile::look() {
  auto shared_look = std::make_shared<Look>();
  shared_look->path = path_;
  shared_look->stamp = stamp_;
  base::UniqueFunction<void()> job = [shared_look] {
    const Stamp stamp = stamp_of(shared_look->path);
    if (stamp == shared_look->stamp) return;
    shared_look->stamp = stamp;
    shared_look->text = read_small_file(shared_look->path, bytes_max);
  };
  base::UniqueFunction<void()> done = [this, watch = lifeline_.watch(), shared_look] {
    if (watch.is_alive()) on_looked(*shared_look);
  };
  if (!context_.worker.submit(job, context_.lane, done)) timer_.schedule(look_interval);
}

void WatchedFile::on_looked(Look& look) {
  timer_.schedule(look_interval);
  if (!look.text) return;
  stamp_ = look.stamp;
  std::string problem;
  if (!*look.text) {
    problem = look.text->error().message;
  } else if (auto used = use_(**look.text); !used) {
    problem = path_ + ": " + used.error().message;
  }
  if (problem.empty()) {
    context_.report(pipeline::Status::ok);
  } else {
    context_.report(pipeline::Status::recoverable_error, problem);
  }
  // All lanes see the same; one of them tells.
  if (context_.is_first_lane && problem.empty()) {
    context_.logger.info("file.reloaded", {{"path", path_}});
  } else if (context_.is_first_lane && problem != problem_) {
    context_.logger.warn(
        "file.not_reloaded",
        {{"error", problem}, {"consequence", "the last good contents stay in use"}});
  }
  problem_ = std::move(problem);
}

}  // namespace telemill::components::shared
