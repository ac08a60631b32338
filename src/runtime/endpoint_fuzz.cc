#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "runtime/endpoint.h"

/// Whatever text parses prints as a text that parses to the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using telemill::runtime::Endpoint;
  if (size == 0) return 0;
  const auto family = static_cast<Endpoint::Family>(data[0] % 4);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto endpoint = Endpoint::parse(text, family);
  if (!endpoint) {
    TELEMILL_CHECK(!endpoint.error().message.empty());
    return 0;
  }
  const auto again = Endpoint::parse(endpoint->to_string(), family);
  TELEMILL_CHECK(again.has_value());
  TELEMILL_CHECK(again->host == endpoint->host && again->port == endpoint->port);
  if (family == Endpoint::Family::unix_socket) {
    const auto addresses = telemill::runtime::resolve(*endpoint);
    TELEMILL_CHECK(addresses.has_value());
    TELEMILL_CHECK(addresses->front().to_string() == endpoint->host);
  }
  return 0;
}
