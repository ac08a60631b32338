#include "codec/compressor.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <lz4frame.h>
#include <snappy-sinksource.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "codec/output.h"
#include "codec/snappy_frame.h"

namespace telemill::codec {
namespace {

/// Room for a deflate stream at first: telemetry shrinks to a fifth, and growing copies little.
constexpr size_t deflate_room_first(size_t input_bytes) noexcept { return input_bytes / 4 + 256; }

/// Building Huffman codes for a message costs ISA-L about 10 us, whatever its size. Below this
/// size level 0 with the fixed codes of deflate takes a fifth of the time for 1 to 12 % more bytes.
constexpr size_t deflate_own_codes_bytes_min = 8_KiB;

uint32_t isal_level(int level, size_t input_bytes) noexcept {
  if (level == level_default) return input_bytes < deflate_own_codes_bytes_min ? 0 : 1;
  return static_cast<uint32_t>(std::max(level, 0));
}

int zstd_level(int level) noexcept {
  if (level < 3) return 1;
  if (level < 6) return 3;
  return level < 10 ? 6 : 11;
}

/// Takes a result of a library that fails only when it is used wrongly.
template <class IsError>
size_t checked(size_t result, IsError is_error) noexcept {
  TELEMILL_CHECK(is_error(result) == 0);
  return result;
}

base::Buffer copy_of(const base::Rope& input) {
  base::Buffer output(input.size());
  for (const base::Slice& slice : input.slices()) output.append(slice.view());
  return output;
}

/// Lets snappy read a rope piece by piece.
class RopeSource final : public snappy::Source {
 public:
  explicit RopeSource(const base::Rope& rope) noexcept : rope_(rope), left_(rope.size()) {}
  size_t Available() const override { return left_; }
  const char* Peek(size_t* size) override {
    if (left_ == 0) {
      *size = 0;
      return nullptr;
    }
    const base::Slice& slice = rope_.slices()[slice_index_];
    *size = slice.size() - offset_;
    return slice.data() + offset_;
  }
  void Skip(size_t size) override {
    left_ -= size;
    offset_ += size;
    while (slice_index_ < rope_.slices().size() && offset_ >= rope_.slices()[slice_index_].size()) {
      offset_ -= rope_.slices()[slice_index_++].size();
    }
  }

 private:
  const base::Rope& rope_;
  size_t left_;
  size_t slice_index_ = 0;
  size_t offset_ = 0;  // within the slice
};

/// Lets snappy write to a buffer that has room for all it may write.
class BufferSink final : public snappy::Sink {
 public:
  explicit BufferSink(base::Buffer& buffer) noexcept : buffer_(buffer) {}
  void Append(const char* bytes, size_t size) override {
    TELEMILL_CHECK(size <= buffer_.size() - written_);
    char* const end = buffer_.data() + written_;
    if (bytes != end) std::copy_n(bytes, size, end);
    written_ += size;
  }
  char* GetAppendBuffer(size_t size, char* scratch) override {
    return size <= buffer_.size() - written_ ? buffer_.data() + written_ : scratch;
  }

