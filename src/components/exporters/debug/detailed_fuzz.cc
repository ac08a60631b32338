#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "components/exporters/debug/detailed.h"
#include "components/exporters/debug/normal.h"
#include "wire/json_text.h"

/// The first byte chooses the signal, the rest is the request. Whatever the walk lets through must
/// print as text without commands.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace otlp = telemill::otlp;
  namespace debug = telemill::components::exporters::debug;
  if (size == 0) return 0;
  const otlp::Signal signal = otlp::all_signals[data[0] % otlp::signal_count];
  const std::string_view request(reinterpret_cast<const char*>(data + 1), size - 1);
  auto part = otlp::Walker().walk(signal, telemill::base::Slice::copy_of(request));
  if (!part) return 0;
  const otlp::Payload payload(signal, *std::move(part));
  for (const std::string& text : {debug::detailed_text(payload), debug::normal_text(payload)}) {
    TELEMILL_CHECK(telemill::wire::utf8_error_offset(text) == text.size());
    for (const char byte : text) {
      TELEMILL_CHECK(byte == '\n' || (static_cast<uint8_t>(byte) >= 0x20 && byte != 0x7f));
    }
  }
  return 0;
}
