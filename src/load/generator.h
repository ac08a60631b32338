#pragma once

#include <memory>
#include <vector>

#include "base/unique_function.h"
#include "load/gen_report.h"
#include "load/gen_settings.h"
#include "load/sender.h"
#include "load/template.h"
#include "runtime/lane.h"
#include "runtime/lane_threads.h"
#include "runtime/worker.h"

namespace telemill::load {

/// A run's counts so far.
struct GenTotals {
  uint64_t sent_items = 0;
  uint64_t acknowledged_items = 0;
  uint64_t lost_requests = 0;
};

/// A run of the load generator: its own lanes, steered from the lane of its owner.
class Generator {
 public:
  /// Makes the requests (or reads the capture); starts no thread yet, so signals may still be
  /// blocked afterwards. Fails on settings that contradict each other.
  static Result<std::unique_ptr<Generator>, Failure> create(runtime::Lane& owner,
                                                            GenSettings settings);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator();

  /// Starts sending; `on_done` is called on the owner's lane when the last answer is in.
  Result<void, Failure> start(base::UniqueFunction<void()> on_done);
  /// Sends nothing new; `on_done` follows.
  void stop();

  /// At once, without asking the lanes.
  [[nodiscard]] GenTotals progress() const;
  /// The whole run; after `on_done`.
  [[nodiscard]] const GenReport& report() const noexcept { return report_; }
  /// After `on_done`: the ids' file could not be written in full.
  [[nodiscard]] bool has_lost_ids() const noexcept { return has_lost_ids_; }
  [[nodiscard]] const GenSettings& settings() const noexcept { return settings_; }

 private:
  Generator(runtime::Lane& owner, GenSettings settings)
      : owner_(owner), settings_(std::move(settings)) {}
  Result<void, Failure> make_senders();
  void on_sender_done();

  runtime::Lane& owner_;
  const GenSettings settings_;
  std::vector<Template> templates_;
  std::vector<std::unique_ptr<GenProgress>> progress_;
  std::unique_ptr<runtime::LaneThreads> threads_;
  std::unique_ptr<runtime::Worker> worker_;  // reports to the lanes, so it ends before them
  std::vector<std::unique_ptr<Sender>> senders_;
  base::UniqueFunction<void()> on_done_;
  size_t running_ = 0;
  GenReport report_;
  bool has_lost_ids_ = false;
};

/// Blocks until something listens at `endpoint`, for `patience` at most; zero: one try.
Result<void, Failure> wait_for_endpoint(const runtime::Endpoint& endpoint, Duration patience);

}  // namespace telemill::load
