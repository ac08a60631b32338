#include "base/log_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace telemill::log {
namespace {

/// A pipe that nobody reads until the test does.
struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  [[nodiscard]] std::string read() const {
    std::array<char, 1 << 16> bytes{};
    const ssize_t size = ::read(ends[0], bytes.data(), bytes.size());
    return {bytes.data(), static_cast<size_t>(size > 0 ? size : 0)};
  }
  std::array<int, 2> ends{};
};

TEST(LogOutput, IsNotHeldUpByAPipeThatNobodyReads) {
  const Pipe pipe;
  Output output(pipe.ends[1]);
  const std::string line(1023, 'x');
  const uint64_t dropped_before = Output::dropped_lines();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 10'000; ++i) output.write(line + "\n");  // 10 MB into 64 KiB
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_GT(Output::dropped_lines() - dropped_before, 9'000U);

  while (pipe.read().size() == 1 << 16) {
  }
  output.write("after\n");
  const std::string text = pipe.read();
  EXPECT_NE(text.find("log lines dropped: output too slow)\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\nafter\n")) << text;
}

TEST(LogOutput, AppendsToAFileByPathAndByUrl) {
  std::string folder = std::filesystem::temp_directory_path() / "telemill-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/log";
  for (const std::string& name : {path, "file://" + path}) {
    auto output = Output::open(name);
    ASSERT_TRUE(output.has_value());
    (*output)->write("line\n");
  }
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "line\nline\n");
  std::filesystem::remove_all(folder);
}

TEST(LogOutput, NamesAPathThatCannotBeOpened) {
  const auto output = Output::open("/does/not/exist/log");
  ASSERT_FALSE(output.has_value());
  EXPECT_NE(output.error().message.find("\"/does/not/exist/log\": No such file"), std::string::npos)
      << output.error().message;
}

}  // namespace
}  // namespace telemill::log
