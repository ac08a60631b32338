#include <cstddef>
#include <cstdint>

#include "otlp/walk_case.h"

/// The first byte chooses the signal, the second the seed of bounds and edits, the rest is the
/// request.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto signal = telemill::otlp::all_signals[data[0] % telemill::otlp::all_signals.size()];
  telemill::otlp::walk_case(signal, {reinterpret_cast<const char*>(data) + 2, size - 2}, data[1]);
  return 0;
}
