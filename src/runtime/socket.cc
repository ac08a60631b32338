#include "runtime/socket.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace telemill::runtime {
namespace {

constexpr int backlog_max = 4096;  // the kernel cuts it down to its own limit
constexpr int accept_attempts_max = 16;

const sockaddr* raw(const Address& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

bool is_unix(const Address& address) noexcept { return address.storage.ss_family == AF_UNIX; }

int set_flag(const Descriptor& socket, int level, int option, int value) noexcept {
  return ::setsockopt(socket.number(), level, option, &value, sizeof value);
}

/// `unsupported` when this machine lacks the address, as many lack ::1; else `unavailable`.
Unexpected<Failure> cannot_listen(const Address& address, std::string_view why, int error = 0) {
  const bool is_missing = error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
  return fail(is_missing ? ErrorCode::unsupported : ErrorCode::unavailable,
              fmt::format("cannot listen on {}: {}", address.to_string(), why));
}

Descriptor open_socket(const Address& address) noexcept {
  return Descriptor(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// Removes the socket file that a process left behind. Somebody answering on it, or a file of
/// another kind, stays and makes us fail.
Result<void, Failure> clear_path(const Address& address) {
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  if (un.sun_path[0] == '\0') return {};
  struct stat status{};
  if (::lstat(un.sun_path, &status) != 0) return {};  // bind tells what is wrong, if anything
  if (!S_ISSOCK(status.st_mode)) return cannot_listen(address, "the path is not a socket");
  const Descriptor probe = open_socket(address);
  if (!probe) return cannot_listen(address, describe_errno(errno), errno);
  if (::connect(probe.number(), raw(address), address.size) != 0 && errno == ECONNREFUSED) {
    ::unlink(un.sun_path);
    return {};
  }
  return cannot_listen(address, describe_errno(EADDRINUSE));
}

Result<void, Failure> bind_unix(const Descriptor& socket, const Address& address, bool exclusive) {
  if (!exclusive) {
    return fail(ErrorCode::unsupported,
                fmt::format("cannot listen on {} twice: only one lane can hold a socket path",
                            address.to_string()));
  }
  TELEMILL_TRY(clear_path(address));
  if (::bind(socket.number(), raw(address), address.size) != 0) {
    return cannot_listen(address, describe_errno(errno), errno);
  }
  return {};
}

Result<void, Failure> bind_tcp(const Descriptor& socket, const Address& address, bool exclusive) {
  int error = set_flag(socket, SOL_SOCKET, SO_REUSEADDR, 1);  // restarts do not wait for TIME_WAIT
  if (error == 0 && address.storage.ss_family == AF_INET6) {
    error = set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY, address.is_dual_stack ? 0 : 1);
  }
  // The exclusive one enters without the flag, which collides with every other holder of the
  // port, and then opens the door for the lanes that follow.
  if (error == 0 && !exclusive) error = set_flag(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0) error = ::bind(socket.number(), raw(address), address.size);
  if (error == 0 && exclusive) error = set_flag(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error != 0) return cannot_listen(address, describe_errno(errno), errno);
  return {};
}

}  // namespace

void Descriptor::reset() noexcept {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Descriptor, Failure> listen_on(const Address& address, bool exclusive) {
  Descriptor socket = open_socket(address);
  if (!socket) return cannot_listen(address, describe_errno(errno), errno);
  if (is_unix(address)) {
    TELEMILL_TRY(bind_unix(socket, address, exclusive));
  } else {
    TELEMILL_TRY(bind_tcp(socket, address, exclusive));
  }
  if (::listen(socket.number(), backlog_max) != 0) {
    return cannot_listen(address, describe_errno(errno), errno);
  }
  return socket;
}

Result<Address, Failure> bound_address(const Descriptor& descriptor) {
  Address address;
  address.size = sizeof address.storage;
  if (::getsockname(descriptor.number(), reinterpret_cast<sockaddr*>(&address.storage),
                    &address.size) != 0) {
    return fail(ErrorCode::unavailable,
                "cannot tell the address of a socket: " + describe_errno(errno));
  }
  if (address.storage.ss_family == AF_INET6) {
    int is_only_v6 = 1;
    socklen_t size = sizeof is_only_v6;
    ::getsockopt(descriptor.number(), IPPROTO_IPV6, IPV6_V6ONLY, &is_only_v6, &size);
    address.is_dual_stack = is_only_v6 == 0;
  }
  return address;
}

Result<Descriptor, Failure> accept_from(const Descriptor& listener, Address& peer) {
  for (int attempt = 0; attempt < accept_attempts_max; ++attempt) {
    peer.size = sizeof peer.storage;
    Descriptor connection(::accept4(listener.number(), reinterpret_cast<sockaddr*>(&peer.storage),
                                    &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection) {
      if (!is_unix(peer)) set_flag(connection, IPPROTO_TCP, TCP_NODELAY, 1);
      return connection;
    }
    switch (errno) {
      case EAGAIN:
        return Descriptor{};
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return fail(ErrorCode::over_limit, "cannot accept: " + describe_errno(errno));
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        return fail(ErrorCode::unavailable, "cannot accept: " + describe_errno(errno));
      default:
        continue;  // this one connection ended in the queue, says accept(2); the next may do
    }
  }
  return Descriptor{};  // more next turn
}

Result<Descriptor, Failure> start_connect(const Address& address) {
  Descriptor socket = open_socket(address);
  if (!socket) {
    const auto code =
        errno == EMFILE || errno == ENFILE ? ErrorCode::over_limit : ErrorCode::unavailable;
    return fail(
        code, fmt::format("cannot connect to {}: {}", address.to_string(), describe_errno(errno)));
  }
  if (!is_unix(address)) set_flag(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  if (::connect(socket.number(), raw(address), address.size) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    return fail(ErrorCode::unavailable, fmt::format("cannot connect to {}: {}", address.to_string(),
                                                    describe_errno(errno)));
  }
  return socket;
}

int connect_error(const Descriptor& descriptor) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

std::string describe_errno(int number) {
  std::array<char, 128> text{};
  return fmt::format("{} (errno {})", ::strerror_r(number, text.data(), text.size()), number);
}

}  // namespace telemill::runtime
