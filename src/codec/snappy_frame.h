#pragma once

#include <cstddef>
#include <string_view>

#include "base/buffer.h"
#include "telemill/result.h"

/// The snappy framing format: chunks of at most 64 KiB, each with a masked CRC-32C.
namespace telemill::codec {

/// Decodes a whole framed stream. The chunk headers state the size of the content, so a stream
/// above `output_bytes_max` is refused before anything is allocated.
Result<base::Buffer> decompress_snappy_framed(std::string_view input, size_t output_bytes_max);

/// Codes `input` as one stream. Chunks that would shrink by less than an eighth are stored.
base::Buffer compress_snappy_framed(std::string_view input);

}  // namespace telemill::codec
