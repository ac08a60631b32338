#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "telemetry/metrics_config.h"
#include "telemetry/prometheus_text.h"

/// Any Accept header gets an answer, and any pattern ends.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = telemill::telemetry::negotiate(text, size % 2 == 0);
  TELEMILL_CHECK(!telemill::telemetry::content_type(form).empty());
  const size_t half = size / 2;
  static_cast<void>(telemill::telemetry::matches(text.substr(0, half), text.substr(half)));
  TELEMILL_CHECK(telemill::telemetry::matches("*", text));
  return 0;
}
