#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/template.h"
#include "otlp/signal.h"
#include "telemill/result.h"

namespace telemill::load {

enum class Shape : uint8_t {
  house,       // spans of about 340 bytes: 8 attributes, every fourth has an event
  semconv,     // semantic conventions: spans 806, log records 358, data points 197 bytes
  attributes,  // a stated number of attributes of stated size on otherwise bare items
};

/// Shares of the kinds of metrics; only their ratios count.
struct MetricMix {
  uint32_t gauge = 3;
  uint32_t sum = 4;
  uint32_t histogram = 2;
  uint32_t exponential_histogram = 1;
  uint32_t summary = 0;
};

/// What the generated requests look like.
struct WorkloadSettings {
  otlp::Signal signal = otlp::Signal::traces;
  Shape shape = Shape::house;
  uint32_t attribute_count = 0;  // of `Shape::attributes`
  uint32_t attribute_bytes = 0;
  uint32_t items_per_request = 100;
  uint32_t resources = 1;  // per request; items are dealt out evenly
  uint32_t scopes_per_resource = 1;
  uint32_t log_body_bytes = 0;    // zero: as the shape has it
  uint32_t distinct_bodies = 16;  // requests that differ in order, names and values
  MetricMix metric_mix{};
};

/// Reads "house", "semconv" or "attributes=NxB" (such as attributes=10x1000).
Result<void, Failure> parse_shape(std::string_view text, WorkloadSettings& settings);

/// The pre-encoded requests of a workload. The same settings and seed give the same bytes on every
/// machine. Fails when the settings contradict each other.
Result<std::vector<Template>, Failure> make_workload(const WorkloadSettings& settings,
                                                     uint64_t seed);

}  // namespace telemill::load
