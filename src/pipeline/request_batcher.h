#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "base/units.h"
#include "pipeline/outgoing.h"
#include "pipeline/sizer.h"
#include "runtime/lane.h"

namespace telemill::pipeline {

/// Merges requests in their order of arrival, those of a partition with each other only. A batch
/// leaves when it is large enough or a while after its first request came. One signal, one lane.
class RequestBatcher {
 public:
  struct Settings {
    Sizer sizer = Sizer::items;  // not requests
    int64_t min_size = 0;
    int64_t max_size = 0;  // 0: no limit
    Duration flush_timeout{};
    std::vector<std::string> metadata_keys{};  // lower case; requests that differ in one never meet
  };
  /// Where finished batches go; they come inside `add` and `flush`, and from the lane's timers.
  using Output = base::UniqueFunction<void(Outgoing)>;

  RequestBatcher(runtime::Lane& lane, const Settings& settings, Output output) noexcept
      : lane_(lane), settings_(settings), output_(std::move(output)) {}
  RequestBatcher(const RequestBatcher&) = delete;
  RequestBatcher& operator=(const RequestBatcher&) = delete;

  /// Takes a batch that has items.
  void add(Batch batch);
  /// Sends on all that is held.
  void flush();
  /// From now on nothing waits for company.
  void stop_waiting() noexcept { is_stopped_ = true; }

  [[nodiscard]] bool empty() const noexcept { return partitions_.empty(); }
  /// Partitions that hold something; others do not exist.
  [[nodiscard]] size_t partition_count() const noexcept { return partitions_.size(); }

 private:
  struct Partition {
    Partition(RequestBatcher& owner, const Batch& first);
    Outgoing held;
    RequestContextPtr context;  // what its requests agree in
    runtime::Timer timer;
  };
  using Partitions = std::map<std::string, Partition, std::less<>>;

  [[nodiscard]] int64_t size(const Outgoing& request) const noexcept {
    return size_of(request.payload, settings_.sizer);
  }
  Partitions::iterator partition_of(const Batch& batch);
  [[nodiscard]] bool has_room(const Partition& partition, const Batch& batch) const noexcept;
  void append(Partition& partition, Batch batch);
  void send(Partition& partition);
  void on_timeout(const Partition& partition);

  runtime::Lane& lane_;
  const Settings settings_;
  Output output_;
  Partitions partitions_;
  bool is_stopped_ = false;
};

}  // namespace telemill::pipeline
