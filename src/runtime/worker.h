#pragma once

#include <cstddef>
#include <memory>

#include "base/unique_function.h"
#include "runtime/lane.h"

namespace telemill::runtime {

/// A thread for what would block a lane: disk, DNS. Bounded; jobs run in order.
class Worker {
 public:
  explicit Worker(size_t jobs_max = 1024);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Runs what is queued, then ends the thread.
  ~Worker();

  /// Any thread: runs `job` on the worker, then `done` on `lane`, which must outlive the worker.
  /// False, with nothing taken, when the queue is full. When the lane has stopped by then, or its
  /// mailbox stays full while the worker ends, `done` is destroyed unrun on the worker's thread.
  [[nodiscard]] bool submit(base::UniqueFunction<void()>& job, Lane& lane,
                            base::UniqueFunction<void()>& done);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace telemill::runtime
