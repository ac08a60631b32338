#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "pipeline/sizer.h"

namespace telemill::pipeline {

/// `sending_queue::batch::partition`.
struct PartitionConfig {
  std::vector<std::string> metadata_keys;

  static constexpr auto fields = std::tuple{
      config::field("metadata_keys", &PartitionConfig::metadata_keys,
                    "Only requests that agree in this client metadata share a batch."),
  };
  [[nodiscard]] config::Problems check() const;
  /// As metadata is named.
  [[nodiscard]] std::vector<std::string> lower_case_keys() const;
};

/// `sending_queue::batch`: requests merge after the queue, so their clients can hear the result.
struct QueueBatchConfig {
  Duration flush_timeout = std::chrono::milliseconds(200);
  int64_t min_size = 8192;
  int64_t max_size = 0;
  std::optional<Sizer> sizer;
  PartitionConfig partition;

  static constexpr auto fields = std::tuple{
      config::field("flush_timeout", &QueueBatchConfig::flush_timeout,
                    "Send what is held this long after its first request came."),
      config::field("min_size", &QueueBatchConfig::min_size, "Send when this much is held."),
      config::field("max_size", &QueueBatchConfig::max_size,
                    "Largest batch; larger ones are cut. 0: no limit."),
      config::field("sizer", &QueueBatchConfig::sizer,
                    "Unit of the sizes: items or bytes; by default the queue's, else items."),
      config::field("partition", &QueueBatchConfig::partition, "What may not be merged."),
  };
  [[nodiscard]] config::Problems check() const;
  /// False for `batch: {}`, which takes nothing over from the queue.
  [[nodiscard]] bool has_content() const noexcept;
};

/// `sending_queue`: what waits between a pipeline and a peer. Sizes count for the process.
struct SendingQueueConfig {
  bool enabled = true;
  std::optional<Sizer> sizer;
  int64_t queue_size = 1000;
  int32_t num_consumers = 10;
  bool block_on_overflow = false;
  bool wait_for_result = false;
  std::optional<QueueBatchConfig> batch;

  static constexpr auto fields = std::tuple{
      config::field("enabled", &SendingQueueConfig::enabled,
                    "Acknowledge once queued; without a queue the sender waits for the peer."),
      config::field("sizer", &SendingQueueConfig::sizer,
                    "Unit of queue_size: requests (default), items or bytes of protobuf."),
      config::field("queue_size", &SendingQueueConfig::queue_size,
                    "How much is held, waiting and in flight; more is refused."),
      config::field("num_consumers", &SendingQueueConfig::num_consumers,
                    "Requests in flight at once, pauses before retries included."),
      config::field("block_on_overflow", &SendingQueueConfig::block_on_overflow,
                    "When the queue is full, let the sender wait instead of refusing."),
      config::field("wait_for_result", &SendingQueueConfig::wait_for_result,
                    "Acknowledge only when the peer has."),
      config::field("batch", &SendingQueueConfig::batch, "Merge requests; absent: as they came."),
      config::not_yet("storage", "queues live in memory"),
  };
  [[nodiscard]] config::Problems check() const;
  [[nodiscard]] Sizer queue_sizer() const noexcept { return sizer.value_or(Sizer::requests); }
  /// The unit of the batch's sizes; needs a batch.
  [[nodiscard]] Sizer batch_sizer() const noexcept;
};

}  // namespace telemill::pipeline
