#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/buffer.h"

/// Stages of a request's way, each alone, for callgrind to count: `bench/instructions`.
namespace telemill::bench {

/// Counts what happens between `resume` and `pause`: instructions (under callgrind, which sees
/// nothing else), calls of malloc and its kin, CPU time.
class Meter {
 public:
  void resume() noexcept;
  void pause() noexcept;
  /// Adds to the work that the counts are divided by.
  void add(size_t requests, size_t spans) noexcept {
    requests_ += requests;
    spans_ += spans;
  }

  [[nodiscard]] uint64_t requests() const noexcept { return requests_; }
  [[nodiscard]] uint64_t spans() const noexcept { return spans_; }
  [[nodiscard]] uint64_t allocations() const noexcept { return allocations_; }
  [[nodiscard]] int64_t cpu_ns() const noexcept { return cpu_ns_; }

 private:
  uint64_t requests_ = 0;
  uint64_t spans_ = 0;
  uint64_t allocations_ = 0;
  int64_t cpu_ns_ = 0;
  uint64_t allocations_before_ = 0;
  int64_t cpu_before_ns_ = 0;
};

/// A stage by name. `run` warms up unmeasured and then measures `rounds` rounds.
struct Stage {
  std::string_view name;
  void (*run)(Meter& meter, size_t rounds);
  size_t rounds;  // unless told otherwise
};

/// Counts since the program began, of this thread's calls of malloc, calloc and realloc.
[[nodiscard]] uint64_t allocation_count() noexcept;

/// Requests of traces as `telemill gen` makes them (house spans, about 340 bytes), all different:
/// 16, or as many as `--messages` says. One stays in the caches and the branch predictor learns it
/// by heart; 256 of 1000 spans come from memory.
std::vector<base::Slice> house_requests(size_t spans);

std::vector<Stage> codec_stages();
std::vector<Stage> collector_stages();
std::vector<Stage> otlp_stages();
std::vector<Stage> pipeline_stages();
std::vector<Stage> transport_stages();

}  // namespace telemill::bench
