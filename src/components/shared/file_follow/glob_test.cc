#include "components/shared/file_follow/glob.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "components/shared/file_follow/follow_config.h"

namespace telemill::components::shared {
namespace {

TEST(Glob, MatchesAsPeopleExpect) {
  struct Row {
    std::string_view pattern, path;
    bool is_match;
  };
  for (const Row& row : std::initializer_list<Row>{{"/a/*.json", "/a/b.json", true},
                                                   {"/a/*.json", "/a/b/c.json", false},
                                                   {"/a/**/*.json", "/a/c.json", true},
                                                   {"/a/**/*.json", "/a/b/c/d.json", true},
                                                   {"/a/**", "/a/b/c", true},
                                                   {"/a/?.json", "/a/b.json", true},
                                                   {"/a/?.json", "/a/bb.json", false},
                                                   {"/a/[a-c]x", "/a/bx", true},
                                                   {"/a/[^a-c]x", "/a/bx", false},
                                                   {"/a/{b,c{d,e}}.json", "/a/ce.json", true},
                                                   {"/a/{b,c}.json", "/a/d.json", false},
                                                   {"/a/\\*", "/a/*", true},
                                                   {"/a/\\*", "/a/b", false},
                                                   {"a/*", "/a/b", false},
                                                   {"/a/*b*c*d", "/a/xbxbcxdxd", true},
                                                   {"/a/[b", "/a/b", false},
                                                   {"", "", false}}) {
    EXPECT_EQ(glob_matches(row.pattern, row.path), row.is_match) << row.pattern << " " << row.path;
  }
}

TEST(Glob, NamesWhatIsWrong) {
  for (const std::string_view pattern : {"", "a[", "a{b", "a}", "a\\"}) {
    EXPECT_FALSE(glob_problem(pattern).empty()) << pattern;
  }
  EXPECT_TRUE(glob_problem("/var/**/{a,b}[0-9]*.json").empty());
}

TEST(Glob, FindsFilesAndSurvivesLoops) {
  std::string folder = ::testing::TempDir() + "glob-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directories(folder + "/a/b");
  for (const char* name : {"/1.json", "/a/2.json", "/a/b/3.json", "/a/b/3.txt", "/a/skip.json"}) {
    std::ofstream(folder + name) << "x";
  }
  std::filesystem::create_directory_symlink(folder, folder + "/a/loop");
  std::filesystem::create_symlink(folder + "/gone", folder + "/broken.json");
  std::filesystem::create_symlink(folder + "/self.json", folder + "/self.json");
  std::filesystem::create_symlink(folder + "/1.json", folder + "/link.json");
  const auto found =
      find_files({folder + "/**/*.json", folder + "/a/*.json"}, {folder + "/**/skip.json"}, 1000);
  EXPECT_EQ(found, (std::vector<std::string>{folder + "/1.json", folder + "/a/2.json",
                                             folder + "/a/b/3.json", folder + "/link.json"}));
  EXPECT_EQ(find_files({folder + "/**"}, {}, 2).size(), 2U) << "bounded";
  EXPECT_TRUE(find_files({"/no/such/*/folder"}, {}, 10).empty());
  std::filesystem::remove_all(folder);
}

TEST(ByteSize, ReadsNumbersWithAndWithoutUnits) {
  EXPECT_EQ(parse_byte_size("1000"), 1000U);
  EXPECT_EQ(parse_byte_size("1kb"), 1000U);
  EXPECT_EQ(parse_byte_size("16KiB"), 16U << 10);
  EXPECT_EQ(parse_byte_size("1.5 MiB"), 3U << 19);
  EXPECT_EQ(parse_byte_size("16 b"), 16U);
  for (const std::string_view text : {"", "kb", "-1", "1 parsec", "1e3", "nan", "99999999999gib"}) {
    EXPECT_FALSE(parse_byte_size(text)) << text;
  }
}

}  // namespace
}  // namespace telemill::components::shared
