#include "runtime/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "runtime/socket.h"

namespace telemill::runtime {
namespace {

constexpr size_t host_bytes_max = 253;  // RFC 1035, in text
constexpr size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

Unexpected<Failure> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorCode::corrupt, fmt::format("endpoint '{}' {}", text, why));
}

Result<Endpoint, Failure> parse_path(std::string_view text) {
  if (text.empty()) return refuse(text, "names no socket path");
  if (text.size() > path_bytes_max) {
    return refuse(text,
                  fmt::format("is longer than the {} bytes of a socket path", path_bytes_max));
  }
  return Endpoint{.family = Endpoint::Family::unix_socket, .host = std::string(text), .port = 0};
}

/// Splits at the last colon, outside brackets. Both parts borrow from `text`.
struct HostPort {
  std::string_view host;
  std::string_view port;
};
Result<HostPort, Failure> split(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return refuse(text, "has no closing bracket");
    const std::string_view rest = text.substr(close + 1);
    if (!rest.starts_with(':')) return refuse(text, "has no port");
    const std::string_view host = text.substr(1, close - 1);
    if (host.find(':') == std::string_view::npos) {
      return refuse(text, "has brackets around what is no IPv6 address");
    }
    return HostPort{host, rest.substr(1)};
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, "has no port");
  const std::string_view host = text.substr(0, colon);
  if (host.find_first_of(":[]") != std::string_view::npos) {
    return refuse(text, "has too many colons: an IPv6 address stands in brackets");
  }
  return HostPort{host, text.substr(colon + 1)};
}

bool is_host_byte(char c) noexcept { return c > ' ' && c != 0x7f && c != '/'; }

/// Whether the kernel gives IPv6 sockets at all.
bool has_ipv6() noexcept {
  return static_cast<bool>(Descriptor(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)));
}

Address path_address(const std::string& path) {
  Address address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  if (path.starts_with('@')) {  // abstract: no file behind it, and no terminator in its name
    un.sun_path[0] = '\0';
    --address.size;
  }
  return address;
}

/// Every interface; one socket for both protocols where the family leaves the choice.
Address any_address(const Endpoint& endpoint) {
  Address address;
  if (endpoint.family == Endpoint::Family::tcp4 ||
      (endpoint.family == Endpoint::Family::tcp && !has_ipv6())) {
    auto& in = reinterpret_cast<sockaddr_in&>(address.storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    address.size = sizeof in;
  } else {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(endpoint.port);
    address.size = sizeof in6;
    address.is_dual_stack = endpoint.family == Endpoint::Family::tcp;
  }
  return address;
}

int address_family(Endpoint::Family family) noexcept {
  switch (family) {
    case Endpoint::Family::tcp4:
      return AF_INET;
    case Endpoint::Family::tcp6:
      return AF_INET6;
    default:
      return AF_UNSPEC;
  }
}

bool is_same(const Address& a, const Address& b) noexcept {
  return a.size == b.size && std::memcmp(&a.storage, &b.storage, a.size) == 0;
}

}  // namespace

Result<Endpoint, Failure> Endpoint::parse(std::string_view text, Family family) {
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::corrupt, "an endpoint holds a zero byte");
  }
  if (family == Family::unix_socket) return parse_path(text);
  TELEMILL_ASSIGN(const HostPort parts, split(text));
  if (parts.host.size() > host_bytes_max ||
      !std::all_of(parts.host.begin(), parts.host.end(), is_host_byte)) {
    return refuse(text, "has no valid host name");
  }
  Endpoint endpoint{.family = family, .host = std::string(parts.host), .port = 0};
  const char* const end = parts.port.data() + parts.port.size();
  const auto [stopped_at, error] = std::from_chars(parts.port.data(), end, endpoint.port);
  if (error != std::errc{} || stopped_at != end) {
    return refuse(text, "has no port between 0 and 65535");
  }
  return endpoint;
}

std::string Endpoint::to_string() const {
  if (family == Family::unix_socket) return host;
  const bool is_bare_ipv6 = host.find(':') != std::string::npos;
  return is_bare_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<std::vector<Address>, Failure> resolve(const Endpoint& endpoint) {
  std::vector<Address> addresses;
  if (endpoint.family == Endpoint::Family::unix_socket) {
    TELEMILL_TRY(parse_path(endpoint.host));  // an endpoint may be made by hand
    addresses.push_back(path_address(endpoint.host));
    return addresses;
  }
  if (endpoint.host.empty()) {
    addresses.push_back(any_address(endpoint));
    return addresses;
  }
  addrinfo hints{};
  hints.ai_family = address_family(endpoint.family);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int error = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    const std::string why = error == EAI_SYSTEM ? describe_errno(errno) : ::gai_strerror(error);
    return fail(ErrorCode::unavailable,
                fmt::format("cannot resolve '{}': {}", endpoint.to_string(), why));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    const bool is_known = std::any_of(addresses.begin(), addresses.end(),
                                      [&](const Address& a) { return is_same(a, address); });
    if (!is_known) addresses.push_back(address);  // a hosts file may name one twice
  }
  if (addresses.empty()) {
    return fail(ErrorCode::unavailable,
                fmt::format("cannot resolve '{}': no address", endpoint.to_string()));
  }
  return addresses;
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &in.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), port());
  }
  if (storage.ss_family == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &in6.sin6_addr, text.data(), text.size());
    if (in6.sin6_scope_id == 0) return fmt::format("[{}]:{}", text.data(), port());
    return fmt::format("[{}%{}]:{}", text.data(), in6.sin6_scope_id, port());
  }
  if (storage.ss_family == AF_UNIX && size > offsetof(sockaddr_un, sun_path)) {
    const auto& un = reinterpret_cast<const sockaddr_un&>(storage);
    const size_t path_bytes = size - offsetof(sockaddr_un, sun_path);
    if (un.sun_path[0] == '\0') return "@" + std::string(un.sun_path + 1, path_bytes - 1);
    return {un.sun_path, ::strnlen(un.sun_path, path_bytes)};
  }
  return "unnamed";
}

uint16_t Address::port() const noexcept {
  if (storage.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  }
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  }
  return 0;
}

}  // namespace telemill::runtime
