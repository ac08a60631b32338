#include "transport/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

namespace telemill::transport {
namespace {

/// TCP or a unix socket, as it is.
class PlainStream final : public Stream {
 public:
  explicit PlainStream(runtime::Descriptor socket) noexcept : socket_(std::move(socket)) {}

  IoStatus handshake() override { return {}; }

  IoStatus read(char* into, size_t bytes_max) override {
    for (;;) {
      const ssize_t count = ::recv(socket_.number(), into, bytes_max, 0);
      if (count > 0) return {IoStatus::Kind::done, static_cast<size_t>(count)};
      if (count == 0) return {IoStatus::Kind::closed, 0};
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoStatus::Kind::blocked, 0};
      return failed("cannot read");
    }
  }

  IoStatus write(std::span<const iovec> pieces) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());  // NOLINT: sendmsg does not write to it
    message.msg_iovlen = std::min<size_t>(pieces.size(), IOV_MAX);
    for (;;) {
      const ssize_t count = ::sendmsg(socket_.number(), &message, MSG_NOSIGNAL);
      if (count >= 0) {
        waits_for_room_ = false;
        return {IoStatus::Kind::done, static_cast<size_t>(count)};
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        waits_for_room_ = true;
        return {IoStatus::Kind::blocked, 0};
      }
      return failed("cannot write");
    }
  }

  void shut_down() noexcept override { ::shutdown(socket_.number(), SHUT_WR); }
  [[nodiscard]] runtime::Io wanted() const noexcept override {
    return waits_for_room_ ? runtime::Io::read_write : runtime::Io::read;
  }
  [[nodiscard]] bool has_pending() const noexcept override { return false; }
  [[nodiscard]] int descriptor() const noexcept override { return socket_.number(); }
  [[nodiscard]] std::string_view protocol() const noexcept override { return {}; }
  [[nodiscard]] bool is_secure() const noexcept override { return false; }
  [[nodiscard]] std::string_view failure() const noexcept override { return failure_; }

 private:
  IoStatus failed(const char* what) {
    failure_ = std::string(what) + ": " + runtime::describe_errno(errno);
    return {IoStatus::Kind::failed, 0};
  }

  runtime::Descriptor socket_;
  bool waits_for_room_ = false;
  std::string failure_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(runtime::Descriptor socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace telemill::transport
