#include <cstddef>
#include <cstdint>

#include "codec/decompress_case.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  telemill::codec::run_decompress_case({reinterpret_cast<const char*>(data), size});
  return 0;
}
