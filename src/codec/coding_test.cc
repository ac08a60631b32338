#include "codec/coding.h"

#include <gtest/gtest.h>

#include <string>

namespace telemill::codec {
namespace {

static_assert(coding_from_http("deflate") == Coding::zlib);
static_assert(coding_from_http("zlib") == Coding::zlib);
static_assert(coding_from_grpc("snappy") == Coding::snappy_framed);
static_assert(http_name(Coding::zlib) == "deflate");

TEST(Coding, ReadsHttpNamesWithoutCase) {
  EXPECT_EQ(coding_from_http(""), Coding::identity);
  EXPECT_EQ(coding_from_http("identity"), Coding::identity);
  EXPECT_EQ(coding_from_http("GZip"), Coding::gzip);
  EXPECT_EQ(coding_from_http("zstd"), Coding::zstd);
  EXPECT_EQ(coding_from_http("snappy"), Coding::snappy);
  EXPECT_EQ(coding_from_http("x-snappy-framed"), Coding::snappy_framed);
  EXPECT_EQ(coding_from_http("lz4"), Coding::lz4);
}

TEST(Coding, KnowsNoOtherHttpName) {
  for (const std::string_view name : {"br", "none", "gzip, zstd", " gzip", "gzi", "gzipp"}) {
    EXPECT_EQ(coding_from_http(name), std::nullopt) << name;
  }
}

TEST(Coding, ReadsGrpcNamesExactly) {
  EXPECT_EQ(coding_from_grpc("identity"), Coding::identity);
  EXPECT_EQ(coding_from_grpc("gzip"), Coding::gzip);
  EXPECT_EQ(coding_from_grpc("zstd"), Coding::zstd);
  for (const std::string_view name : {"GZIP", "lz4", "deflate", "x-snappy-framed"}) {
    EXPECT_EQ(coding_from_grpc(name), std::nullopt) << name;
  }
}

TEST(Coding, ReadsConfigNames) {
  EXPECT_EQ(coding_from_http_config("none"), Coding::identity);
  EXPECT_EQ(coding_from_http_config("deflate"), Coding::zlib);
  EXPECT_EQ(coding_from_http_config("snappy"), Coding::snappy);
  EXPECT_EQ(coding_from_http_config("identity"), std::nullopt);
  EXPECT_EQ(coding_from_grpc_config("snappy"), Coding::snappy_framed);
  EXPECT_EQ(coding_from_grpc_config("zlib"), std::nullopt);
}

TEST(Coding, NamesWhatItReads) {
  for (size_t i = 0; i < coding_count; ++i) {
    const auto coding = static_cast<Coding>(i);
    EXPECT_EQ(coding_from_http(http_name(coding)), coding);
    if (const auto name = grpc_name(coding)) {
      EXPECT_EQ(coding_from_grpc(*name), coding);
    }
  }
  EXPECT_EQ(http_name(Coding::identity), "");
  EXPECT_EQ(grpc_name(Coding::identity), "identity");
  EXPECT_EQ(grpc_name(Coding::lz4), std::nullopt);
}

TEST(Coding, TellsTheTwoSnappyFormatsApart) {
  const std::string framed = std::string(snappy_frame_magic) + "rest";
  EXPECT_EQ(coding_of_http_body(Coding::snappy, framed), Coding::snappy_framed);
  EXPECT_EQ(coding_of_http_body(Coding::snappy, snappy_frame_magic.substr(0, 9)), Coding::snappy);
  EXPECT_EQ(coding_of_http_body(Coding::snappy, ""), Coding::snappy);
  EXPECT_EQ(coding_of_http_body(Coding::gzip, framed), Coding::gzip);
}

TEST(Coding, AcceptsTheLevelsOfTheConfig) {
  for (const int level : {-2, -1, 0, 9}) EXPECT_TRUE(accepts_level(Coding::gzip, level));
  for (const int level : {-3, 10}) EXPECT_FALSE(accepts_level(Coding::zlib, level));
  for (const int level : {-100, 0, 22}) EXPECT_TRUE(accepts_level(Coding::zstd, level));
  EXPECT_TRUE(accepts_level(Coding::lz4, level_default));
  EXPECT_FALSE(accepts_level(Coding::snappy, 1));
}

}  // namespace
}  // namespace telemill::codec
