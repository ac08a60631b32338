#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "config/feature_gates.h"

using telemill::config::FeatureGate;
using telemill::config::FeatureGates;

/// Any list is taken whole or refused whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FeatureGates gates;
  telemill::config::Problems problems;
  gates.apply({reinterpret_cast<const char*>(data), size}, problems);
  if (!problems.has_errors()) return 0;
  const FeatureGates untouched;
  for (const FeatureGate& gate : telemill::config::feature_gates()) {
    TELEMILL_CHECK(gates.is_enabled(gate.name) == untouched.is_enabled(gate.name));
  }
  return 0;
}
