#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "components/shared/file_output/ordered_work.h"
#include "components/shared/file_output/output_file.h"

namespace telemill::components::shared {
namespace {

using Start = OutputFile::Start;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() {
    std::string pattern = ::testing::TempDir() + "output-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OutputFileTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(OutputFileTest, TruncatesOrAppends) {
  const std::string path = folder_ + "/f";
  for (const auto& [start, expected] :
       {std::pair{Start::truncated, "ab"}, {Start::appended, "abab"}, {Start::truncated, "ab"}}) {
    auto file = OutputFile::open(path, start).value();
    EXPECT_TRUE(file.write("a"));
    EXPECT_TRUE(file.write("b"));
    EXPECT_TRUE(file.close());
    EXPECT_EQ(contents(path), expected);
  }
}

TEST_F(OutputFileTest, NamesThePathThatCannotBeOpened) {
  const auto file = OutputFile::open(folder_ + "/missing/f", Start::truncated);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("/missing/f"), std::string::npos);
}

TEST_F(OutputFileTest, DoesNotWaitForTheReaderOfAPipe) {
  const std::string path = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(OutputFile::open(path, Start::truncated));
}

TEST_F(OutputFileTest, ReportsAFullDisk) {
  auto file = OutputFile::open("/dev/full", Start::truncated);
  if (!file) GTEST_SKIP() << "no /dev/full";
  const auto written = file->write("record");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::unavailable);
}

TEST_F(OutputFileTest, KeepsWholeRecordsWhenTheDiskIsFull) {
  for (const Start start : {Start::truncated, Start::appended}) {
    const std::string path = folder_ + "/f";
    auto file = OutputFile::open(path, start).value();
    std::filesystem::resize_file(path, 0);
    ASSERT_TRUE(file.write("whole\n"));
    // A size limit makes the kernel write the first bytes of the next record and refuse the rest.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{.rlim_cur = 8, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const bool is_written = file.write("too long\n").has_value();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)std::signal(SIGXFSZ, handler);
    EXPECT_FALSE(is_written);
    EXPECT_EQ(contents(path), "whole\n");
    EXPECT_TRUE(file.write("more\n"));
    EXPECT_EQ(contents(path), "whole\nmore\n");
    std::filesystem::remove(path);
  }
}

TEST_F(OutputFileTest, RefusesToWriteOnceClosed) {
  auto file = OutputFile::open(folder_ + "/f", Start::truncated).value();
  EXPECT_TRUE(file.close());
  EXPECT_TRUE(file.close());
  EXPECT_FALSE(file.write("late"));
}

class OrderedWorkTest : public ::testing::Test {
 protected:
  void run_until(const auto& is_true) {
    for (int i = 0; i < 1000 && !is_true(); ++i) lane_->run_turn(std::chrono::milliseconds(10));
    ASSERT_TRUE(is_true());
  }
  std::unique_ptr<runtime::Lane> lane_ = runtime::Lane::create({}).value();
  runtime::Worker worker_{4};
};

TEST_F(OrderedWorkTest, AnswersInOrderWithEachResult) {
  OrderedWork work(*lane_, worker_, 100);
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i) {
    work.submit(
        10,
        [i]() -> Result<void, Failure> {
          if (i == 1) return fail(ErrorCode::corrupt, "one");
          return {};
        },
        [&](Result<void, Failure> result) {
          answers.push_back(result ? "ok" : result.error().message);
        });
  }
  run_until([&] { return answers.size() == 3; });
  EXPECT_EQ(answers, (std::vector<std::string>{"ok", "one", "ok"}));
}

TEST_F(OrderedWorkTest, RefusesWhatHasNoRoom) {
  OrderedWork work(*lane_, worker_, 100);
  std::promise<void> gate;
  int ok = 0;
  int refused = 0;
  const auto count = [&](Result<void, Failure> result) { ++(result ? ok : refused); };
  work.submit(
      500,
      [&]() -> Result<void, Failure> {
        gate.get_future().wait();
        return {};
      },
      count);  // larger than the bound, but nothing else waits
  bool has_run = false;
  work.submit(
      1,
      [&]() -> Result<void, Failure> {
        has_run = true;
        return {};
      },
      count);
  EXPECT_EQ(refused, 1);
  gate.set_value();
  run_until([&] { return ok == 1; });
  EXPECT_FALSE(has_run);
  work.submit(1, [] { return Result<void, Failure>(); }, count);
  run_until([&] { return ok == 2; });
}

TEST_F(OrderedWorkTest, FinishesLastAlthoughTheWorkerIsBusy) {
  OrderedWork work(*lane_, worker_, 100);
  std::promise<void> is_running;
  std::promise<void> gate;
  base::UniqueFunction<void()> blocking = [&] {
    is_running.set_value();
    gate.get_future().wait();
  };
  base::UniqueFunction<void()> nothing = [] {};
  ASSERT_TRUE(worker_.submit(blocking, *lane_, nothing));
  is_running.get_future().wait();
  for (int i = 0; i < 4; ++i) {  // fills the worker's queue
    base::UniqueFunction<void()> job = [] {};
    base::UniqueFunction<void()> done = [] {};
    ASSERT_TRUE(worker_.submit(job, *lane_, done));
  }
  bool is_finished = false;
  work.finish([] { return Result<void, Failure>(); },
              [&](Result<void, Failure> result) { is_finished = result.has_value(); });
  lane_->run_turn(std::chrono::milliseconds(0));
  EXPECT_FALSE(is_finished);
  gate.set_value();
  run_until([&] { return is_finished; });
}

TEST_F(OrderedWorkTest, DropsWhatFollowsWhenItIsDestroyed) {
  std::promise<void> gate;
  auto work = std::make_unique<OrderedWork>(*lane_, worker_, 100);
  auto owned = std::make_shared<int>(0);
  bool is_answered = false;
  work->submit(
      1,
      [owned, &gate]() -> Result<void, Failure> {
        gate.get_future().wait();
        ++*owned;
        return {};
      },
      [&](Result<void, Failure>) { is_answered = true; });
  work.reset();
  gate.set_value();
  run_until([&] { return owned.use_count() == 1; });
  EXPECT_EQ(*owned, 1);
  EXPECT_FALSE(is_answered);
}

}  // namespace
}  // namespace telemill::components::shared
