#include "codec/decompressor.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <string>
#include <vector>

#include "codec/compressor.h"
#include "codec/crc32c.h"
#include "codec/sample_spans.h"

namespace telemill::codec {
namespace {

constexpr size_t bound = 1_MiB;
constexpr std::array codings = {Coding::gzip,   Coding::zlib,          Coding::zstd,
                                Coding::snappy, Coding::snappy_framed, Coding::lz4};

std::string coded(Coding coding, std::string_view content) {
  Compressor compressor;
  const auto output = compressor.compress(coding, base::Rope(base::Slice::copy_of(content)));
  return std::string(output->view());
}

/// A gzip or zlib stream as zlib writes it.
std::string deflated(std::string_view content, int level, int window_bits, int strategy) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, window_bits, 9, strategy), Z_OK);
  std::string out(2 * content.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Expects that the input is refused, and for which kind of reason.
void expect_refused(Coding coding, std::string_view input, ErrorCode code, size_t limit = bound) {
  Decompressor decompressor;
  const auto output = decompressor.decompress(coding, input, limit);
  ASSERT_FALSE(output) << http_name(coding);
  EXPECT_EQ(output.error().code, code) << http_name(coding) << ": " << output.error().what;
}

void expect_content(Coding coding, std::string_view input, std::string_view content,
                    size_t limit = bound) {
  Decompressor decompressor;
  const auto output = decompressor.decompress(coding, input, limit);
  ASSERT_TRUE(output) << http_name(coding) << ": " << output.error().what;
  EXPECT_TRUE(output->view() == content) << http_name(coding);
}

// Framed formats are any number of frames, and some encoders write none for empty content.
TEST(Decompressor, ReadsNothingAtAllOnlyWhereItIsContent) {
  for (const Coding coding : {Coding::gzip, Coding::zlib, Coding::snappy}) {
    expect_refused(coding, "", ErrorCode::corrupt);
  }
  for (const Coding coding : {Coding::identity, Coding::zstd, Coding::snappy_framed, Coding::lz4}) {
    expect_content(coding, "", "");
    expect_content(coding, "", "", 0);
  }
}

TEST(Decompressor, RefusesWhatIsCutAtAnyByte) {
  for (const Coding coding : codings) {
    const std::string whole = coded(coding, SampleSpans(1).take(700));
    Decompressor decompressor;
    for (size_t size = 1; size < whole.size(); ++size) {
      const auto output = decompressor.decompress(coding, whole.substr(0, size), bound);
      const bool is_empty_stream =  // the identifier alone is a complete stream of nothing
          coding == Coding::snappy_framed && size == snappy_frame_magic.size();
      ASSERT_EQ(output.has_value(), is_empty_stream) << http_name(coding) << " " << size;
      if (!output) {
        ASSERT_EQ(output.error().code, ErrorCode::corrupt);
      }
    }
    EXPECT_TRUE(decompressor.decompress(coding, whole, bound)) << "state survives refusals";
  }
}

TEST(Decompressor, RefusesGarbageBehindTheEnd) {
  for (const Coding coding : codings) {
    for (const std::string_view garbage : {std::string_view("\0", 1), std::string_view("garbage"),
                                           std::string_view("\xff\xff\xff\xff", 4)}) {
      for (const size_t size : {0U, 1U, 5000U}) {
        const std::string input = coded(coding, SampleSpans(1).take(size)) + std::string(garbage);
        expect_refused(coding, input, ErrorCode::corrupt);
      }
    }
  }
}

/// An lz4 frame as liblz4 writes it.
std::string lz4_frame(std::string_view content, const LZ4F_preferences_t& preferences) {
  std::string out(LZ4F_compressFrameBound(content.size(), &preferences), '\0');
  out.resize(
      LZ4F_compressFrame(out.data(), out.size(), content.data(), content.size(), &preferences));
  return out;
}

TEST(Decompressor, NoticesEveryFlippedBit) {
  LZ4F_preferences_t checked{};
  checked.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  for (const Coding coding : codings) {
    const std::string content = SampleSpans(1).take(300);
    const std::string whole =
        coding == Coding::lz4 ? lz4_frame(content, checked) : coded(coding, content);
    Decompressor decompressor;
    for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      std::string flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto output = decompressor.decompress(coding, flipped, bound);
      if (coding == Coding::snappy) continue;  // has no checksum: must only survive
      if (coding == Coding::snappy_framed && bit == 8 * snappy_frame_magic.size() + 7) {
        EXPECT_TRUE(output && output->empty());  // the chunk became one to be skipped
        continue;
      }
      // Some header bits (time, system) do not touch the content.
      ASSERT_TRUE(!output || output->view() == content) << http_name(coding) << " bit " << bit;
    }
    EXPECT_TRUE(decompressor.decompress(coding, whole, bound)) << "state survives refusals";
  }
}

TEST(Decompressor, SurvivesRandomInputBehindAnHonestStart) {
  base::Random random(1);
  Decompressor decompressor;
  for (const Coding coding : codings) {
    const std::string honest = coded(coding, SampleSpans(1).take(500));
    for (int i = 0; i < 3000; ++i) {
      const std::string input =
          honest.substr(0, random.below(60)) + random_bytes(random.below(200), random.u64());
      const auto output = decompressor.decompress(coding, input, 1000);
      if (output) {
        ASSERT_LE(output->size(), 1000U);
      }
    }
  }
}

