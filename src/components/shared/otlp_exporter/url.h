#pragma once

#include <string>
#include <string_view>

#include "runtime/endpoint.h"
#include "telemill/result.h"

namespace telemill::components::shared {

/// An http:// or https:// address.
struct Url {
  bool is_secure = false;
  runtime::Endpoint endpoint;  // port 80 or 443 unless the address names one
  std::string authority;       // as written, for the Host header
  std::string path;            // with the query; at least "/"
};

/// Fails with a sentence that quotes `text`. User names in the address are refused: they belong
/// into an authenticator.
Result<Url, Failure> parse_url(std::string_view text);

}  // namespace telemill::components::shared
