#include "integration/sink_process.h"

#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <thread>

#include "integration/connection.h"

namespace telemill::integration {
namespace {

std::vector<std::string> sink_arguments(const Folder& folder, const SinkProcess::Options& options) {
  std::vector<std::string> arguments{
      "sink",        "-q",      "--grpc",      options.grpc, "--http",
      "127.0.0.1:0", "--admin", "127.0.0.1:0", "--ids-out",  folder.path("ids")};
  if (options.saves_requests) arguments.insert(arguments.end(), {"--save", folder.path("")});
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  return arguments;
}

/// The port in "listening: grpc=127.0.0.1:PORT http=127.0.0.1:PORT".
uint16_t listening_port(std::string_view log, std::string_view protocol) {
  const std::string key = std::string(protocol) + "=127.0.0.1:";
  const size_t at = log.find(key);
  uint16_t port = 0;
  if (at == std::string_view::npos) return port;
  std::from_chars(log.data() + at + key.size(), log.data() + log.size(), port);
  return port;
}

/// The number in "unique":N,"resets", which stands for all signals.
uint64_t unique_items(std::string_view summary) {
  const size_t end = summary.find(",\"resets\"");
  if (end == std::string_view::npos) return 0;
  const size_t begin = summary.rfind(':', end) + 1;
  uint64_t count = 0;
  std::from_chars(summary.data() + begin, summary.data() + end, count);
  return count;
}

}  // namespace

SinkProcess::SinkProcess(bool saves_requests)
    : SinkProcess(Options{.saves_requests = saves_requests}) {}

SinkProcess::SinkProcess(const Options& options) : child_(sink_arguments(folder_, options)) {
  EXPECT_TRUE(child_.wait_for_log("listening:")) << child_.log();
  EXPECT_TRUE(child_.wait_for_log("\n"));
  const std::string log = child_.log();
  grpc_port_ = listening_port(log, "grpc");
  http_port_ = listening_port(log, "http");
  admin_port_ = listening_port(log, "admin");
  EXPECT_NE(admin_port_, 0) << log;
  EXPECT_EQ(grpc_port_ == 0, options.grpc.starts_with("unix:")) << log;
  EXPECT_NE(http_port_, 0) << log;
}

bool SinkProcess::wait_for_items() const { return wait_for_items(1); }

bool SinkProcess::wait_for_items(uint64_t count) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  Connection connection(admin_port_);
  while (std::chrono::steady_clock::now() < end) {
    connection.send("GET /summary HTTP/1.1\r\nHost: sink\r\n\r\n");
    const std::string answer = connection.receive_answer();
    if (unique_items(answer) >= count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

std::string SinkProcess::stop() {
  child_.send_signal(SIGTERM);
  Ended ended = child_.wait();
  EXPECT_EQ(ended.exit_status, 0) << "signal " << ended.signal << "\n" << ended.log;
  return ended.output;
}

}  // namespace telemill::integration