TEST(Decompressor, AllowsExactlyTheLimit) {
  for (const Coding coding : codings) {
    for (const size_t size : {1U, 1000U, 65'536U, 300'000U}) {
      for (const std::string& content : {SampleSpans(1).take(size), std::string(size, 'z')}) {
        const std::string input = coded(coding, content);
        expect_content(coding, input, content, size);
        expect_refused(coding, input, ErrorCode::over_limit, size - 1);
        expect_refused(coding, input, ErrorCode::over_limit, size / 2);
        expect_refused(coding, input, ErrorCode::over_limit, 0);
      }
    }
    expect_content(coding, coded(coding, ""), "", 0);
  }
  expect_refused(Coding::identity, "ab", ErrorCode::over_limit, 1);
}

TEST(Decompressor, ReadsSeveralMembersAndFramesAsOneMessage) {
  const std::vector<std::string> parts = {
      SampleSpans(1).take(5000), "", "x", random_bytes(9000, 2), std::string(100'000, 'z'), "end"};
  for (const Coding coding : {Coding::gzip, Coding::zstd, Coding::snappy_framed, Coding::lz4}) {
    std::string input;
    std::string content;
    for (const std::string& part : parts) {
      input += coded(coding, part);
      content += part;
      expect_content(coding, input, content);
    }
    expect_refused(coding, input, ErrorCode::over_limit, content.size() - 1);
  }
  expect_refused(Coding::zlib, coded(Coding::zlib, "a") + coded(Coding::zlib, "b"),
                 ErrorCode::corrupt);
}

TEST(Decompressor, ReadsWhatZlibWrites) {
  for (const std::string& content :
       {std::string(), std::string("x"), SampleSpans(3).take(400'000), random_bytes(70'000, 4)}) {
    for (const int level : {0, 1, 6, 9}) {
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_FIXED, Z_RLE}) {
        expect_content(Coding::gzip, deflated(content, level, 15 + 16, strategy), content);
        expect_content(Coding::zlib, deflated(content, level, 15, strategy), content);
        expect_content(Coding::zlib, deflated(content, level, 9, strategy), content);
      }
    }
  }
}

