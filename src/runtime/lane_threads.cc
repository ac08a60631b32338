#include "runtime/lane_threads.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <system_error>
#include <utility>

#include "base/check.h"
#include "runtime/cpus.h"

namespace telemill::runtime {
namespace {

/// Best effort: a lane that may wander is slower, not wrong.
void pin_to(int cpu) noexcept {
  const auto count = static_cast<size_t>(cpu) + 1;
  cpu_set_t* const set = CPU_ALLOC(count);
  if (set == nullptr) return;
  const size_t set_bytes = CPU_ALLOC_SIZE(count);
  CPU_ZERO_S(set_bytes, set);
  CPU_SET_S(static_cast<size_t>(cpu), set_bytes, set);
  ::pthread_setaffinity_np(::pthread_self(), set_bytes, set);
  CPU_FREE(set);
}

}  // namespace

Result<std::unique_ptr<LaneThreads>, Failure> LaneThreads::create(const Config& config) {
  std::unique_ptr<LaneThreads> threads(new LaneThreads(config));
  const size_t lane_count = config.lane_count > 0 ? config.lane_count : available_cpus();
  base::Random seeds(config.seed);
  for (size_t i = 0; i < lane_count; ++i) {
    TELEMILL_ASSIGN(auto lane, Lane::create({.index = static_cast<uint32_t>(i),
                                             .seed = seeds.u64(),
                                             .posted_tasks_max = config.posted_tasks_max,
                                             .clock = config.clock}));
    threads->lanes_.push_back(std::move(lane));
  }
  return threads;
}

LaneThreads::~LaneThreads() {
  stop();
  join();
}

Result<void, Failure> LaneThreads::start() {
  TELEMILL_CHECK(threads_.empty());
  const std::vector<int> cpus = allowed_cpus();
  try {
    for (size_t i = 0; i < lanes_.size(); ++i) {
      const int cpu = config_.is_pinned ? cpus[i % cpus.size()] : -1;
      threads_.emplace_back([lane = lanes_[i].get(), cpu] {
        ::pthread_setname_np(::pthread_self(), fmt::format("lane-{}", lane->index()).c_str());
        if (cpu >= 0) pin_to(cpu);
        lane->run();
      });
    }
  } catch (const std::system_error& error) {  // std::thread knows no other way to refuse
    stop();
    join();
    return fail(ErrorCode::unavailable, fmt::format("cannot start a lane: {}", error.what()));
  }
  return {};
}

void LaneThreads::stop() noexcept {
  for (const auto& lane : lanes_) lane->stop();
}

void LaneThreads::join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace telemill::runtime
