#include "codec/decompress_case.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace telemill::codec {
namespace {

TEST(DecompressCase, HoldsForTheSeedCorpus) {
  const auto folder = std::filesystem::path(TELEMILL_SOURCE_ROOT "/src/codec/decompress_corpus");
  size_t case_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input(std::istreambuf_iterator<char>(file), {});
    ASSERT_FALSE(input.empty());
    run_decompress_case(input);
    ++case_count;
  }
  EXPECT_GE(case_count, 2 * coding_count);
}

}  // namespace
}  // namespace telemill::codec
