// What the libraries of the reference collector write, byte by byte.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "codec/decompressor.h"

namespace telemill::codec {
namespace {

constexpr std::string_view content = "service.name=cart service.name=cart service.name=checkout";

std::string bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return out;
}

void expect_content(Coding coding, std::string_view hex) {
  Decompressor decompressor;
  const auto output = decompressor.decompress(coding, bytes_of(hex), content.size());
  ASSERT_TRUE(output) << output.error().what;
  EXPECT_EQ(output->view(), content);
}

// Its deflate writers flush before they end, so that the last block is empty.
TEST(Peer, GzipIsRead) {
  expect_content(
      Coding::gzip,
      "1f8b08000000000000ff2a4e2d2acb4c4ed5cb4bcc4db54d4e2c2a51202492919a9c9d5f5a02080000"
      "ffffd0d7a17439000000");
}
TEST(Peer, ZlibIsRead) {
  expect_content(Coding::zlib,
                 "789c2a4e2d2acb4c4ed5cb4bcc4db54d4e2c2a51202492919a9c9d5f5a02080000ffff790215e2");
}

// A stream that does not state its size.
TEST(Peer, ZstdIsRead) {
  expect_content(
      Coding::zstd,
      "28b52ffd04000d01009401736572766963652e6e616d653d63617274206865636b6f7574015411041d"
      "2a848edab2");
}

TEST(Peer, SnappyIsRead) {
  expect_content(Coding::snappy, "3944736572766963652e6e616d653d63617274207e1200186865636b6f7574");
  expect_content(
      Coding::snappy_framed,
      "ff060000734e615070590023000074cce3c53944736572766963652e6e616d653d63617274207e1200"
      "186865636b6f7574");
}

// Independent blocks of 4 MiB and a content checksum.
TEST(Peer, Lz4IsRead) {
  expect_content(Coding::lz4,
                 "04224d186470b929000000ff03736572766963652e6e616d653d636172742012000100240000240"
                 "0b06d653d636865636b6f757400000000e57b4dfa");
}

}  // namespace
}  // namespace telemill::codec
