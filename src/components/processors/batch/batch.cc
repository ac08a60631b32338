#include "components/processors/batch/batch.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace telemill::components::processors::batch {
namespace {

constexpr std::array item_bounds = {10.,    25.,    50.,    75.,    100.,   250.,   500.,   750.,
                                    1'000., 2'000., 3'000., 4'000., 5'000., 6'000., 7'000., 8'000.,
                                    9'000., 1e4,    2e4,    3e4,    5e4,    1e5};

/// Powers of two from 128 bytes to 16 MiB.
constexpr auto byte_bounds = [] {
  std::array<double, 18> bounds{};
  for (size_t i = 0; i < bounds.size(); ++i) bounds[i] = static_cast<double>(size_t{128} << i);
  return bounds;
}();

runtime::Counter& counter(const pipeline::ComponentContext& context, std::string name,
                          std::string help) {
  return context.metrics.counter({.name = std::move(name),
                                  .kind = runtime::MetricKind::counter,
                                  .unit = "{times}",
                                  .help = std::move(help)},
                                 {{"processor", context.id.text()}});
}

runtime::Histogram& histogram(const pipeline::ComponentContext& context, std::string name,
                              std::string unit, std::string help, runtime::MetricLevel level,
                              std::span<const double> bounds) {
  return context.metrics.histogram({.name = std::move(name),
                                    .kind = runtime::MetricKind::histogram,
                                    .unit = std::move(unit),
                                    .help = std::move(help),
                                    .level = level},
                                   {{"processor", context.id.text()}}, bounds);
}

std::vector<std::string> lower_case(std::vector<std::string> names) {
  for (std::string& name : names) {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
  }
  return names;
}

class BatchFactory final : public pipeline::FactoryFor<BatchConfig> {
 public:
  BatchFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::processor,
                    .type = "batch",
                    .summary = "Merges requests into larger ones, by size and time."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Processor> create_processor(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal, pipeline::Consumer& next) const override {
    return std::make_unique<Batch>(context, as_config(settings), signal, next);
  }
};

}  // namespace

config::Problems BatchConfig::check() const {
  config::Problems problems;
  if (timeout < Duration::zero()) problems.add("timeout", "must be greater or equal to 0");
  if (send_batch_max_size > 0 && send_batch_max_size < send_batch_size) {
    problems.add("send_batch_max_size", "must be greater or equal to send_batch_size");
  }
  std::vector<std::string> keys = lower_case(metadata_keys);
  std::ranges::sort(keys);
  if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end()) {
    problems.add("metadata_keys",
                 "duplicate entry in metadata_keys: " + config::in_quotes(*twice) + " (any case)");
  }
  return problems;
}

Batch::Batch(const pipeline::ComponentContext& context, const BatchConfig& config,
             otlp::Signal signal, pipeline::Consumer& next)
    : keys_(lower_case(config.metadata_keys)),
      lost_items_(context, signal),
      context_{
          .lane = context.lane,
          .logger = context.logger,
          .config = config,
          .signal = signal,
          .next = next,
          .size_triggers = counter(context, "otelcol_processor_batch_batch_size_trigger_send",
                                   "Batches sent because they were full."),
          .timeout_triggers = counter(context, "otelcol_processor_batch_timeout_trigger_send",
                                      "Batches sent because time was up."),
          .sent_items = histogram(context, "otelcol_processor_batch_batch_send_size", "{units}",
                                  "Items of a batch.", runtime::MetricLevel::normal, item_bounds),
          .sent_bytes = histogram(context, "otelcol_processor_batch_batch_send_size_bytes", "By",
                                  "Bytes of a batch.", runtime::MetricLevel::detailed, byte_bounds),
          .lost_items = lost_items_},
      shard_count_(context.metrics.counter(
          {.name = "otelcol_processor_batch_metadata_cardinality",
           .kind = runtime::MetricKind::up_down_counter,
           .unit = "{combinations}",
           .help = "Distinct sets of client metadata being batched, summed over lanes."},
          {{"processor", context.id.text()}})) {
  if (!keys_.empty()) return;
  shards_.try_emplace(std::string(), context_, nullptr);
  if (context.is_first_lane) shard_count_.set(1);
}

void Batch::consume(pipeline::Batch batch) {
  if (keys_.empty()) return shards_.begin()->second.consume(std::move(batch));
  pipeline::RequestContext metadata;
  const std::string key = key_of(batch.context.get(), metadata);
  auto shard = shards_.find(key);
  if (shard == shards_.end()) {
    if (shards_.size() >= context_.config.metadata_cardinality_limit) {
      return batch.done.settle(pipeline::Outcome::retryable(
          "too many batch metadata-value combinations (metadata_cardinality_limit)"));
    }
    shard = shards_
                .try_emplace(key, context_,
                             std::make_shared<const pipeline::RequestContext>(std::move(metadata)))
                .first;
    shard_count_ += 1;
    if (is_draining_) shard->second.drain([] {});  // it keeps nothing
  }
  shard->second.consume(std::move(batch));
}

/// Names and values, each behind its length, so that no value can pass for another; fills
/// `metadata` with the same.
std::string Batch::key_of(const pipeline::RequestContext* context,
                          pipeline::RequestContext& metadata) const {
  std::string key;
  for (const std::string& name : keys_) {
    const auto values = context == nullptr ? std::vector<std::string_view>()
                                           : pipeline::values_of(context->metadata, name);
    key.append(std::to_string(values.size())).push_back(';');
    for (const std::string_view value : values) {
      key.append(std::to_string(value.size())).append(":").append(value);
      metadata.metadata.push_back({name, std::string(value)});
    }
  }
  return key;
}

void Batch::drain(base::UniqueFunction<void()> done) {
  is_draining_ = true;
  struct Waiting {
    size_t left;
    base::UniqueFunction<void()> done;
  };
  if (shards_.empty()) return done();
  auto waiting = std::make_shared<Waiting>(shards_.size(), std::move(done));
  for (auto& [key, shard] : shards_) {
    shard.drain([waiting] {
      if (--waiting->left == 0) waiting->done();
    });
  }
}

const pipeline::Factory& factory() {
  static const BatchFactory instance;
  return instance;
}

}  // namespace telemill::components::processors::batch
