#include "load/save_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>

#include <cerrno>

namespace telemill::load {

Result<std::unique_ptr<SaveFiles>, Failure> SaveFiles::open(const std::string& folder,
                                                            bool truncate) {
  std::unique_ptr<SaveFiles> made(new SaveFiles());
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0);
  for (const otlp::Signal signal : otlp::all_signals) {
    const std::string path = fmt::format("{}/{}.otlp", folder, otlp::names(signal).name);
    runtime::Descriptor file(::open(path.c_str(), flags, 0644));
    if (!file) {
      return fail(ErrorCode::unavailable,
                  fmt::format("cannot write {}: {}", path, runtime::describe_errno(errno)));
    }
    made->files_[static_cast<size_t>(signal)] = std::move(file);
  }
  return made;
}

void SaveFiles::add(otlp::Signal signal, std::string_view request) noexcept {
  std::array<char, 4> length{};
  for (size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(request.size() >> (24 - 8 * i));
  }
  // One appending write per request, so that lanes do not mix.
  const std::array<iovec, 2> pieces{
      {{length.data(), length.size()}, {const_cast<char*>(request.data()), request.size()}}};
  const ssize_t written =
      ::writev(files_[static_cast<size_t>(signal)].number(), pieces.data(), pieces.size());
  if (written != static_cast<ssize_t>(length.size() + request.size())) has_failed_ = true;
}

}  // namespace telemill::load
