#pragma once

#include <string>
#include <vector>

#include "config/secret.h"

namespace telemill::config {

struct Header {
  std::string name;
  Secret value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// The `headers:` of clients and servers, in the order of the file. In YAML either a mapping or a
/// list of {name, value}.
struct Headers {
  std::vector<Header> list;

  friend bool operator==(const Headers&, const Headers&) = default;
};

}  // namespace telemill::config
