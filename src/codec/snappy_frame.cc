#include "codec/snappy_frame.h"

#include <snappy.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "codec/coding.h"
#include "codec/crc32c.h"
#include "codec/output.h"

namespace telemill::codec {
namespace {

enum ChunkType : uint8_t {
  compressed = 0x00,
  stored = 0x01,
  unskippable_last = 0x7f,
  stream_identifier = 0xff,
};
constexpr size_t content_bytes_max = 64_KiB;
constexpr size_t header_bytes = 4;  // type and 24 bits of length
constexpr size_t checksum_bytes = 4;

uint32_t masked_checksum(std::string_view content) noexcept {
  return std::rotr(crc32c(content), 15) + 0xa282ead8U;
}

uint32_t read_little_endian(const char* bytes, size_t count) noexcept {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

void write_little_endian(char* bytes, size_t count, uint32_t value) noexcept {
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
}

struct Chunk {
  uint8_t type = 0;
  uint32_t checksum = 0;
  std::string_view payload;  // behind the checksum
  size_t content_bytes = 0;  // zero for chunks without content
};

/// Reads the chunk at `offset` and moves past it.
Result<Chunk> read_chunk(std::string_view input, size_t& offset) noexcept {
  const size_t start = offset;
  if (input.size() - start < header_bytes) return fail("snappy chunk header is cut short", start);
  Chunk chunk;
  chunk.type = static_cast<uint8_t>(input[start]);
  const size_t bytes = read_little_endian(input.data() + start + 1, 3);
  if (input.size() - start - header_bytes < bytes) return fail("snappy chunk is cut short", start);
  chunk.payload = input.substr(start + header_bytes, bytes);
  offset = start + header_bytes + bytes;

  if (chunk.type == stream_identifier) {
    if (input.substr(start, offset - start) != snappy_frame_magic) {
      return fail("snappy stream identifier is wrong", start);
    }
    return chunk;
  }
  if (start == 0) return fail("snappy stream lacks its identifier", start);
  if (chunk.type > unskippable_last) return chunk;  // padding and what later versions may add
  if (chunk.type > stored) {
    return fail("snappy chunk of an unknown type", start, ErrorCode::unsupported);
  }
  if (bytes < checksum_bytes) return fail("snappy chunk lacks its checksum", start);
  chunk.checksum = read_little_endian(chunk.payload.data(), checksum_bytes);
  chunk.payload.remove_prefix(checksum_bytes);
  chunk.content_bytes = chunk.payload.size();
  if (chunk.type == compressed &&
      !snappy::GetUncompressedLength(chunk.payload.data(), chunk.payload.size(),
                                     &chunk.content_bytes)) {
    return fail("snappy chunk does not state its size", start);
  }
  if (chunk.content_bytes > content_bytes_max) return fail("snappy chunk is too large", start);
  return chunk;
}

Result<size_t> sum_of_content(std::string_view input, size_t output_bytes_max) noexcept {
  size_t total_bytes = 0;
  for (size_t offset = 0; offset < input.size();) {
    TELEMILL_ASSIGN(const Chunk chunk, read_chunk(input, offset));
    total_bytes += chunk.content_bytes;
    if (total_bytes > output_bytes_max) {
      return fail("snappy stream exceeds the limit", offset, ErrorCode::over_limit);
    }
  }
  return total_bytes;
}

/// Appends one chunk that holds `content` and returns behind it.
char* write_chunk(char* out, std::string_view content) {
  char* const payload = out + header_bytes + checksum_bytes;
  size_t payload_bytes = 0;
  snappy::RawCompress(content.data(), content.size(), payload, &payload_bytes);
  const bool is_stored = payload_bytes > content.size() - content.size() / 8;
  if (is_stored) {
    payload_bytes = content.size();
    std::memcpy(payload, content.data(), content.size());
  }
  *out = static_cast<char>(is_stored ? stored : compressed);
  write_little_endian(out + 1, 3, static_cast<uint32_t>(checksum_bytes + payload_bytes));
  write_little_endian(out + header_bytes, checksum_bytes, masked_checksum(content));
  return payload + payload_bytes;
}

}  // namespace

Result<base::Buffer> decompress_snappy_framed(std::string_view input, size_t output_bytes_max) {
  TELEMILL_ASSIGN(const size_t total_bytes, sum_of_content(input, output_bytes_max));
  base::Buffer output = buffer_with_room(total_bytes);
  char* out = output.data();
  for (size_t offset = 0; offset < input.size();) {
    const size_t start = offset;
    TELEMILL_ASSIGN(const Chunk chunk, read_chunk(input, offset));
    if (chunk.type == compressed) {
      if (!snappy::RawUncompress(chunk.payload.data(), chunk.payload.size(), out)) {
        return fail("snappy chunk is corrupt", start);
      }
    } else if (chunk.type == stored) {
      std::memcpy(out, chunk.payload.data(), chunk.payload.size());
    } else {
      continue;
    }
    if (masked_checksum({out, chunk.content_bytes}) != chunk.checksum) {
      return fail("snappy checksum is wrong", start);
    }
    out += chunk.content_bytes;
  }
  return output;
}

base::Buffer compress_snappy_framed(std::string_view input) {
  const size_t chunk_count = (input.size() + content_bytes_max - 1) / content_bytes_max;
  const size_t chunk_bytes_max =
      header_bytes + checksum_bytes + snappy::MaxCompressedLength(content_bytes_max);
  base::Buffer output = buffer_with_room(snappy_frame_magic.size() + chunk_count * chunk_bytes_max);
  std::memcpy(output.data(), snappy_frame_magic.data(), snappy_frame_magic.size());
  char* out = output.data() + snappy_frame_magic.size();
  while (!input.empty()) {
    const std::string_view content = input.substr(0, content_bytes_max);
    out = write_chunk(out, content);
    input.remove_prefix(content.size());
  }
  output.truncate(static_cast<size_t>(out - output.data()));
  return fitted(std::move(output));
}

}  // namespace telemill::codec
