#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/fields.h"

namespace telemill::components::processors::batch {

struct BatchConfig {
  uint32_t send_batch_size = 8192;
  Duration timeout = std::chrono::milliseconds(200);
  uint32_t send_batch_max_size = 0;
  std::vector<std::string> metadata_keys;
  uint32_t metadata_cardinality_limit = 1000;

  static constexpr auto fields = std::tuple{
      config::field("send_batch_size", &BatchConfig::send_batch_size,
                    "Send when this many items are held; 0 leaves it to send_batch_max_size."),
      config::field("timeout", &BatchConfig::timeout,
                    "Send what is held after this long; 0 sends at once."),
      config::field("send_batch_max_size", &BatchConfig::send_batch_max_size,
                    "Largest batch; larger ones are cut. 0: no limit."),
      config::field("metadata_keys", &BatchConfig::metadata_keys,
                    "Batch by what these headers of the request say; they go with the batch."),
      config::field("metadata_cardinality_limit", &BatchConfig::metadata_cardinality_limit,
                    "How many combinations of their values there may be, on each lane."),
  };
  [[nodiscard]] config::Problems check() const;
};

}  // namespace telemill::components::processors::batch