 private:
  base::Buffer& buffer_;
  size_t written_ = 0;
};

base::Buffer compress_snappy(const base::Rope& input) {
  base::Buffer output = buffer_with_room(snappy::MaxCompressedLength(input.size()));
  RopeSource source{input};
  BufferSink sink{output};
  output.truncate(snappy::Compress(&source, &sink));
  return fitted(std::move(output));
}

}  // namespace

/// ISA-L's stream with the buffer that its levels above zero work in. Larger buffers gain nothing.
struct alignas(64) Compressor::FastDeflate {
  isal_zstream stream;
  std::array<uint8_t, std::max(ISAL_DEF_LVL1_MEDIUM, ISAL_DEF_LVL2_MEDIUM)> level_buffer;
};

void Compressor::Free::operator()(libdeflate_compressor* state) const noexcept {
  libdeflate_free_compressor(state);
}
void Compressor::Free::operator()(LZ4F_cctx_s* state) const noexcept {
  LZ4F_freeCompressionContext(state);
}
void Compressor::Free::operator()(ZSTD_CCtx_s* state) const noexcept { ZSTD_freeCCtx(state); }

Compressor::Compressor() noexcept = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Result<base::Buffer> Compressor::compress(Coding coding, const base::Rope& input, int level) {
  TELEMILL_CHECK(accepts_level(coding, level));
  if (input.size() > limits::request_bytes_max) {
    return fail("message is too large to compress", 0, ErrorCode::over_limit);
  }
  switch (coding) {
    case Coding::identity:
      return copy_of(input);
    case Coding::gzip:
    case Coding::zlib:
      return level < 3 ? deflate_fast(coding, input, level) : deflate_small(coding, input, level);
    case Coding::zstd:
      return compress_zstd(input, level);
    case Coding::snappy:
      return compress_snappy(input);
    case Coding::snappy_framed:
      return compress_snappy_framed(input.flatten().view());
    case Coding::lz4:
      return compress_lz4(input);
  }
  return fail("unknown content coding", 0, ErrorCode::unsupported);
}

base::Buffer Compressor::deflate_fast(Coding coding, const base::Rope& input, int level) {
  if (!fast_deflate_) fast_deflate_ = std::make_unique<FastDeflate>();
  isal_zstream& stream = fast_deflate_->stream;
  isal_deflate_init(&stream);
  stream.gzip_flag = coding == Coding::gzip ? IGZIP_GZIP : IGZIP_ZLIB;
  stream.level = isal_level(level, input.size());
  if (stream.level == 0) {
    // ISA-L's own table suits telemetry less and costs a header of 110 bytes.
    TELEMILL_CHECK(isal_deflate_set_hufftables(&stream, nullptr, IGZIP_HUFFTABLE_STATIC) == 0);
  }
  stream.level_buf = fast_deflate_->level_buffer.data();
  stream.level_buf_size = static_cast<uint32_t>(fast_deflate_->level_buffer.size());

  base::Buffer output = buffer_with_room(deflate_room_first(input.size()));
  size_t written_bytes = 0;
  const auto feed = [&](std::string_view bytes, bool is_last) {
    stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uint32_t>(bytes.size());
    stream.end_of_stream = is_last ? 1 : 0;
    do {
      if (written_bytes == output.size()) output.extend(output.size());
      const size_t room = output.size() - written_bytes;
      stream.next_out = reinterpret_cast<uint8_t*>(output.data()) + written_bytes;
      stream.avail_out = static_cast<uint32_t>(room);
      TELEMILL_CHECK(isal_deflate(&stream) == COMP_OK);
      written_bytes += room - stream.avail_out;
    } while (stream.avail_out == 0);
    TELEMILL_CHECK(stream.avail_in == 0);
  };
  const size_t slice_count = input.slices().size();
  for (size_t i = 0; i < slice_count; ++i) {
    feed(input.slices()[i].view(), i + 1 == slice_count);
  }
  if (slice_count == 0) feed("", true);
  TELEMILL_CHECK(stream.internal_state.state == ZSTATE_END);
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

base::Buffer Compressor::deflate_small(Coding coding, const base::Rope& input, int level) {
  auto& state = small_deflate_[static_cast<size_t>(level)];
  if (!state) {
    state.reset(libdeflate_alloc_compressor(level));
    TELEMILL_CHECK(state != nullptr);
  }
  const bool is_gzip = coding == Coding::gzip;
  const base::Slice flat = input.flatten();
  base::Buffer output =
      buffer_with_room(is_gzip ? libdeflate_gzip_compress_bound(state.get(), flat.size())
                               : libdeflate_zlib_compress_bound(state.get(), flat.size()));
  const auto code = is_gzip ? &libdeflate_gzip_compress : &libdeflate_zlib_compress;
  const size_t written_bytes =
      code(state.get(), flat.data(), flat.size(), output.data(), output.size());
  TELEMILL_CHECK(written_bytes > 0);
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

base::Buffer Compressor::compress_zstd(const base::Rope& input, int level) {
  if (!zstd_) {
    zstd_.reset(ZSTD_createCCtx());
    TELEMILL_CHECK(zstd_ != nullptr);
    checked(ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_checksumFlag, 1), ZSTD_isError);
  }
  ZSTD_CCtx* const state = zstd_.get();
  checked(ZSTD_CCtx_reset(state, ZSTD_reset_session_only), ZSTD_isError);
  checked(ZSTD_CCtx_setParameter(state, ZSTD_c_compressionLevel, zstd_level(level)), ZSTD_isError);
  base::Buffer output = buffer_with_room(ZSTD_compressBound(input.size()));
  if (input.slices().size() <= 1) {  // in one piece it spares the library its own window
    const std::string_view bytes = input.empty() ? "" : input.slices().front().view();
    output.truncate(
        checked(ZSTD_compress2(state, output.data(), output.size(), bytes.data(), bytes.size()),
                ZSTD_isError));
    return fitted(std::move(output));
  }
  checked(ZSTD_CCtx_setPledgedSrcSize(state, input.size()), ZSTD_isError);
  ZSTD_outBuffer out{.dst = output.data(), .size = output.size(), .pos = 0};
  for (const base::Slice& slice : input.slices()) {
    const bool is_last = &slice == &input.slices().back();
    ZSTD_inBuffer in{.src = slice.data(), .size = slice.size(), .pos = 0};
    size_t left = 0;
    do {
      left = checked(ZSTD_compressStream2(state, &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue),
                     ZSTD_isError);
      TELEMILL_CHECK(out.pos < out.size || (left == 0 && in.pos == in.size));
    } while (is_last ? left > 0 : in.pos < in.size);
  }
  output.truncate(out.pos);
  return fitted(std::move(output));
}

base::Buffer Compressor::compress_lz4(const base::Rope& input) {
  if (!lz4_) {
    LZ4F_cctx* state = nullptr;
    checked(LZ4F_createCompressionContext(&state, LZ4F_VERSION), LZ4F_isError);
    lz4_.reset(state);
  }
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max256KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // not all peers decode linked blocks
  preferences.frameInfo.contentSize = input.size();
  // No checksum: its XXH32 takes longer than coding and, at the peer, five times as long as
  // decoding.
  preferences.autoFlush = 1;  // else the library allocates a block for every message

  const base::Slice flat = input.flatten();
  const size_t room = LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(flat.size(), &preferences);
  base::Buffer output = buffer_with_room(room);
  size_t written_bytes = 0;
  const auto take = [&](size_t result) { written_bytes += checked(result, LZ4F_isError); };
  const auto end = [&] { return output.data() + written_bytes; };
  take(LZ4F_compressBegin(lz4_.get(), end(), room, &preferences));
  take(LZ4F_compressUpdate(lz4_.get(), end(), room - written_bytes, flat.data(), flat.size(),
                           nullptr));
  take(LZ4F_compressEnd(lz4_.get(), end(), room - written_bytes, nullptr));
  output.truncate(written_bytes);
  return fitted(std::move(output));
}

}  // namespace telemill::codec
