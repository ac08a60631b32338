#include "components/shared/file_follow/line_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace telemill::components::shared {
namespace {

std::vector<std::string> split(std::string_view text, size_t line_bytes_max) {
  LineSplitter splitter(line_bytes_max);
  std::vector<std::string> lines;
  while (auto line = splitter.next(text)) {
    lines.push_back(std::string(line->bytes) + (line->kind == LineKind::piece ? "+" : ""));
    text.remove_prefix(line->consumed);
  }
  if (!text.empty()) lines.push_back(std::string(splitter.rest(text).bytes) + "...");
  return lines;
}

TEST(LineSplitter, EndsLinesAtLineBreaks) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(split("a\nb\r\n\nc", 10), (Lines{"a", "b", "", "c..."}));
  EXPECT_EQ(split("a\rb\n", 10), (Lines{"a\rb"}));
  EXPECT_EQ(split("", 10), Lines{});
  EXPECT_EQ(split("\xff\xfe\n", 10), Lines{"\xff\xfe"});
}

TEST(LineSplitter, CutsLongLinesIntoPieces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(split("1234\n", 4), Lines{"1234"});
  EXPECT_EQ(split("123456789\nx\n", 4), (Lines{"1234+", "5678+", "9+", "x"}));
  EXPECT_EQ(split("12345678\nx\n", 4), (Lines{"1234+", "5678+", "x"}));
}

TEST(LineSplitter, WaitsForTheEndOfALine) {
  LineSplitter splitter(4);
  EXPECT_FALSE(splitter.next("1234"));
  EXPECT_EQ(splitter.next("1234\n")->bytes, "1234");
  EXPECT_EQ(splitter.rest("12").kind, LineKind::unfinished);
}

}  // namespace
}  // namespace telemill::components::shared
