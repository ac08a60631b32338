#include "pipeline/request_batcher.h"

#include <algorithm>
#include <utility>

namespace telemill::pipeline {

namespace {

/// What stands for a set of metadata: each key's values, their numbers and lengths before them.
std::string name_of(const std::vector<std::string>& keys, const RequestContextPtr& context) {
  std::string name;
  if (context == nullptr) return name;
  for (const std::string& key : keys) {
    const auto values = values_of(context->metadata, key);
    name.append(std::to_string(values.size())).append(":");
    for (const std::string_view value : values) {
      name.append(std::to_string(value.size())).append(":").append(value);
    }
  }
  return name;
}

/// The context with nothing but the metadata of `keys`; null without keys.
RequestContextPtr agreed(const std::vector<std::string>& keys, const RequestContextPtr& context) {
  if (keys.empty() || context == nullptr) return nullptr;
  auto result = std::make_shared<RequestContext>();
  for (const std::string& key : keys) {
    for (const std::string_view value : values_of(context->metadata, key)) {
      result->metadata.push_back({key, std::string(value)});
    }
  }
  return result;
}

}  // namespace

RequestBatcher::Partition::Partition(RequestBatcher& owner, const Batch& first)
    : held(first.signal()),
      context(agreed(owner.settings_.metadata_keys, first.context)),
      timer(owner.lane_, [this, &owner] { owner.on_timeout(*this); }) {}

RequestBatcher::Partitions::iterator RequestBatcher::partition_of(const Batch& batch) {
  std::string name = name_of(settings_.metadata_keys, batch.context);
  const auto known = partitions_.find(name);
  if (known != partitions_.end()) return known;
  return partitions_
      .emplace(std::piecewise_construct, std::forward_as_tuple(std::move(name)),
               std::forward_as_tuple(*this, batch))
      .first;
}

void RequestBatcher::add(Batch batch) {
  const auto at = partition_of(batch);
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
      append(partition, {.payload = std::move(pieces[i]),
                         .done = std::move(completions[i]),
                         .context = batch.context});
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
  // A request that stays alone keeps all that is known of its client.
  partition.held.context =
      partition.held.shares.empty() ? std::move(batch.context) : partition.context;
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