TEST(Decompressor, RefusesAGzipTrailerThatLies) {
  const std::string whole = coded(Coding::gzip, SampleSpans(1).take(50'000));
  for (const uint32_t stated : {0U, 1U, 49'999U, 50'001U, 1U << 20, 0xffffffffU}) {
    std::string lying = whole.substr(0, whole.size() - 4);
    for (int i = 0; i < 4; ++i) lying.push_back(static_cast<char>(stated >> (8 * i)));
    expect_refused(Coding::gzip, lying, ErrorCode::corrupt);
    // As the last of two members, it hides how large the first one is.
    expect_refused(Coding::gzip, whole + lying, ErrorCode::corrupt);
  }
}

TEST(Decompressor, SkipsOptionalFieldsOfAGzipHeader) {
  const std::string plain = coded(Coding::gzip, "content");
  std::string header = plain.substr(0, 10);
  header[3] = 0x08 | 0x10 | 0x04;  // a name, a comment and an extra field
  const std::string optional =
      std::string("\x03\0abc", 5) + std::string("name\0", 5) + std::string("comment\0", 8);
  expect_content(Coding::gzip, header + optional + plain.substr(10), "content");
}

// Streaming encoders do not know the size when they write the frame's header.
TEST(Decompressor, ReadsZstdFramesWithoutASize) {
  for (const size_t size : {1U, 1000U, 131'072U, 900'000U}) {
    const std::string content = SampleSpans(1).take(size);
    ZSTD_CCtx* const state = ZSTD_createCCtx();
    std::string input(ZSTD_compressBound(size) + 4096, '\0');
    ZSTD_outBuffer out{input.data(), input.size(), 0};
    for (size_t offset = 0; offset < size; offset += 77'777) {  // flushed blocks of odd sizes
      ZSTD_inBuffer in{content.data() + offset, std::min<size_t>(77'777, size - offset), 0};
      ASSERT_EQ(ZSTD_compressStream2(state, &out, &in, ZSTD_e_flush), 0U);
    }
    ZSTD_inBuffer nothing{nullptr, 0, 0};
    ASSERT_EQ(ZSTD_compressStream2(state, &out, &nothing, ZSTD_e_end), 0U);
    ZSTD_freeCCtx(state);
    input.resize(out.pos);
    ASSERT_EQ(ZSTD_getFrameContentSize(input.data(), input.size()), ZSTD_CONTENTSIZE_UNKNOWN);
    expect_content(Coding::zstd, input, content);
    expect_refused(Coding::zstd, input, ErrorCode::over_limit, size - 1);
  }
}

TEST(Decompressor, SkipsZstdSkippableFrames) {
  const std::string skippable("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
  const std::string frame = coded(Coding::zstd, "content");
  expect_content(Coding::zstd, skippable + frame + skippable, "content");
  expect_content(Coding::zstd, skippable, "");
  expect_refused(Coding::zstd, skippable.substr(0, 10), ErrorCode::corrupt);
}

TEST(Decompressor, RefusesZstdFramesItShouldNotDecode) {
  const std::string magic = "\x28\xb5\x2f\xfd";
  const std::string empty_block("\x01\0\0", 3);
  const auto frame = [&](std::string_view header) {
    return magic + std::string(header) + empty_block;
  };
  expect_content(Coding::zstd, frame(std::string_view("\0\x88", 2)), "");  // 128 MiB of window
  expect_refused(Coding::zstd, frame(std::string_view("\0\x89", 2)), ErrorCode::over_limit);
  expect_refused(Coding::zstd, frame(std::string_view("\x01\0\x07", 3)), ErrorCode::unsupported);
  expect_refused(Coding::zstd, frame(std::string_view("\x08\0", 2)), ErrorCode::corrupt);
  // A content size of a gigabyte in a frame whose only block is empty.
  expect_refused(Coding::zstd, frame(std::string_view("\xa0\0\0\0\x40", 5)), ErrorCode::corrupt,
                 limits::request_bytes_max);
}

TEST(Decompressor, ReadsLz4FramesOfAllKinds) {
  const std::string content = SampleSpans(1).take(700'000);
  Decompressor decompressor;
  for (const auto block_bytes : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    for (const auto mode : {LZ4F_blockLinked, LZ4F_blockIndependent}) {
      for (const bool has_checksums : {false, true}) {
        LZ4F_preferences_t preferences{};
        preferences.frameInfo.blockSizeID = block_bytes;
        preferences.frameInfo.blockMode = mode;
        preferences.frameInfo.contentSize = has_checksums ? content.size() : 0;
        preferences.frameInfo.contentChecksumFlag =
            has_checksums ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
        preferences.frameInfo.blockChecksumFlag =
            has_checksums ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
        const std::string input = lz4_frame(content, preferences);
        for (const size_t limit : {content.size(), content.size() + 1, 4 * content.size()}) {
          const auto output = decompressor.decompress(Coding::lz4, input, limit);
          ASSERT_TRUE(output) << output.error().what;
          ASSERT_TRUE(output->view() == content);
        }
        const auto output = decompressor.decompress(Coding::lz4, input, content.size() - 1);
        ASSERT_FALSE(output);
        ASSERT_EQ(output.error().code, ErrorCode::over_limit);
      }
    }
  }
}

TEST(Decompressor, RefusesASnappyBlockWhoseSizeIsFalse) {
  std::string block = coded(Coding::snappy, "some content");
  ASSERT_EQ(block[0], 12);
  block[0] = 11;
  expect_refused(Coding::snappy, block, ErrorCode::corrupt);
  block[0] = 13;
  expect_refused(Coding::snappy, block, ErrorCode::corrupt);
  // Half a gigabyte from six bytes: refused without making room for it.
  expect_refused(Coding::snappy, std::string_view("\x80\x80\x80\x80\x02\0", 6), ErrorCode::corrupt,
                 limits::request_bytes_max);
}

/// A chunk of the snappy framing format.
std::string chunk(uint8_t type, std::string_view payload) {
  std::string out(1, static_cast<char>(type));
  for (int i = 0; i < 3; ++i) out.push_back(static_cast<char>(payload.size() >> (8 * i)));
  return out + std::string(payload);
}
std::string stored_chunk(std::string_view content) {
  const uint32_t crc = crc32c_portable(content);
  const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8;
  std::string payload;
  for (int i = 0; i < 4; ++i) payload.push_back(static_cast<char>(masked >> (8 * i)));
  return chunk(0x01, payload + std::string(content));
}

TEST(Decompressor, ReadsSnappyChunksByTheirKind) {
  const std::string start(snappy_frame_magic);
  const Coding coding = Coding::snappy_framed;
  const std::string abc = stored_chunk("abc");
  expect_content(coding, start, "");
  expect_content(coding, start + abc + chunk(0xfe, "padding") + chunk(0x80, "") + abc, "abcabc");
  expect_content(coding, start + abc + start + abc, "abcabc");
  expect_refused(coding, abc, ErrorCode::corrupt);
  expect_refused(coding, chunk(0xff, "sNaPpX") + abc, ErrorCode::corrupt);
  expect_refused(coding, start + chunk(0x02, "later"), ErrorCode::unsupported);
  expect_refused(coding, start + chunk(0x7f, ""), ErrorCode::unsupported);
  expect_refused(coding, start + chunk(0x01, "abc"), ErrorCode::corrupt);
  expect_refused(coding, start + chunk(0x00, "crc4"), ErrorCode::corrupt);
  expect_refused(coding, start + chunk(0x01, "crc4content"), ErrorCode::corrupt);
  expect_content(coding, start + stored_chunk(std::string(65'536, 'a')), std::string(65'536, 'a'));
  expect_refused(coding, start + stored_chunk(std::string(65'537, 'a')), ErrorCode::corrupt);
}

}  // namespace
}  // namespace telemill::codec
