#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "transport/server_fixture.h"

// A client that others wrote, over real sockets.
namespace telemill::transport {
namespace {

bool has_curl() { return std::system("curl --version >/dev/null 2>&1") == 0; }  // NOLINT

/// Runs curl beside the server's lane and returns what it printed.
class Curl {
 public:
  explicit Curl(ServerFixture& fixture) : fixture_(fixture) {}

  std::string operator()(const std::string& arguments, const std::string& path) {
    const std::string url = "http://" + fixture_.address().to_string() + path;
    const std::string command = "curl -s -S --max-time 20 " + arguments + " " + url + " 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");  // NOLINT
    std::string output;
    if (pipe == nullptr) return "no pipe to curl";
    bool is_done = false;
    const int descriptor = fileno(pipe);
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    EXPECT_TRUE(fixture_.run_until([&] {
      char bytes[4096];
      const ssize_t count = ::read(descriptor, bytes, sizeof bytes);
      if (count > 0) output.append(bytes, static_cast<size_t>(count));
      if (count == 0) is_done = true;
      return is_done;
    })) << command;
    pclose(pipe);
    return output;
  }

 private:
  ServerFixture& fixture_;
};

class CurlTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!has_curl()) GTEST_SKIP() << "needs the program curl";
  }
  ServerFixture fixture_;
  Curl curl_{fixture_};
};

TEST_P(CurlTest, GetsAnAnswer) {
  EXPECT_EQ(curl_(GetParam(), "/hello?a=1"), "GET /hello 0\n");
  EXPECT_EQ(fixture_.handler.seen.at(0).query, "a=1");
}

TEST_P(CurlTest, PostsALargeBody) {
  const std::string path = testing::TempDir() + "telemill_curl_body_" + std::to_string(::getpid());
  std::string body(2'000'000, 'x');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 % 251);
  std::ofstream(path, std::ios::binary) << body;
  EXPECT_EQ(curl_(std::string(GetParam()) + " --data-binary @" + path, "/v1/traces"),
            "POST /v1/traces 2000000\n");
  EXPECT_EQ(fixture_.handler.seen.at(0).body, body);
  std::remove(path.c_str());
}

TEST_P(CurlTest, PostsChunked) {
  if (std::string(GetParam()) == "--http1.0") GTEST_SKIP() << "HTTP/1.0 has no chunks";
  EXPECT_EQ(curl_(std::string(GetParam()) + " -H 'Transfer-Encoding: chunked' -d hello", "/a"),
            "POST /a 5\n");
}

TEST_P(CurlTest, AsksTwiceOnOneConnection) {
  if (std::string(GetParam()) == "--http2-prior-knowledge") {
    GTEST_SKIP() << "curl 7.88 sends the preface again for its second request";
  }
  const std::string url = "http://" + fixture_.address().to_string() + "/first";
  EXPECT_EQ(curl_(std::string(GetParam()) + " " + url, "/second"), "GET /first 0\nGET /second 0\n");
  EXPECT_EQ(fixture_.handler.seen.size(), 2U);
}

TEST_P(CurlTest, HearsHeadOnly) {
  const std::string output = curl_(std::string(GetParam()) + " -I", "/head");
  EXPECT_NE(output.find("200"), std::string::npos) << output;
  EXPECT_NE(output.find("content-length: 13"), std::string::npos) << output;
}

TEST_P(CurlTest, HearsWhyABodyIsTooLarge) {
  fixture_.handler.body_bytes_max = 1000;
  const std::string path = testing::TempDir() + "telemill_curl_large_" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << std::string(3'000'000, 'x');
  EXPECT_EQ(
      curl_(std::string(GetParam()) + " -o /dev/null -w '%{http_code}' --data-binary @" + path,
            "/v1/traces"),
      "400");
  EXPECT_EQ(fixture_.handler.refusals.at(0), Refusal::too_large);
  std::remove(path.c_str());
}

INSTANTIATE_TEST_SUITE_P(Protocols, CurlTest,
                         testing::Values("--http1.1", "--http1.0", "--http2-prior-knowledge"),
                         [](const auto& param_info) {
                           const std::string text = param_info.param;
                           return text == "--http1.1"   ? "Http11"
                                  : text == "--http1.0" ? "Http10"
                                                        : "Http2";
                         });

}  // namespace
}  // namespace telemill::transport
