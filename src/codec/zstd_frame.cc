#include "codec/zstd_frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace telemill::codec {
namespace {

constexpr uint32_t frame_magic = 0xfd2fb528;
constexpr uint32_t skippable_magic = 0x184d2a50;  // the last four bits are free
constexpr size_t block_bytes_max = size_t{128} << 10;

/// Reads little-endian numbers off the front of the input.
class FrameCursor {
 public:
  explicit FrameCursor(std::string_view input) noexcept : input_(input) {}
  [[nodiscard]] size_t left() const noexcept { return input_.size() - offset_; }
  [[nodiscard]] size_t offset() const noexcept { return offset_; }

  Result<uint64_t> number(size_t bytes) noexcept {
    if (left() < bytes) return fail("zstd frame is cut short", input_.size());
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(input_[offset_ + i])) << (8 * i);
    }
    offset_ += bytes;
    return value;
  }
  Result<void> skip(uint64_t bytes) noexcept {
    if (left() < bytes) return fail("zstd frame is cut short", input_.size());
    offset_ += static_cast<size_t>(bytes);
    return {};
  }

 private:
  std::string_view input_;
  size_t offset_ = 0;
};

struct FrameHeader {
  std::optional<uint64_t> content_bytes;
  uint64_t window_bytes = 0;
  bool has_checksum = false;
};

Result<FrameHeader> read_header(FrameCursor& in) noexcept {
  FrameHeader header;
  TELEMILL_ASSIGN(const uint64_t descriptor, in.number(1));
  const bool is_single_segment = (descriptor >> 5 & 1) != 0;
  if ((descriptor >> 3 & 1) != 0) return fail("zstd frame sets a reserved bit", in.offset());
  header.has_checksum = (descriptor >> 2 & 1) != 0;

  if (!is_single_segment) {
    TELEMILL_ASSIGN(const uint64_t window, in.number(1));
    const uint64_t base = uint64_t{1} << (10 + (window >> 3));
    header.window_bytes = base + base / 8 * (window & 7);
    if (header.window_bytes > zstd_window_bytes_max) {
      return fail("zstd window is too large", in.offset(), ErrorCode::over_limit);
    }
  }
  constexpr std::array<size_t, 4> dictionary_id_bytes = {0, 1, 2, 4};
  TELEMILL_ASSIGN(const uint64_t dictionary_id, in.number(dictionary_id_bytes[descriptor & 3]));
  if (dictionary_id != 0) {
    return fail("zstd frame needs a dictionary", in.offset(), ErrorCode::unsupported);
  }
  const uint64_t size_code = descriptor >> 6;
  if (size_code != 0 || is_single_segment) {
    TELEMILL_ASSIGN(const uint64_t content_bytes, in.number(size_t{1} << size_code));
    header.content_bytes = content_bytes + (size_code == 1 ? 256 : 0);
    if (is_single_segment) header.window_bytes = *header.content_bytes;
  }
  return header;
}

Result<void> survey_blocks(FrameCursor& in, uint64_t bytes_max, ZstdContent& content) noexcept {
  enum BlockType : uint64_t { stored, run_length, compressed, reserved };
  for (bool is_last = false; !is_last;) {
    TELEMILL_ASSIGN(const uint64_t block, in.number(3));
    is_last = (block & 1) != 0;
    const uint64_t type = block >> 1 & 3;
    const uint64_t bytes = block >> 3;
    if (type == reserved) return fail("zstd block of a reserved type", in.offset());
    if (bytes > bytes_max) return fail("zstd block is too large", in.offset());
    TELEMILL_TRY(in.skip(type == run_length ? 1 : bytes));
    content.bytes_min += type == compressed ? 0 : bytes;
    content.bytes_max += type == compressed ? bytes_max : bytes;
  }
  return {};
}

Result<void> survey_frame(FrameCursor& in, ZstdContent& content) noexcept {
  const size_t start = in.offset();
  TELEMILL_ASSIGN(const FrameHeader header, read_header(in));
  ZstdContent frame;
  TELEMILL_TRY(survey_blocks(in, std::min<uint64_t>(header.window_bytes, block_bytes_max), frame));
  if (header.has_checksum) TELEMILL_TRY(in.skip(4));
  if (header.content_bytes) {
    if (*header.content_bytes < frame.bytes_min || *header.content_bytes > frame.bytes_max) {
      return fail("zstd content size does not fit its blocks", start);
    }
    frame.bytes_min = frame.bytes_max = static_cast<size_t>(*header.content_bytes);
  }
  content.bytes_min += frame.bytes_min;
  content.bytes_max += frame.bytes_max;
  return {};
}

}  // namespace

Result<ZstdContent> survey_zstd(std::string_view input) noexcept {
  FrameCursor in{input};
  ZstdContent content;
  while (in.left() > 0) {
    const size_t start = in.offset();
    TELEMILL_ASSIGN(const uint64_t magic, in.number(4));
    if ((magic & ~uint64_t{15}) == skippable_magic) {
      TELEMILL_ASSIGN(const uint64_t bytes, in.number(4));
      TELEMILL_TRY(in.skip(bytes));
    } else if (magic == frame_magic) {
      TELEMILL_TRY(survey_frame(in, content));
    } else {
      return fail("bytes are not a zstd frame", start);
    }
  }
  return content;
}

}  // namespace telemill::codec
