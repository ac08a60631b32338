#include "codec/decompressor.h"

#include <libdeflate.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "codec/output.h"
#include "codec/snappy_frame.h"
#include "codec/zstd_frame.h"

namespace telemill::codec {
namespace {

/// No format can expand its input by more: 258 bytes per two bits, 64 per three bytes.
constexpr size_t deflate_ratio_max = 1032;
constexpr size_t snappy_ratio_max = 22;
/// What telemetry usually shrinks by, for formats that need not state their size.
constexpr size_t ratio_usual = 8;

Unexpected<Error> over_limit(size_t offset = 0) noexcept {
  return fail("decompressed message exceeds the limit", offset, ErrorCode::over_limit);
}

/// How much room to try first. The last four bytes of a gzip member state its size, but they may
/// lie, belong to one member of several, or be cut off.
size_t inflate_room_first(Coding coding, std::string_view input) noexcept {
  if (coding != Coding::gzip || input.size() < 4) return ratio_usual * input.size();
  size_t stated_bytes = 0;
  for (size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<uint8_t>(input[input.size() - 4 + i]);
    stated_bytes |= static_cast<size_t>(byte) << (8 * i);
  }
  return std::clamp(stated_bytes, input.size(), deflate_ratio_max * input.size());
}

Result<base::Buffer> decompress_identity(std::string_view input, size_t output_bytes_max) {
  if (input.size() > output_bytes_max) return over_limit();
  base::Buffer output(input.size());
  output.append(input);
  return output;
}

Result<base::Buffer> decompress_snappy(std::string_view input, size_t output_bytes_max) {
  size_t stated_bytes = 0;
  if (!snappy::GetUncompressedLength(input.data(), input.size(), &stated_bytes)) {
    return fail("snappy block does not state its size");
  }
  if (stated_bytes > output_bytes_max) return over_limit();
  if (stated_bytes > snappy_ratio_max * input.size())
    return fail("snappy block states a false size");
  base::Buffer output = buffer_with_room(stated_bytes);
  if (!snappy::RawUncompress(input.data(), input.size(), output.data())) {
    return fail("snappy block is corrupt");
  }
  return output;
}

}  // namespace

void Decompressor::Free::operator()(libdeflate_decompressor* state) const noexcept {
  libdeflate_free_decompressor(state);
}
void Decompressor::Free::operator()(LZ4F_dctx_s* state) const noexcept {
  LZ4F_freeDecompressionContext(state);
}
void Decompressor::Free::operator()(ZSTD_DCtx_s* state) const noexcept { ZSTD_freeDCtx(state); }

Result<base::Buffer> Decompressor::decompress(Coding coding, std::string_view input,
                                              size_t output_bytes_max) {
  output_bytes_max = std::min(output_bytes_max, limits::request_bytes_max);
  switch (coding) {
    case Coding::identity:
      return decompress_identity(input, output_bytes_max);
    case Coding::gzip:
    case Coding::zlib:
      return inflate(coding, input, output_bytes_max);
    case Coding::zstd:
      return decompress_zstd(input, output_bytes_max);
    case Coding::snappy:
      return decompress_snappy(input, output_bytes_max);
    case Coding::snappy_framed:
      return decompress_snappy_framed(input, output_bytes_max);
    case Coding::lz4:
      return decompress_lz4(input, output_bytes_max);
  }
  return fail("unknown content coding", 0, ErrorCode::unsupported);
}

Result<base::Buffer> Decompressor::decompress(Coding coding, const base::Rope& input,
                                              size_t output_bytes_max) {
  const base::Slice flat = input.flatten();
  return decompress(coding, flat.view(), output_bytes_max);
}

Result<base::Buffer> Decompressor::inflate(Coding coding, std::string_view input,
                                           size_t output_bytes_max) {
  if (!deflate_) {
    deflate_.reset(libdeflate_alloc_decompressor());
    TELEMILL_CHECK(deflate_ != nullptr);
  }
  return with_growing_room(inflate_room_first(coding, input), output_bytes_max,
                           [&](size_t room) { return inflate_into(coding, input, room); });
}

Result<base::Buffer> Decompressor::inflate_into(Coding coding, std::string_view input,
                                                size_t room) {
  const auto decode_one =
      coding == Coding::gzip ? &libdeflate_gzip_decompress_ex : &libdeflate_zlib_decompress_ex;
  base::Buffer output = buffer_with_room(room);
  size_t read_bytes = 0;
  size_t written_bytes = 0;
  do {
    size_t member_read_bytes = 0;
    size_t member_written_bytes = 0;
    const libdeflate_result result =
        decode_one(deflate_.get(), input.data() + read_bytes, input.size() - read_bytes,
                   output.data() + written_bytes, room - written_bytes, &member_read_bytes,
                   &member_written_bytes);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return over_limit(read_bytes);
    if (result != LIBDEFLATE_SUCCESS) return fail("deflate data is corrupt", read_bytes);
    read_bytes += member_read_bytes;
    written_bytes += member_written_bytes;
  } while (coding == Coding::gzip && read_bytes < input.size());
  if (read_bytes != input.size()) return fail("bytes behind the end of zlib data", read_bytes);
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

Result<base::Buffer> Decompressor::decompress_zstd(std::string_view input,
                                                   size_t output_bytes_max) {
  TELEMILL_ASSIGN(const ZstdContent content, survey_zstd(input));
  if (content.bytes_min > output_bytes_max) return over_limit();
  if (!zstd_) {
    zstd_.reset(ZSTD_createDCtx());
    TELEMILL_CHECK(zstd_ != nullptr);
  }
  // Whole messages decode straight into their buffer: no window, no memory but the output.
  const size_t room = std::min(content.bytes_max, output_bytes_max);
  base::Buffer output = buffer_with_room(room);
  const size_t written_bytes =
      ZSTD_decompressDCtx(zstd_.get(), output.data(), room, input.data(), input.size());
  if (ZSTD_isError(written_bytes) != 0) {
    const bool is_full = ZSTD_getErrorCode(written_bytes) == ZSTD_error_dstSize_tooSmall;
    if (is_full && content.bytes_max > output_bytes_max) return over_limit();
    return fail("zstd data is corrupt");
  }
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

Result<base::Buffer> Decompressor::decompress_lz4(std::string_view input, size_t output_bytes_max) {
  if (!lz4_) {
    LZ4F_dctx* state = nullptr;
    TELEMILL_CHECK(LZ4F_isError(LZ4F_createDecompressionContext(&state, LZ4F_VERSION)) == 0);
    lz4_.reset(state);
  }
  return with_growing_room(ratio_usual * input.size(), output_bytes_max,
                           [&](size_t room) { return decompress_lz4_into(input, room); });
}

Result<base::Buffer> Decompressor::decompress_lz4_into(std::string_view input, size_t room) {
  LZ4F_resetDecompressionContext(lz4_.get());
  base::Buffer output = buffer_with_room(room);
  size_t read_bytes = 0;
  size_t written_bytes = 0;
  size_t wanted_bytes = 0;  // as it is between frames
  while (read_bytes < input.size()) {
    // A full buffer may still meet the frame's end mark and checksum, but not one byte more.
    char excess = 0;
    const bool is_full = written_bytes == room;
    size_t out_bytes = is_full ? 1 : room - written_bytes;
    size_t in_bytes = input.size() - read_bytes;
    wanted_bytes = LZ4F_decompress(lz4_.get(), is_full ? &excess : output.data() + written_bytes,
                                   &out_bytes, input.data() + read_bytes, &in_bytes, nullptr);
    if (LZ4F_isError(wanted_bytes) != 0) return fail("lz4 frame is corrupt", read_bytes);
    if (is_full && out_bytes > 0) return over_limit(read_bytes);
    if (in_bytes == 0 && out_bytes == 0) return fail("lz4 frame is corrupt", read_bytes);
    read_bytes += in_bytes;
    written_bytes += out_bytes;
  }
  if (wanted_bytes != 0) return fail("lz4 frame is cut short", input.size());
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

}  // namespace telemill::codec
