#include <benchmark/benchmark.h>

#include <algorithm>

#include "otlp/sample_requests.h"
#include "otlp/split.h"
#include "otlp/walk.h"

namespace telemill::otlp {
namespace {

std::vector<Part> walk_all(Memory memory, size_t request_count) {
  Walker walker;
  std::vector<Part> parts;
  for (const base::Slice& request : sample_requests(memory)) {
    parts.push_back(walker.walk(Signal::traces, request).value());
  }
  parts.resize(std::min(parts.size(), request_count));
  return parts;
}

/// Requests of 1000 spans cut into pieces of `piece_max`.
void split(benchmark::State& state, Memory memory, size_t request_count, size_t piece_max) {
  const auto parts = walk_all(memory, request_count);
  size_t next = 0;
  for (auto _ : state) {
    Splitter splitter(Payload(Signal::traces, parts[next]));
    next = next + 1 == parts.size() ? 0 : next + 1;
    size_t items = 0;
    while (!splitter.done()) items += splitter.next(piece_max).item_count();
    TELEMILL_CHECK(items == sample_spans);
  }
  const auto spans = static_cast<double>(state.iterations()) * sample_spans;
  state.counters["per_span"] =
      benchmark::Counter(spans, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(split, hot_by_300, Memory::hot, 1, 300);
BENCHMARK_CAPTURE(split, hot_distinct_by_300, Memory::hot, 16, 300);
BENCHMARK_CAPTURE(split, cold_by_300, Memory::cold, SIZE_MAX, 300);
BENCHMARK_CAPTURE(split, hot_by_10, Memory::hot, 1, 10);

}  // namespace
}  // namespace telemill::otlp
