#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_function.h"
#include "telemill/result.h"

namespace telemill::runtime {

/// An open file descriptor with one owner, closed on destruction.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  void reset() noexcept;

 private:
  int number_ = -1;
};

/// Where to listen or connect, as users write it: `host:port`, `[::1]:port`, `:port`, or a socket
/// path. Host names are resolved later.
struct Endpoint {
  enum class Family : uint8_t { tcp, tcp4, tcp6, unix_socket };
  Family family = Family::tcp;
  std::string host;  // or the socket path; empty host: every interface
  uint16_t port = 0;

  /// `text` is host:port for the tcp families and a path for unix.
  static Result<Endpoint, Failure> parse(std::string_view text, Family family = Family::tcp);
  [[nodiscard]] std::string to_string() const;
};

/// A socket address as the kernel takes it.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  /// `127.0.0.1:4317`, `[::1]:4317` or the socket path.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] uint16_t port() const noexcept;
};

/// Resolves a host name. Blocks: call it at start-up or through `Worker`.
Result<std::vector<Address>, Failure> resolve(const Endpoint& endpoint);

/// A non-blocking listening socket with SO_REUSEPORT, so that every lane opens its own. A stale
/// unix socket path is replaced when nobody answers on it. Fails with the endpoint named.
/// Without SO_REUSEPORT on the first one (`exclusive`), a port that another process holds is
/// refused; pass false for the other lanes.
Result<Descriptor, Failure> listen_on(const Address& address, bool exclusive);
/// The address a socket is bound to; tells which port 0 became.
Result<Address, Failure> bound_address(const Descriptor& descriptor);
/// Accepts one waiting connection, non-blocking; an empty descriptor when there is none.
/// Fails (over_limit) when the process is out of descriptors.
Result<Descriptor, Failure> accept_from(const Descriptor& listener, Address& peer);
/// Starts a non-blocking connection; writable when it is there or has failed (`connect_error`).
Result<Descriptor, Failure> start_connect(const Address& address);
/// Zero, or the errno with which connecting ended.
[[nodiscard]] int connect_error(const Descriptor& descriptor) noexcept;
/// "Connection refused (errno 111)".
[[nodiscard]] std::string describe_errno(int number);

}  // namespace telemill::runtime
