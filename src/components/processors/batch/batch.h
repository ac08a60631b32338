#pragma once

#include <map>
#include <string>
#include <vector>

#include "components/processors/batch/batch_config.h"
#include "components/processors/batch/shard.h"
#include "pipeline/component.h"
#include "pipeline/lost_items.h"
#include "runtime/metrics.h"

namespace telemill::components::processors::batch {

/// Merges requests into larger ones: with `metadata_keys` one shard for each combination of what
/// these headers say, else a single one. One instance per lane.
class Batch final : public pipeline::Processor {
 public:
  Batch(const pipeline::ComponentContext& context, const BatchConfig& config, otlp::Signal signal,
        pipeline::Consumer& next);

  void consume(pipeline::Batch batch) override;
  void drain(base::UniqueFunction<void()> done) override;

 private:
  [[nodiscard]] std::string key_of(const pipeline::RequestContext* context,
                                   pipeline::RequestContext& metadata) const;

  const std::vector<std::string> keys_;
  pipeline::LostItems lost_items_;
  const ShardContext context_;
  runtime::Counter& shard_count_;
  std::map<std::string, Shard> shards_;
  bool is_draining_ = false;
};

const pipeline::Factory& factory();

}  // namespace telemill::components::processors::batch
