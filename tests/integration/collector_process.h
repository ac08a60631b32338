#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The real program as a child process: what integration tests share.
namespace telemill::integration {

/// How a run of the program ended.
struct Ended {
  int exit_status = -1;  // -1: by a signal, or not at all
  int signal = 0;        // which one
  std::string log;       // all that came to stderr
  std::string output;    // and to stdout
};

/// The counts of the line that a collector prints at its end.
struct Counts {
  int64_t received = -1;
  int64_t delivered = -1;
  int64_t refused = -1;
  int64_t lost = -1;
};

/// A folder that vanishes with its owner.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  /// Writes a file of that name and returns its path.
  std::string write(const std::string& name, std::string_view text) const;
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A program at work; ended at the latest by its owner's end.
class ChildProgram {
 public:
  /// The program's arguments; its own path is put before them.
  explicit ChildProgram(const std::vector<std::string>& arguments,
                        const std::string& program = TELEMILL_PROGRAM);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram();

  [[nodiscard]] pid_t process() const noexcept { return process_; }
  [[nodiscard]] std::string log() const;
  [[nodiscard]] bool is_running();
  void send_signal(int number) const noexcept;
  /// Waits until stderr has `text`; false when the program ends before, or in half a minute.
  bool wait_for_log(std::string_view text);
  /// Waits for its end; kills it after `patience`.
  Ended wait(std::chrono::seconds patience = std::chrono::seconds(60));

 private:
  Folder folder_;
  pid_t process_ = -1;
  bool has_ended_ = false;
  int status_ = 0;
};

/// A collector with a configuration of the test's own. Ports of zero are chosen by the kernel.
class CollectorProcess {
 public:
  /// Waits until it is ready; a failed test when it never is.
  explicit CollectorProcess(const std::string& config, std::vector<std::string> arguments = {});

  /// Ports that the receivers say they listen on; zero if there is none.
  [[nodiscard]] uint16_t grpc_port() const { return grpc_port_; }
  [[nodiscard]] uint16_t http_port() const { return http_port_; }

  /// Of its metrics page, which is on a port of the kernel's choice unless `config` says otherwise.
  [[nodiscard]] uint16_t metrics_port() const { return metrics_port_; }

  [[nodiscard]] std::string config_path() const { return folder_.path("config.yaml"); }
  /// Replaces its configuration file, which it looks at again on SIGHUP.
  void write_config(std::string_view config) const { folder_.write("config.yaml", config); }

  /// Resident memory now, and its highest value since `forget_peak`.
  [[nodiscard]] size_t resident_bytes() const;
  [[nodiscard]] size_t peak_bytes() const;
  void forget_peak() const;
  /// Descriptors it holds.
  [[nodiscard]] size_t descriptor_count() const;

  [[nodiscard]] ChildProgram& child() noexcept { return child_; }
  /// Asks it to drain and waits; a failed test unless it exits with zero and prints its counts.
  Counts stop();

 private:
  Folder folder_;
  ChildProgram child_;
  uint16_t grpc_port_ = 0;
  uint16_t http_port_ = 0;
  uint16_t metrics_port_ = 0;
};

/// A loopback address of this process alone, for ports that are fixed; `host` tells several apart.
std::string own_address(int host);

/// For runs that would start: no metrics page, whose default port all of them share.
inline constexpr const char* no_metrics = "service.telemetry.metrics.level=none";

/// OTLP over both protocols on ports of the kernel's choice, all four signals, into nothing.
extern const char* const plain_config;

/// False where a sanitizer's own memory hides the program's.
inline constexpr bool can_measure_memory =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    false;
#else
    true;
#endif
#else
    true;
#endif

}  // namespace telemill::integration
