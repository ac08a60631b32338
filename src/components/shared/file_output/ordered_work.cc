#include "components/shared/file_output/ordered_work.h"

#include <utility>

namespace telemill::components::shared {
namespace {

/// The worker's queue is full: how long to wait before the last job is offered again.
constexpr Duration again_interval = std::chrono::milliseconds(10);

}  // namespace

struct OrderedWork::Link {
  OrderedWork* owner;  // null once it is gone; touched on the lane only
};

OrderedWork::OrderedWork(runtime::Lane& lane, runtime::Worker& worker, size_t bytes_max)
    : lane_(lane),
      worker_(worker),
      bytes_max_(bytes_max),
      link_(std::make_shared<Link>(Link{this})),
      again_timer_(lane, [this] { submit_last(); }) {}

OrderedWork::~OrderedWork() { link_->owner = nullptr; }

/// The job as the worker takes it; `after` becomes what brings its result to the lane.
base::UniqueFunction<void()> OrderedWork::wrap(Job job, base::UniqueFunction<void()>& after) {
  auto result = std::make_shared<Result<void, Failure>>();
  after = [link = link_, result] {
    if (link->owner != nullptr) link->owner->on_done(std::move(*result));
  };
  return [result, job = std::move(job)]() mutable { *result = job(); };
}

void OrderedWork::submit(size_t bytes, Job job, Done done) {
  const bool has_room = pending_.empty() || pending_bytes_ + bytes <= bytes_max_;
  if (!has_room) return done(fail(ErrorCode::unavailable, "too much waits to be written"));
  base::UniqueFunction<void()> after;
  base::UniqueFunction<void()> run = wrap(std::move(job), after);
  if (!worker_.submit(run, lane_, after)) {
    return done(fail(ErrorCode::unavailable, "too many jobs wait for the disk"));
  }
  pending_.push_back({bytes, std::move(done)});
  pending_bytes_ += bytes;
}

void OrderedWork::on_done(Result<void, Failure> result) {
  Pending pending = std::move(pending_.front());
  pending_.pop_front();
  pending_bytes_ -= pending.bytes;
  const std::shared_ptr<Link> link = link_;
  pending.done(std::move(result));
  if (link->owner != nullptr && pending_.empty() && finished_) submit_last();
}

void OrderedWork::finish(Job last, Done done) {
  last_ = wrap(std::move(last), after_last_);
  finished_ = std::move(done);
  if (pending_.empty()) submit_last();
}

void OrderedWork::submit_last() {
  if (!worker_.submit(last_, lane_, after_last_)) return again_timer_.schedule(again_interval);
  pending_.push_back({0, std::exchange(finished_, {})});
}

}  // namespace telemill::components::shared
