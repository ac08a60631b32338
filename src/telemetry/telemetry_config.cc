#include "telemetry/telemetry_config.h"

#include "codec/coding.h"
#include "telemetry/resource.h"

namespace telemill::telemetry {

config::Problems TracesConfig::check() const {
  config::Problems problems;
  const bool is_off = level.empty() || codec::equals_without_case(level, "none");
  if (processors.empty()) return problems;
  if (is_off) {
    problems.add({.mark = {},
                  .path = "processors",
                  .message = "own spans are not exported yet: nothing will come here",
                  .hint = {},
                  .severity = config::Severity::warning});
  } else {
    problems.add("processors", "own spans are not exported yet",
                 "leave it out, or set level to none");
  }
  return problems;
}

config::Problems TelemetryConfig::check() const {
  config::Problems problems;
  static_cast<void>(Resource::read(resource, problems));
  return problems;
}

}  // namespace telemill::telemetry
