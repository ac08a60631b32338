#include <benchmark/benchmark.h>

#include <algorithm>

#include "otlp/sample_requests.h"
#include "otlp/walk.h"

namespace telemill::otlp {
namespace {

/// Per span, the copy of the table included. `hot` takes one buffer again and again, so that it is
/// in the first-level cache as far as it fits.
void walk(benchmark::State& state, Memory memory, size_t request_count) {
  auto requests = sample_requests(memory);
  requests.resize(std::min(requests.size(), request_count));
  Walker walker;
  size_t next = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    const base::Slice& request = requests[next];
    next = next + 1 == requests.size() ? 0 : next + 1;
    const auto part = walker.walk(Signal::traces, request);
    TELEMILL_CHECK(part.has_value() && part->item_count == sample_spans);
    TELEMILL_CHECK(part->table.records().size() == sample_spans);
    bytes += request.size();
    benchmark::DoNotOptimize(part->table.records().data());
  }
  const auto spans = static_cast<double>(state.iterations()) * sample_spans;
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.counters["per_span"] =
      benchmark::Counter(spans, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(walk, hot, Memory::hot, 1);
BENCHMARK_CAPTURE(walk, hot_distinct, Memory::hot, 16);
BENCHMARK_CAPTURE(walk, cold, Memory::cold, SIZE_MAX);

}  // namespace
}  // namespace telemill::otlp
