#include "pipeline/request_batcher.h"

#include <algorithm>
#include <utility>

namespace telemill::pipeline {

RequestBatcher::Partition::Partition(RequestBatcher& owner, otlp::Signal signal)
    : held(signal), timer(owner.lane_, [this, &owner] { owner.on_timeout(*this); }) {}

void RequestBatcher::add(std::string_view key, Batch batch) {
  auto at = partitions_.find(key);
  if (at == partitions_.end()) {
    at = partitions_
             .emplace(std::piecewise_construct, std::forward_as_tuple(key),
                      std::forward_as_tuple(*this, batch.signal()))
             .first;
  }
  Partition& partition = at->second;
  if (settings_.max_size == 0 || has_room(partition, batch)) {
    append(partition, std::move(batch));
  } else {
    auto pieces =
        cut(std::move(batch.payload), {.sizer = settings_.sizer,
                                       .first_max = settings_.max_size - size(partition.held),
                                       .max = settings_.max_size});
    auto completions = fork(std::move(batch.done), pieces.size());
    for (size_t i = 0; i < pieces.size(); ++i) {
      append(partition, {.payload = std::move(pieces[i]), .done = std::move(completions[i])});
    }
  }
  // A partition that holds nothing does not exist: idle ones leave no trace.
  if (partition.held.payload.empty()) {
    partitions_.erase(at);
  } else if (!partition.timer.is_scheduled()) {
    partition.timer.schedule(settings_.flush_timeout);
  }
}

bool RequestBatcher::has_room(const Partition& partition, const Batch& batch) const noexcept {
  return size(partition.held) + size_of(batch.payload, settings_.sizer) <= settings_.max_size;
}

void RequestBatcher::append(Partition& partition, Batch batch) {
  const bool is_full = settings_.max_size > 0 && !has_room(partition, batch);
  if (is_full || !partition.held.payload.can_append()) send(partition);
  partition.held.append(std::move(batch));
  // Profiles cannot be merged, so there is nothing to wait for.
  const bool is_alone = !partition.held.payload.can_append();
  if (is_alone || is_stopped_ || size(partition.held) >= settings_.min_size) send(partition);
}

void RequestBatcher::send(Partition& partition) {
  if (partition.held.payload.empty()) return;
  partition.timer.cancel();
  output_(std::exchange(partition.held, Outgoing(partition.held.payload.signal())));
}

void RequestBatcher::on_timeout(const Partition& partition) {
  const auto at = std::ranges::find_if(
      partitions_, [&](const auto& entry) { return &entry.second == &partition; });
  auto node = partitions_.extract(at);
  send(node.mapped());
}

void RequestBatcher::flush() {
  Partitions partitions = std::exchange(partitions_, {});
  for (auto& [key, partition] : partitions) send(partition);
}

}  // namespace telemill::pipeline
