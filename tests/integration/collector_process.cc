#include "integration/collector_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

namespace telemill::integration {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(5);
constexpr auto ready_patience = std::chrono::seconds(30);

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int open_for_child(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/// The number behind the last `key` in `text`, or `otherwise`.
int64_t number_after(std::string_view text, std::string_view key, int64_t otherwise) {
  const size_t at = text.rfind(key);
  if (at == std::string_view::npos) return otherwise;
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  int64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The port of the log line that has `text`.
uint16_t logged_port(const std::string& log, const std::string& text_of_line) {
  const size_t line = log.find(text_of_line);
  if (line == std::string::npos) return 0;
  const std::string_view text = std::string_view(log).substr(line, log.find('\n', line) - line);
  return static_cast<uint16_t>(number_after(text, ":", 0));
}

size_t status_bytes(pid_t process, std::string_view key) {
  const std::string status = read_file("/proc/" + std::to_string(process) + "/status");
  return static_cast<size_t>(number_after(status, key, 0)) * 1024;
}

/// A metrics page on a port of the kernel's choice, for configurations that say nothing of it: not
/// every collector of a machine can have the default one.
constexpr std::string_view metrics_config = R"(
service:
  telemetry:
    metrics:
      readers:
        - pull:
            exporter:
              prometheus: {host: 127.0.0.1, port: 0, without_scope_info: true, without_units: true,
                           without_type_suffix: true}
)";

std::vector<std::string> with_config(std::vector<std::string> arguments, const Folder& folder,
                                     std::string_view config) {
  arguments.insert(arguments.begin(), {"--config", folder.write("metrics.yaml", metrics_config),
                                       "--config", folder.write("config.yaml", config)});
  return arguments;
}

}  // namespace

const char* const plain_config = R"(
receivers:
  otlp:
    protocols:
      grpc: {endpoint: '127.0.0.1:0'}
      http: {endpoint: '127.0.0.1:0'}
exporters: {nop: }
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [nop]}
    metrics: {receivers: [otlp], exporters: [nop]}
    logs: {receivers: [otlp], exporters: [nop]}
)";

Folder::Folder() {
  std::string path = std::filesystem::temp_directory_path() / "telemill-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  path_ = path;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, std::string_view text) const {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

ChildProgram::ChildProgram(const std::vector<std::string>& arguments, const std::string& program) {
  std::vector<std::string> texts = arguments;
  texts.insert(texts.begin(), program);
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  const int log = open_for_child(folder_.path("log"));
  const int output = open_for_child(folder_.path("output"));
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execvp(pointers.front(), pointers.data());
    ::_exit(127);
  }
  ::close(log);
  ::close(output);
  EXPECT_GT(process_, 0);
}

ChildProgram::~ChildProgram() {
  if (!is_running()) return;
  send_signal(SIGTERM);
  wait(std::chrono::seconds(5));
}

std::string ChildProgram::log() const { return read_file(folder_.path("log")); }

bool ChildProgram::is_running() {
  if (process_ <= 0) return false;
  if (!has_ended_) has_ended_ = ::waitpid(process_, &status_, WNOHANG) == process_;
  return !has_ended_;
}

void ChildProgram::send_signal(int number) const noexcept {
  if (process_ > 0 && !has_ended_) ::kill(process_, number);
}

bool ChildProgram::wait_for_log(std::string_view text) {
  const auto end = std::chrono::steady_clock::now() + ready_patience;
  while (log().find(text) == std::string::npos) {
    if (!is_running()) return log().find(text) != std::string::npos;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(poll_interval);
  }
  return true;
}

Ended ChildProgram::wait(std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (is_running()) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "the program does not end\n" << log();
      send_signal(SIGKILL);
    }
    std::this_thread::sleep_for(poll_interval);
  }
  Ended ended{.log = log(), .output = read_file(folder_.path("output"))};
  if (WIFEXITED(status_)) ended.exit_status = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) ended.signal = WTERMSIG(status_);
  return ended;
}

std::string own_address(int host) {
  const int process = ::getpid();
  return "127." + std::to_string(process >> 8 & 0x7f) + "." + std::to_string(process & 0xff) + "." +
         std::to_string(host);
}

CollectorProcess::CollectorProcess(const std::string& config, std::vector<std::string> arguments)
    : child_(with_config(std::move(arguments), folder_, config)) {
  EXPECT_TRUE(child_.wait_for_log("Everything is ready")) << child_.log();
  const std::string log = child_.log();
  grpc_port_ = logged_port(log, "Starting gRPC server");
  http_port_ = logged_port(log, "Starting HTTP server");
  metrics_port_ = logged_port(log, "Serving metrics");
}

size_t CollectorProcess::resident_bytes() const { return status_bytes(child_.process(), "VmRSS:"); }
size_t CollectorProcess::peak_bytes() const { return status_bytes(child_.process(), "VmHWM:"); }

void CollectorProcess::forget_peak() const {
  std::ofstream("/proc/" + std::to_string(child_.process()) + "/clear_refs") << "5";
}

size_t CollectorProcess::descriptor_count() const {
  std::error_code ignored;
  const std::filesystem::directory_iterator folder(
      "/proc/" + std::to_string(child_.process()) + "/fd", ignored);
  return static_cast<size_t>(std::distance(begin(folder), end(folder)));
}

Counts CollectorProcess::stop() {
  child_.send_signal(SIGTERM);
  const Ended ended = child_.wait();
  EXPECT_EQ(ended.exit_status, 0) << "signal " << ended.signal << "\n" << ended.log;
  const Counts counts{.received = number_after(ended.log, "received=", -1),
                      .delivered = number_after(ended.log, "delivered=", -1),
                      .refused = number_after(ended.log, "refused=", -1),
                      .lost = number_after(ended.log, "lost=", -1)};
  EXPECT_GE(counts.received, 0) << "no counts in\n" << ended.log;
  return counts;
}

}  // namespace telemill::integration
