#include "components/shared/file_follow/follower.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "codec/compressor.h"

namespace telemill::components::shared {
namespace {

using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

class Collected final : public LineTaker {
 public:
  bool take(const FollowedLine& line) override {
    if (line.kind == LineKind::unfinished && !takes_unfinished) return false;
    if (line.kind == LineKind::piece) {
      ++pieces;
      return true;
    }
    lines.emplace_back(line.bytes);
    return true;
  }
  [[nodiscard]] bool is_full() const noexcept override { return lines.size() >= lines_max; }

  Lines lines;
  size_t pieces = 0;
  size_t lines_max = SIZE_MAX;
  bool takes_unfinished = true;
};

class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest() {
    std::string pattern = ::testing::TempDir() + "follow-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    config_.include = {folder_ + "/*.log"};
    config_.start_at = StartAt::beginning;
    config_.fingerprint_size = {.kind = config::NodeKind::scalar, .text = "16"};
  }
  ~FollowerTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::app | std::ios::binary) << text;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::trunc | std::ios::binary) << text;
  }
  /// One poll and all it brings.
  Lines look(Duration later = std::chrono::milliseconds(200)) {
    if (!follower_) follower_ = std::make_unique<Follower>(config_, replays_);
    now_ += later;
    taker_.lines.clear();
    follower_->poll(now_, 1'800'000'000'000'000'000);
    while (follower_->read(taker_, now_)) {
    }
    return taker_.lines;
  }

  std::string folder_;
  FollowConfig config_;
  bool replays_ = false;
  std::unique_ptr<Follower> follower_;
  Collected taker_;
  TimePoint now_{};
};

TEST_F(FollowerTest, ReadsWhatIsThereAndWhatComes) {
  write("a.log", "first line of a file\nsecond\r\n\npart");
  EXPECT_EQ(look(), (Lines{"first line of a file", "second"}));
  append("a.log", "ial\nlast\n");
  EXPECT_EQ(look(), (Lines{"partial", "last"}));
  EXPECT_EQ(look(), Lines{});
}

TEST_F(FollowerTest, StartsAtTheEndOfWhatIsThereOnly) {
  config_.start_at = StartAt::end;
  write("a.log", "old line of the first file\n");
  EXPECT_EQ(look(), Lines{});
  append("a.log", "new\n");
  write("b.log", "all of a later file\n");
  const Lines lines = look();
  EXPECT_EQ(std::set(lines.begin(), lines.end()),
            (std::set<std::string>{"new", "all of a later file"}));
}

TEST_F(FollowerTest, TakesALastLineWhenTheFileRests) {
  write("a.log", "no line break at its end");
  EXPECT_EQ(look(), Lines{});
  EXPECT_EQ(look(std::chrono::seconds(1)), Lines{"no line break at its end"});
  EXPECT_EQ(look(std::chrono::seconds(1)), Lines{});
}

TEST_F(FollowerTest, KeepsALastLineThatIsNotWanted) {
  taker_.takes_unfinished = false;
  write("a.log", "half of a document");
  look();
  EXPECT_EQ(look(std::chrono::seconds(1)), Lines{});
  append("a.log", " and its end\n");
  EXPECT_EQ(look(), Lines{"half of a document and its end"});
}

TEST_F(FollowerTest, FollowsAFileThatIsRenamed) {
  write("a.log", "old file, its line one\n");
  EXPECT_EQ(look().size(), 1U);
  append("a.log", "written just before\n");
  fs::rename(path("a.log"), path("a.1.log"));
  write("a.log", "new file, its line one\n");
  const Lines lines = look();
  EXPECT_EQ(std::set(lines.begin(), lines.end()),
            (std::set<std::string>{"written just before", "new file, its line one"}));
}

TEST_F(FollowerTest, ReadsToTheEndWhatIsRenamedAwayOrDeleted) {
  write("a.log", "line one of the file\n");
  EXPECT_EQ(look().size(), 1U);
  append("a.log", "just before it went\n");
  fs::rename(path("a.log"), path("a.log.1"));
  EXPECT_EQ(look(), Lines{"just before it went"});
  write("b.log", "another file, soon gone\n");
  EXPECT_EQ(look().size(), 1U);
  append("b.log", "its last words\n");
  fs::remove(path("b.log"));
  EXPECT_EQ(look(), Lines{"its last words"});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(look(), Lines{});
  EXPECT_EQ(follower_->file_count(), 0U);
  EXPECT_EQ(follower_->open_count(), 0U);
}

TEST_F(FollowerTest, KnowsACopyThatWasMadeBeforeTruncation) {
  write("a.log", "old file, its line one\n");
  EXPECT_EQ(look().size(), 1U);
  fs::copy_file(path("a.log"), path("a.1.log"));
  EXPECT_EQ(look(), Lines{}) << "the copy, before the original is cut";
  fs::resize_file(path("a.log"), 0);
  EXPECT_EQ(look(), Lines{});
  append("a.log", "new file, its line one\n");
  EXPECT_EQ(look(), Lines{"new file, its line one"});
}

TEST_F(FollowerTest, StartsOverWhenAFileIsCutAndBeginsAlike) {
  write("a.log", "the same first line\nsecond line\n");
  EXPECT_EQ(look().size(), 2U);
  write("a.log", "the same first line\n");
  EXPECT_EQ(look(), Lines{"the same first line"});
}

TEST_F(FollowerTest, ReadsAgainWhatWasNotTaken) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "number " + std::to_string(i) + " of ten\n";
  write("a.log", text);
  Lines all;
  follower_ = std::make_unique<Follower>(config_, false);
  follower_->poll(now_, 0);
  for (bool has_more = true; has_more;) {
    Collected three;
    three.lines_max = 3;
    has_more = follower_->read(three, now_);
    EXPECT_LE(three.lines.size(), 3U);
    all.insert(all.end(), three.lines.begin(), three.lines.end());
  }
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all.back(), "number 9 of ten");
}

TEST_F(FollowerTest, ReadsGzipFilesAndNothingTwice) {
  config_.include = {folder_ + "/*"};
  config_.compression = FileCompression::automatic;
  const std::string text = "a line of the archive\nand one more\n";
  const base::Rope rope(base::Slice::of_static(text));
  const auto coded = codec::Compressor().compress(codec::Coding::gzip, rope).value();
  write("b.log", text);
  EXPECT_EQ(look().size(), 2U);
  fs::remove(path("b.log"));
  write("b.log.gz", std::string(coded.view()));
  EXPECT_EQ(look(), Lines{}) << "the same content, compressed by a rotation";
  append("b.log.gz", std::string(coded.view()));
  EXPECT_EQ(look().size(), 2U) << "another member";
}

TEST_F(FollowerTest, BoundsALineWithoutEnd) {
  config_.max_log_size = {.kind = config::NodeKind::scalar, .text = "1MiB"};
  write("a.log", "0123456789abcdef");
  fs::resize_file(path("a.log"), uint64_t{1} << 30);
  append("a.log", "\nafter it\n");
  EXPECT_EQ(look(), Lines{"after it"});
  EXPECT_EQ(taker_.pieces, 1024U);
}

TEST_F(FollowerTest, TruncatesLongLinesWhenTold) {
  config_.max_log_size = {.kind = config::NodeKind::scalar, .text = "4"};
  config_.max_log_size_behavior = LongLines::truncate;
  write("a.log", "123456789012345678\nab\n");
  EXPECT_EQ(look(), (Lines{"1234", "ab"}));
}

TEST_F(FollowerTest, FollowsThousandsOfFilesWithFewOpen) {
  config_.max_concurrent_files = 50;
  for (int i = 0; i < 2000; ++i) {
    write(std::to_string(i) + ".log", "first line of file number " + std::to_string(i) + "\n");
  }
  config_.fingerprint_size = {};
  EXPECT_EQ(look().size(), 2000U);
  EXPECT_LE(follower_->open_count(), 50U);
  for (int i = 0; i < 2000; ++i) append(std::to_string(i) + ".log", "second\n");
  EXPECT_EQ(look().size(), 2000U);
  EXPECT_LE(follower_->open_count(), 50U);
  EXPECT_EQ(look().size(), 0U);
}

TEST_F(FollowerTest, ReplaysWholeFiles) {
  replays_ = true;
  write("a.log", "line one of a file\nline two\n");
  EXPECT_EQ(look().size(), 2U);
  EXPECT_EQ(look().size(), 2U);
}

TEST_F(FollowerTest, PassesOverWhatIsNoFileOrTooOld) {
  config_.exclude_older_than = std::chrono::hours(1);
  ASSERT_EQ(::mkfifo(path("pipe.log").c_str(), 0600), 0);
  fs::create_directory(path("folder.log"));
  write("old.log", "long ago, somebody wrote\n");
  fs::last_write_time(path("old.log"),
                      fs::file_time_type::clock::now() - std::chrono::hours(50000));
  write("empty.log", "");
  EXPECT_EQ(look(), Lines{});
}

TEST_F(FollowerTest, SkipsAByteOrderMark) {
  write("a.log", "\xef\xbb\xbfline after the mark\n");
  EXPECT_EQ(look(), Lines{"line after the mark"});
}

}  // namespace
}  // namespace telemill::components::shared
