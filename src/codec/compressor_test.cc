#include "codec/compressor.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "codec/decompressor.h"
#include "codec/sample_spans.h"

namespace telemill::codec {
namespace {

constexpr size_t bound = 64_MiB;
constexpr int zlib_window_bits = 15;
constexpr int gzip_window_bits = 15 + 16;

base::Rope rope_of(std::string_view bytes) { return base::Rope(base::Slice::copy_of(bytes)); }

/// The same bytes in pieces of uneven sizes, some of them tiny.
base::Rope pieces_of(std::string_view bytes, uint64_t seed) {
  base::Random random(seed);
  base::Rope rope;
  while (!bytes.empty()) {
    const size_t size = std::min<size_t>(bytes.size(), 1 + (random.skewed_u64() & 0x3ffff));
    rope.append(base::Slice::copy_of(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return rope;
}

std::string inflate_by_zlib(std::string_view input, int window_bits, size_t content_bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, window_bits), Z_OK);
  std::string out(content_bytes + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::vector<std::string> make_contents() {
  std::vector<std::string> all;
  const std::vector<size_t> sizes = {0,     1,     2,      100,        65535,
                                     65536, 65537, 131072, 256 * 1024, 5'000'001};
  for (const size_t size : sizes) {
    all.push_back(SampleSpans(size).take(size));
    all.push_back(random_bytes(size, size));
    all.push_back(std::string(size, 'z'));
  }
  return all;
}
const std::vector<std::string>& contents() {
  static const std::vector<std::string> all = make_contents();
  return all;
}

class CompressorOf : public testing::TestWithParam<Coding> {};

TEST_P(CompressorOf, RoundTripsEverySizeWhole) {
  Compressor compressor;
  Decompressor decompressor;
  for (const std::string& content : contents()) {
    const auto coded = compressor.compress(GetParam(), rope_of(content));
    ASSERT_TRUE(coded);
    const auto decoded = decompressor.decompress(GetParam(), coded->view(), bound);
    ASSERT_TRUE(decoded) << decoded.error().what;
    ASSERT_TRUE(decoded->view() == content) << content.size();
  }
}

TEST_P(CompressorOf, RoundTripsEverySizeInPieces) {
  Compressor compressor;
  Decompressor decompressor;
  uint64_t seed = 0;
  for (const std::string& content : contents()) {
    const auto coded = compressor.compress(GetParam(), pieces_of(content, ++seed));
    ASSERT_TRUE(coded);
    const auto decoded = decompressor.decompress(GetParam(), pieces_of(coded->view(), seed), bound);
    ASSERT_TRUE(decoded) << decoded.error().what;
    ASSERT_TRUE(decoded->view() == content) << content.size();
  }
}

TEST_P(CompressorOf, GivesTheSameBytesFromUsedState) {
  const base::Rope content = rope_of(SampleSpans(1).take(300'000));
  Compressor used;
  const auto first = used.compress(GetParam(), content);
  ASSERT_TRUE(used.compress(GetParam(), rope_of(random_bytes(70'000, 3))));
  ASSERT_TRUE(used.compress(GetParam(), rope_of("")));
  const auto again = used.compress(GetParam(), content);
  EXPECT_TRUE(first->view() == again->view());
}

TEST_P(CompressorOf, PinsNoMoreThanTwiceItsOutput) {
  Compressor compressor;
  const auto coded = compressor.compress(GetParam(), rope_of(SampleSpans(1).take(1'000'000)));
  ASSERT_TRUE(coded);
  EXPECT_LE(coded->capacity(), 2 * coded->size() + 4_KiB);
}

std::string name_of(const testing::TestParamInfo<Coding>& info) {
  constexpr std::array<const char*, coding_count> names = {
      "identity", "gzip", "zlib", "zstd", "snappy", "snappy_framed", "lz4"};
  return names[static_cast<size_t>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(All, CompressorOf,
                         testing::Values(Coding::identity, Coding::gzip, Coding::zlib, Coding::zstd,
                                         Coding::snappy, Coding::snappy_framed, Coding::lz4),
                         name_of);

TEST(Compressor, RoundTripsEveryLevelAndZlibAgrees) {
  Compressor compressor;
  Decompressor decompressor;
  for (const std::string& content :
       {std::string(), std::string("x"), SampleSpans(5).take(200'000), random_bytes(70'000, 6)}) {
    for (int level = -2; level <= 9; ++level) {
      for (const Coding coding : {Coding::gzip, Coding::zlib}) {
        const auto coded = compressor.compress(coding, pieces_of(content, 9), level);
        ASSERT_TRUE(coded);
        const int bits = coding == Coding::gzip ? gzip_window_bits : zlib_window_bits;
        EXPECT_TRUE(inflate_by_zlib(coded->view(), bits, content.size()) == content) << level;
        const auto decoded = decompressor.decompress(coding, coded->view(), bound);
        ASSERT_TRUE(decoded);
        EXPECT_TRUE(decoded->view() == content) << level;
      }
    }
    for (const int level : {-7, -1, 0, 1, 3, 6, 11, 22}) {
      const auto coded = compressor.compress(Coding::zstd, pieces_of(content, 9), level);
      ASSERT_TRUE(coded);
      const auto decoded = decompressor.decompress(Coding::zstd, coded->view(), bound);
      ASSERT_TRUE(decoded);
      EXPECT_TRUE(decoded->view() == content) << level;
    }
  }
}

TEST(Compressor, ShrinksMoreAtHigherLevels) {
  Compressor compressor;
  const base::Rope content = rope_of(SampleSpans(1).take(1'000'000));
  const auto size = [&](Coding coding, int level) {
    return compressor.compress(coding, content, level)->size();
  };
  EXPECT_LT(size(Coding::gzip, 1), size(Coding::gzip, 0));
  EXPECT_EQ(size(Coding::gzip, -1), size(Coding::gzip, 1));
  EXPECT_LT(size(Coding::gzip, 9), size(Coding::gzip, 1));
  EXPECT_EQ(size(Coding::zstd, -1), size(Coding::zstd, 1));
  EXPECT_EQ(size(Coding::zstd, 10), size(Coding::zstd, 22));
  EXPECT_LT(size(Coding::zstd, 11), size(Coding::zstd, 1));
}

TEST(Compressor, SparesSmallMessagesCodesOfTheirOwnByDefault) {
  Compressor compressor;
  const auto coded = [&](size_t size, int level) {
    const auto output =
        compressor.compress(Coding::gzip, rope_of(SampleSpans(1).take(size)), level);
    return std::string(output->view());
  };
  EXPECT_EQ(coded(8_KiB - 1, level_default), coded(8_KiB - 1, 0));
  EXPECT_EQ(coded(8_KiB, level_default), coded(8_KiB, 1));
  EXPECT_NE(coded(8_KiB, 0), coded(8_KiB, 1));
}

}  // namespace
}  // namespace telemill::codec
