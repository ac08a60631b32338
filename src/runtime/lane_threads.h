#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/lane.h"
#include "telemill/result.h"

namespace telemill::runtime {

/// The lanes of a process, each on a thread of its own. Owned by whoever wires the process up.
/// Between `create` and `start` that one thread may set the lanes up; afterwards each belongs to
/// its own.
class LaneThreads {
 public:
  struct Config {
    size_t lane_count = 0;   // zero: `available_cpus()`
    bool is_pinned = false;  // each lane to one of the allowed CPUs, in turn
    uint64_t seed = 0;       // each lane gets one of its own from it
    size_t posted_tasks_max = 4096;
    const Clock* clock = nullptr;
  };
  static Result<std::unique_ptr<LaneThreads>, Failure> create(const Config& config);
  LaneThreads(const LaneThreads&) = delete;
  LaneThreads& operator=(const LaneThreads&) = delete;
  /// Stops and joins.
  ~LaneThreads();

  /// Starts the threads, named `lane-0` and so on. On failure those that started are stopped.
  Result<void, Failure> start();
  /// Any thread. Final.
  void stop() noexcept;
  /// Waits until every lane has ended. Not from a lane.
  void join();

  [[nodiscard]] size_t size() const noexcept { return lanes_.size(); }
  [[nodiscard]] Lane& lane(size_t index) noexcept { return *lanes_[index]; }

 private:
  explicit LaneThreads(const Config& config) : config_(config) {}

  const Config config_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::thread> threads_;
};

}  // namespace telemill::runtime
