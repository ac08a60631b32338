#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemill/result.h"

namespace telemill::runtime {

/// Where to listen or connect, as users write it: `host:port`, `[::1]:port`, `:port`, or a socket
/// path; a path that starts with `@` is in the abstract namespace. Host names are resolved later.
struct Endpoint {
  enum class Family : uint8_t { tcp, tcp4, tcp6, unix_socket };
  Family family = Family::tcp;
  std::string host;  // or the socket path; empty host: every interface (to listen on)
  uint16_t port = 0;

  /// `text` is host:port for the tcp families and a path for unix.
  static Result<Endpoint, Failure> parse(std::string_view text, Family family = Family::tcp);
  [[nodiscard]] std::string to_string() const;
};

/// A socket address as the kernel takes it.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool is_dual_stack = false;  // a listener on [::] takes IPv4 too

  /// `127.0.0.1:4317`, `[::1]:4317` or the socket path.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] uint16_t port() const noexcept;
};

/// All addresses of a host name, in the system's order of preference: `localhost` may be both
/// [::1] and 127.0.0.1. An empty host is one dual-stack address. Blocks: call it at start-up or
/// through `Worker`.
Result<std::vector<Address>, Failure> resolve(const Endpoint& endpoint);

}  // namespace telemill::runtime
