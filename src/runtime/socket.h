#pragma once

#include <string>
#include <utility>

#include "runtime/endpoint.h"
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

/// A non-blocking listening socket with SO_REUSEPORT, so that every lane opens its own. The first
/// one of a process is `exclusive`: a port that anybody else holds is refused. Pass false for the
/// other lanes. A unix socket can be held once only (`unsupported` otherwise); a stale path is
/// replaced when nobody answers on it. Fails with the endpoint named.
Result<Descriptor, Failure> listen_on(const Address& address, bool exclusive);
/// The address a socket is bound to; tells which port 0 became.
Result<Address, Failure> bound_address(const Descriptor& descriptor);
/// Accepts one waiting connection, non-blocking and without Nagle's delay; an empty descriptor
/// when there is none. Fails (over_limit) when the process is out of descriptors: the listener
/// stays ready then, so unwatch it for a while.
Result<Descriptor, Failure> accept_from(const Descriptor& listener, Address& peer);
/// Starts a non-blocking connection without Nagle's delay; writable when it is there or has failed
/// (`connect_error`).
Result<Descriptor, Failure> start_connect(const Address& address);
/// Zero, or the errno with which connecting ended.
[[nodiscard]] int connect_error(const Descriptor& descriptor) noexcept;
/// "Connection refused (errno 111)".
[[nodiscard]] std::string describe_errno(int number);

}  // namespace telemill::runtime
