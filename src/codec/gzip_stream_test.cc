#include "codec/gzip_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "codec/compressor.h"

namespace telemill::codec {
namespace {

std::string gzip(const std::string& content) {
  const base::Rope rope(base::Slice::of_static(content));
  return std::string(Compressor().compress(Coding::gzip, rope).value().view());
}

std::string text_of(size_t size) {
  base::Random random(7);
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(random.u64() % 1000) + "\n";
  return text;
}

/// Feeds `input` in pieces of `piece_bytes` and takes the content in pieces of `room`.
Result<std::string> inflate(std::string_view input, size_t piece_bytes, size_t room) {
  GzipStream stream;
  std::string content;
  std::string held;
  while (!input.empty() || !held.empty()) {
    const std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    held += piece;
    std::string out(room, '\0');
    TELEMILL_ASSIGN(const GzipStream::Step step, stream.inflate(held, out.data(), room));
    content += out.substr(0, step.produced);
    held.erase(0, step.consumed);
    if (piece.empty() && step.consumed == 0 && step.produced == 0) break;
  }
  return content;
}

TEST(GzipStream, ReadsMembersInARowInPiecesOfAnySize) {
  const std::string first = text_of(100'000);
  const std::string second = text_of(3'000);
  const std::string coded = gzip(first) + gzip("") + gzip(second);
  for (const size_t piece : {1U, 7U, 1000U, 1000000U}) {
    for (const size_t room : {13U, 4096U, 1000000U}) {
      EXPECT_EQ(inflate(coded, piece, room).value(), first + second) << piece << " " << room;
    }
  }
}

TEST(GzipStream, GivesWhatThereIsOfAFileThatGrows) {
  const std::string content = text_of(50'000);
  const std::string coded = gzip(content);
  const std::string part = inflate(coded.substr(0, coded.size() / 2), 4096, 4096).value();
  EXPECT_FALSE(part.empty());
  EXPECT_TRUE(content.starts_with(part));
}

TEST(GzipStream, RefusesBrokenData) {
  std::string coded = gzip(text_of(5'000));
  coded[coded.size() - 6] ^= 1;  // the checksum
  EXPECT_FALSE(inflate(coded, 4096, 4096));
  EXPECT_FALSE(inflate("this is no gzip file at all", 4096, 4096));
}

}  // namespace
}  // namespace telemill::codec
