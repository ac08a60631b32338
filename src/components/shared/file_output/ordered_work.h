#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "base/unique_function.h"
#include "runtime/lane.h"
#include "runtime/worker.h"
#include "telemill/result.h"

namespace telemill::components::shared {

/// One component's blocking work: jobs run on the worker in the order of `submit`, what follows
/// runs on the lane in the same order. Bounded by the bytes that waiting jobs hold.
///
/// Belongs to its lane and may be destroyed at any time: jobs already taken still run, so they own
/// what they touch; what should have followed them is then destroyed unrun, on the lane.
class OrderedWork {
 public:
  using Job = base::UniqueFunction<Result<void, Failure>()>;
  using Done = base::UniqueFunction<void(Result<void, Failure>)>;

  OrderedWork(runtime::Lane& lane, runtime::Worker& worker, size_t bytes_max);
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;
  ~OrderedWork();

  /// Calls `done` with the job's result, or at once with `unavailable`, the job unrun, when there
  /// is no room. One job may be larger than the bound.
  void submit(size_t bytes, Job job, Done done);
  /// Runs `last` after all jobs, whatever the load, then `done`. Call it once and submit no more.
  void finish(Job last, Done done);

 private:
  struct Link;
  struct Pending {
    size_t bytes;
    Done done;
  };

  base::UniqueFunction<void()> wrap(Job job, base::UniqueFunction<void()>& after);
  void on_done(Result<void, Failure> result);
  void submit_last();

  runtime::Lane& lane_;
  runtime::Worker& worker_;
  const size_t bytes_max_;
  std::shared_ptr<Link> link_;  // shared with what runs after a job
  std::deque<Pending> pending_;
  size_t pending_bytes_ = 0;

  base::UniqueFunction<void()> last_;
  base::UniqueFunction<void()> after_last_;
  Done finished_;
  runtime::Timer again_timer_;
};

}  // namespace telemill::components::shared
