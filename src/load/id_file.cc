#include "load/id_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace telemill::load {

Result<std::unique_ptr<IdFile>, Failure> IdFile::open(const std::string& path, bool truncate) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0);
  runtime::Descriptor file(::open(path.c_str(), flags, 0644));
  if (!file) {
    return fail(ErrorCode::unavailable,
                fmt::format("cannot write {}: {}", path, runtime::describe_errno(errno)));
  }
  return std::unique_ptr<IdFile>(new IdFile(std::move(file)));
}

void IdFile::begin_block(IdStatus status) {
  flush();
  status_ = status;
  bytes_.extend(sizeof(uint64_t));  // the block's head, once its count is known
}

void IdFile::flush() noexcept {
  if (count_ == 0) return;
  const uint64_t head = static_cast<uint64_t>(status_) << 56 | count_;
  std::memcpy(bytes_.data(), &head, sizeof head);
  // One write per block: appending is atomic, so blocks of several lanes never mix.
  const ssize_t written = ::write(file_.number(), bytes_.data(), bytes_.size());
  if (written != static_cast<ssize_t>(bytes_.size())) has_failed_ = true;
  bytes_.clear();
  count_ = 0;
}

}  // namespace telemill::load
