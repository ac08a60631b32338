#pragma once

#include <string>
#include <string_view>

#include "components/extensions/health_check/health_check_config.h"
#include "pipeline/host.h"

namespace telemill::components::extensions::health_check {

struct StatusPageInput {
  const pipeline::Host& host;
  const ComponentHealth& rules;
  UnixNanos now = 0;
  bool is_ready = false;
};
struct StatusPageOutput {
  int http_status = 200;
  std::string body;  // JSON
};

/// The second version's page: the state of the whole, of one pipeline (`pipeline=traces/x` in the
/// query), and with `verbose` of every component. 503 while starting and stopping, 500 for errors
/// that count, 404 for a pipeline that does not exist.
[[nodiscard]] StatusPageOutput render_status(const StatusPageInput& input, std::string_view query);

}  // namespace telemill::components::extensions::health_check
