#pragma once

#include <cstdint>
#include <string_view>

namespace telemill::codec {

/// CRC-32C (Castagnoli) of `bytes`; `crc` is the result for what came before, zero at the start.
[[nodiscard]] uint32_t crc32c(std::string_view bytes, uint32_t crc = 0) noexcept;

/// The same, one bit at a time. It is the specification; `crc32c` is held against it.
[[nodiscard]] uint32_t crc32c_portable(std::string_view bytes, uint32_t crc = 0) noexcept;

}  // namespace telemill::codec
