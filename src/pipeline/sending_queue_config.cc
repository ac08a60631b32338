#include "pipeline/sending_queue_config.h"

#include <algorithm>
#include <set>

namespace telemill::pipeline {
namespace {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

config::Problems PartitionConfig::check() const {
  config::Problems problems;
  std::set<std::string> seen;
  for (const std::string& key : metadata_keys) {
    if (!seen.insert(lower_case(key)).second) {
      problems.add("metadata_keys", "duplicate entry " + config::in_quotes(key),
                   "keys are compared without case");
    }
  }
  return problems;
}

std::vector<std::string> PartitionConfig::lower_case_keys() const {
  std::vector<std::string> keys;
  for (const std::string& key : metadata_keys) keys.push_back(lower_case(key));
  return keys;
}

bool QueueBatchConfig::has_content() const noexcept {
  const QueueBatchConfig untouched;
  return sizer || flush_timeout != untouched.flush_timeout || min_size != untouched.min_size ||
         max_size != untouched.max_size || !partition.metadata_keys.empty();
}

config::Problems QueueBatchConfig::check() const {
  config::Problems problems;
  if (flush_timeout <= Duration::zero()) problems.add("flush_timeout", "must be positive");
  if (min_size < 0) problems.add("min_size", "must not be negative");
  if (max_size < 0) problems.add("max_size", "must not be negative");
  if (max_size > 0 && max_size < min_size) {
    problems.add("max_size", "must be greater or equal to min_size");
  }
  if (sizer == Sizer::requests) {
    problems.add("sizer", "batches are not measured in requests", "items or bytes");
  }
  return problems;
}

Sizer SendingQueueConfig::batch_sizer() const noexcept {
  if (batch->sizer) return *batch->sizer;
  const bool inherits = batch->has_content() && queue_sizer() != Sizer::requests;
  return inherits ? queue_sizer() : Sizer::items;
}

config::Problems SendingQueueConfig::check() const {
  config::Problems problems;
  if (!enabled) return problems;
  if (queue_size <= 0) problems.add("queue_size", "must be positive");
  if (num_consumers <= 0) problems.add("num_consumers", "must be positive");
  const bool is_comparable =
      batch && batch->sizer != Sizer::requests && batch_sizer() == queue_sizer();
  if (is_comparable && batch->min_size > queue_size) {
    problems.add("batch::min_size", "must be less than or equal to queue_size",
                 "the queue would be full before the batch is");
  }
  return problems;
}

}  // namespace telemill::pipeline
