#include "codec/crc32c.h"

#include <isa-l/crc.h>

#include <climits>

namespace telemill::codec {

uint32_t crc32c(std::string_view bytes, uint32_t crc) noexcept {
  uint32_t state = ~crc;
  while (!bytes.empty()) {  // the library counts in int
    const std::string_view piece = bytes.substr(0, INT_MAX);
    auto* const start = reinterpret_cast<unsigned char*>(const_cast<char*>(piece.data()));
    state = crc32_iscsi(start, static_cast<int>(piece.size()), state);
    bytes.remove_prefix(piece.size());
  }
  return ~state;
}

uint32_t crc32c_portable(std::string_view bytes, uint32_t crc) noexcept {
  constexpr uint32_t reflected_polynomial = 0x82f63b78;
  uint32_t state = ~crc;
  for (const char byte : bytes) {
    state ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      state = (state >> 1) ^ ((state & 1) != 0 ? reflected_polynomial : 0);
    }
  }
  return ~state;
}

}  // namespace telemill::codec
