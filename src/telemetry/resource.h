#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/node.h"
#include "config/problem.h"

namespace telemill::telemetry {

/// Who speaks: the attributes of our own metrics and logs, sorted by key.
struct Resource {
  std::vector<std::pair<std::string, std::string>> attributes;

  /// Reads `service::telemetry::resource`: a flat mapping in which null removes a default, with or
  /// without the list form `attributes: [{name, value}]`. Adds service.name, service.version and a
  /// random service.instance.id. Paths of problems start with "resource".
  static Resource read(const config::Node& node, config::Problems& problems);

  void set(std::string_view key, std::string_view value);
  void remove(std::string_view key);
  /// The value of `key`, or empty.
  [[nodiscard]] std::string_view get(std::string_view key) const noexcept;
};

/// A random UUID (version 4) in its usual form.
[[nodiscard]] std::string random_uuid();

}  // namespace telemill::telemetry
