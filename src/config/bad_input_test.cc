// Configurations that no person writes: bounded work, bounded words. Work is counted, not timed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/fake_sources.h"
#include "config/load.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using testing::HasSubstr;

constexpr size_t line_count = 10'000;

/// Answers `count:...` with its own text and remembers how often.
class CountingSource final : public Source {
 public:
  [[nodiscard]] std::string_view scheme() const noexcept override { return "count"; }
  Result<Retrieved, Failure> retrieve(std::string_view rest) override {
    ++asked;
    return Retrieved{.text = std::string(rest), .is_set = true, .is_text = false};
  }
  size_t asked = 0;
};

/// Loads `text` as a file, with `count:` beside the fakes.
Loaded load_text(const std::string& text, CountingSource& counting) {
  test::FakeFiles files({{"t.yaml", text}});
  FileSource file(files);
  Sources sources;
  sources.add(file);
  sources.add(counting);
  return load({.uris = {"t.yaml"}, .sets = {}}, sources);
}

std::string lines(std::string_view line) {
  std::string text;
  for (size_t i = 0; i < line_count; ++i) text += fmt::format(fmt::runtime(line), i);
  return text;
}

TEST(BadInput, TenThousandLinesAreReadOnceEach) {
  CountingSource counting;
  const Loaded loaded = load_text(lines("key{0}: ${{count:{0}}}\n"), counting);
  EXPECT_TRUE(loaded.problems.empty()) << loaded.problems.render(loaded.names);
  EXPECT_EQ(loaded.root.entries.size(), line_count);
  EXPECT_EQ(loaded.root.entries.back().value.text, std::to_string(line_count - 1));
  EXPECT_EQ(counting.asked, line_count);
}

TEST(BadInput, TenThousandKeysTwiceAreToldInBoundedWords) {
  CountingSource counting;
  const Loaded loaded = load_text(lines("key{}: 1\n") + lines("key{}: 2\n"), counting);
  EXPECT_TRUE(loaded.problems.has_errors());
  EXPECT_LE(loaded.problems.size(), Problems::kept_max);
  const std::string text = loaded.problems.render(loaded.names);
  EXPECT_THAT(text, HasSubstr("t.yaml:10001:1: key \"key0\" is given twice"));
  EXPECT_LE(std::ranges::count(text, '\n'), static_cast<ptrdiff_t>(Problems::kept_max + 1));
}

TEST(BadInput, TenThousandMistakesAreToldInBoundedWords) {
  CountingSource counting;
  const Loaded loaded = load_text(lines("key{}: ${{nosuch:x}}\n"), counting);
  EXPECT_EQ(loaded.problems.error_count(), line_count);
  EXPECT_LE(loaded.problems.size(), Problems::kept_max);
}

TEST(BadInput, TenThousandLevelsAreRefused) {
  for (const std::string_view level : {"{", "[", "{a: ", "- "}) {
    std::string text = "a: ";
    if (level == "- ") text += "\n";
    for (size_t i = 0; i < line_count; ++i) text += level;
    CountingSource counting;
    EXPECT_TRUE(load_text(text, counting).problems.has_errors()) << level;
  }
}

TEST(BadInput, FilesThatNameEachOtherAreRefused) {
  const test::FakeSources fakes({}, {{"a.yaml", "x: ${file:b.yaml}\n"},
                                     {"b.yaml", "x: ${file:a.yaml}\n"},
                                     {"c.txt", "${file:d.txt}"},
                                     {"d.txt", "${file:c.txt}"},
                                     {"top.yaml", "y: ${file:c.txt}\n"}});
  const Loaded mappings = load({.uris = {"a.yaml"}, .sets = {}}, fakes.all());
  EXPECT_THAT(mappings.problems.render(mappings.names), HasSubstr("levels"));
  const Loaded texts = load({.uris = {"top.yaml"}, .sets = {}}, fakes.all());
  EXPECT_THAT(texts.problems.render(texts.names), HasSubstr("refer to itself"));
}

/// Files that are there for the first look only.
class VanishingFiles final : public Files {
 public:
  Result<std::string, Failure> read(const std::string& path) override {
    if (path == "t.yaml") return std::string("a: ${file:part}\nb: ${file:part}\n");
    if (was_read_) return fail(ErrorCode::unavailable, "cannot read file " + path + ": gone");
    was_read_ = true;
    return std::string("text");
  }

 private:
  bool was_read_ = false;
};

TEST(BadInput, AFileThatVanishesIsNamedWhereItWasWanted) {
  VanishingFiles files;
  FileSource file(files);
  Sources sources;
  sources.add(file);
  const Loaded loaded = load({.uris = {"t.yaml"}, .sets = {}}, sources);
  EXPECT_EQ(loaded.problems.render(loaded.names), "t.yaml:2:4: b: cannot read file part: gone\n");
}

TEST(BadInput, AFileThatMayNotBeReadIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  char folder[] = "/tmp/telemill_config_XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/secret.yaml";
  std::ofstream(path) << "a: 1\n";
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  EXPECT_THAT(LocalFiles().read(path).error().message, HasSubstr("Permission denied"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace telemill::config
