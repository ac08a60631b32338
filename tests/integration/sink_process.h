#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integration/collector_process.h"

/// `telemill sink` as a child process: the back end of integration tests.
namespace telemill::integration {

/// A back end on ports of the kernel's choice. Writes each id that came to a file, and each request
/// to a folder of its own when asked to.
class SinkProcess {
 public:
  struct Options {
    bool saves_requests = false;
    std::string grpc = "127.0.0.1:0";      // or unix:PATH
    std::vector<std::string> arguments{};  // more of them: how to misbehave
  };
  /// Waits until it listens; a failed test when it never does.
  explicit SinkProcess(bool saves_requests = false);
  explicit SinkProcess(const Options& options);

  [[nodiscard]] uint16_t grpc_port() const noexcept { return grpc_port_; }
  [[nodiscard]] uint16_t http_port() const noexcept { return http_port_; }

  /// Waits until it has received something; false when nothing comes for a minute.
  [[nodiscard]] bool wait_for_items() const;
  /// Waits for so many different items; false when they do not come within a minute.
  [[nodiscard]] bool wait_for_items(uint64_t count) const;
  /// Asks it to end and waits; its files are complete then. Returns its summary, for failures.
  std::string stop();
  [[nodiscard]] std::string ids_path() const { return folder_.path("ids"); }
  /// The file of saved requests of a signal, such as "traces".
  [[nodiscard]] std::string saved_path(std::string_view signal) const {
    return folder_.path(std::string(signal) + ".otlp");
  }

 private:
  Folder folder_;
  ChildProgram child_;
  uint16_t grpc_port_ = 0;
  uint16_t http_port_ = 0;
  uint16_t admin_port_ = 0;
};

}  // namespace telemill::integration
