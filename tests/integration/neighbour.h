#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

/// A well-behaved client beside a hostile one.
namespace telemill::integration {

/// Sends spans over HTTP and gRPC on a thread of its own, one request after the other, and counts
/// what it hears. Connections are kept; a closed one is a failure.
class Neighbour {
 public:
  Neighbour(uint16_t http_port, uint16_t grpc_port);
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;
  ~Neighbour() { stop(); }

  /// Waits until `count` more requests have succeeded; false after a generous while.
  bool wait_for_successes(int64_t count) const;
  void stop();
  [[nodiscard]] int64_t successes() const noexcept { return successes_; }
  [[nodiscard]] int64_t failures() const noexcept { return failures_; }

 private:
  void run_http();
  void run_grpc();

  const uint16_t http_port_;
  const uint16_t grpc_port_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<int64_t> successes_{0};
  std::atomic<int64_t> failures_{0};
  std::thread http_thread_;
  std::thread grpc_thread_;
};

}  // namespace telemill::integration
