#include "codec/crc32c.h"

#include <gtest/gtest.h>

#include "codec/sample_spans.h"

namespace telemill::codec {
namespace {

TEST(Crc32c, GivesTheValuesOfRfc3720) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(Crc32c, EqualsItsSpecificationAtEveryLengthAndStart) {
  const std::string bytes = random_bytes(700, 1);
  for (size_t start = 0; start < 17; ++start) {
    for (size_t size = 0; start + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view{bytes}.substr(start, size);
      ASSERT_EQ(crc32c(part), crc32c_portable(part)) << start << " " << size;
    }
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  const std::string bytes = random_bytes(100'000, 2);
  const std::string_view view = bytes;
  const uint32_t whole = crc32c_portable(view);
  for (const size_t cut : {0U, 1U, 7U, 4096U, 99'999U, 100'000U}) {
    EXPECT_EQ(crc32c(view.substr(cut), crc32c(view.substr(0, cut))), whole);
    EXPECT_EQ(crc32c_portable(view.substr(cut), crc32c_portable(view.substr(0, cut))), whole);
  }
}

}  // namespace
}  // namespace telemill::codec
