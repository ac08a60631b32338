#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "load/behaviour.h"

namespace telemill::load {

/// Whatever a query says, a behaviour that is accepted stays within its bounds.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = parse_behaviour({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  TELEMILL_CHECK(read->refuse_code >= 0 && read->refuse_code < 600);
  TELEMILL_CHECK(read->delay.count() >= 0 && read->stall_for.count() >= 0);
  return 0;
}

}  // namespace telemill::load
