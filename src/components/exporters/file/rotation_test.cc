#include "components/exporters/file/rotation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "components/exporters/file/grouping.h"

namespace telemill::components::exporters::file {
namespace {

constexpr UnixNanos noon = 1'795'176'245'007'000'000;  // 2026-11-20T12:04:05.007Z

class RotationTest : public ::testing::Test {
 protected:
  RotationTest() {
    std::string pattern = ::testing::TempDir() + "rotation-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RotationTest() override { std::filesystem::remove_all(folder_); }
  void touch(const std::string& name) const { std::ofstream(folder_ + "/" + name) << name; }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(folder_ + "/" + name);
  }
  std::string folder_;
};

TEST_F(RotationTest, NamesBackupsByTimeBeforeTheExtension) {
  EXPECT_EQ(backup_path("/no/data.json", noon, false), "/no/data-2026-11-20T12-04-05.007.json");
  EXPECT_EQ(backup_path("/no.such/data", noon, false), "/no.such/data-2026-11-20T12-04-05.007");
}

TEST_F(RotationTest, NeverTakesANameThatIsTaken) {
  touch("data-2026-11-20T12-04-05.007.json");
  std::filesystem::create_symlink("nowhere", folder_ + "/data-2026-11-20T12-04-05.008.json");
  EXPECT_EQ(backup_path(folder_ + "/data.json", noon, false),
            folder_ + "/data-2026-11-20T12-04-05.009.json");
}

TEST_F(RotationTest, ReadsTheTimeOfItsOwnBackupsOnly) {
  EXPECT_EQ(backup_time("data.json", "data-2026-11-20T12-04-05.007.json"), noon);
  for (const std::string_view name :
       {"data.json", "data-.json", "data-2026-11-20T12-04-05.007",
        "data-2026-13-20T12-04-05.007.json", "other-2026-11-20T12-04-05.007.json",
        "data-2026-11-20T12-04-05x007.json", "data-1969-11-20T12-04-05.007.json",
        "data-2026-11-20T12-04-05.0070.json"}) {
    EXPECT_FALSE(backup_time("data.json", name)) << name;
  }
}

TEST_F(RotationTest, PrunesByCountAndByAge) {
  for (const char* day : {"16", "17", "18", "19"}) {
    touch(std::string("d-2026-11-") + day + "T00-00-00.000.json");
  }
  touch("d-notes.json");
  touch("d.json");
  prune_backups(folder_ + "/d.json", {.max_backups = 3}, noon);
  EXPECT_FALSE(has("d-2026-11-16T00-00-00.000.json"));
  EXPECT_TRUE(has("d-2026-11-17T00-00-00.000.json"));
  prune_backups(folder_ + "/d.json", {.max_days = 2, .max_backups = 0}, noon);
  EXPECT_FALSE(has("d-2026-11-18T00-00-00.000.json"));
  EXPECT_TRUE(has("d-2026-11-19T00-00-00.000.json"));
  EXPECT_TRUE(has("d-notes.json"));
  EXPECT_TRUE(has("d.json"));
}

TEST(GroupPath, StaysBelowThePrefix) {
  const auto path = [](std::string_view segment) {
    return group_path("/data/", segment, ".json").value();
  };
  EXPECT_EQ(path("a"), "/data/a.json");
  EXPECT_EQ(path("a/b"), "/data/a/b.json");
  EXPECT_EQ(path("./a"), "/data/a.json");
  EXPECT_EQ(path("../a"), "/data/a.json");
  EXPECT_EQ(path("/etc/passwd"), "/data/etc/passwd.json");
  EXPECT_EQ(path("a/../../../etc/x"), "/data/etc/x.json");
  EXPECT_EQ(path(".."), "/data/...json");
  EXPECT_EQ(group_path("/data/x-", "../../../y", "").value(), "/data/x-/y");
  EXPECT_EQ(group_path("data/", "../y", "").value(), "data/y");
}

TEST(GroupPath, RefusesWhatNamesNoFile) {
  EXPECT_FALSE(group_path("/data/", std::string_view("a\0b", 3), ".json"));
  EXPECT_FALSE(group_path("/data/", std::string(300, 'a'), ".json"));
  EXPECT_FALSE(group_path("/data/", std::string(5000, '/') + std::string(4000, 'b'), ".json"));
  EXPECT_FALSE(group_path("/data/", "..", ""));
  EXPECT_FALSE(group_path("/data/", "", ""));
}

}  // namespace
}  // namespace telemill::components::exporters::file
