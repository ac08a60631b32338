// Read `per_span`. With one request the predictor learns it by heart; sixteen are the usual
// mix; with 256 (about 100 MB) every span comes from memory.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/check.h"
#include "otlp/lazy_index.h"
#include "otlp/sample_spans.h"
#include "otlp/walk.h"

namespace telemill::otlp {
namespace {

constexpr size_t spans_each = 1000;

struct Sample {
  Part part;
  size_t attribute_count;
};

const std::vector<Sample>& samples(size_t count) {
  static std::vector<Sample> all;
  Walker walker;
  while (all.size() < count) {
    const SampleRequest request = SampleSpans(all.size()).request(spans_each);
    all.push_back({walker.walk(Signal::traces, request.bytes).value(), request.attribute_count});
  }
  return all;
}

using Indexer = bool (*)(std::string_view, SpanIndex&) noexcept;

size_t count_attributes(const Part& part, Indexer indexer) {
  size_t count = 0;
  const char* const base = part.bytes.data();
  for (const Range range : part.table.records()) {
    SpanIndex index;
    if (!indexer({base + range.offset, range.size}, index)) return 0;
    benchmark::DoNotOptimize(index);
    count += index.attributes.count;
  }
  return count;
}

void report_spans(benchmark::State& state) {
  state.counters["per_span"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * spans_each,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void index_spans(benchmark::State& state, Indexer indexer) {
  const auto request_count = static_cast<size_t>(state.range(0));
  const std::vector<Sample>& all = samples(request_count);
  size_t bytes = 0;
  for (size_t i = 0; i < request_count; ++i) {
    TELEMILL_CHECK(count_attributes(all[i].part, indexer) == all[i].attribute_count);
    bytes += all[i].part.bytes.size();
  }
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(count_attributes(all[next++ % request_count].part, indexer));
  }
  report_spans(state);
  state.counters["B/span"] =
      static_cast<double>(bytes) / static_cast<double>(request_count * spans_each);
}

void BM_LazyIndex(benchmark::State& state) { index_spans(state, index_span); }
void BM_LazyIndexPlain(benchmark::State& state) { index_spans(state, index_span_plain); }
BENCHMARK(BM_LazyIndex)->Arg(1)->Arg(16)->Arg(256);
BENCHMARK(BM_LazyIndexPlain)->Arg(1)->Arg(16)->Arg(256);

/// One look-up in the attributes of each span, index included.
void BM_FindAttribute(benchmark::State& state) {
  const std::vector<Sample>& all = samples(16);
  size_t next = 0;
  size_t found = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Part& part = all[next++ % 16].part;
    for (const Range range : part.table.records()) {
      const std::string_view span = part.bytes.view().substr(range.offset, range.size);
      SpanIndex index;
      index_span(span, index);
      const IndexedSpanView view(span, index);
      found += view.attributes().find("http.response.status_code").has_value() ? 1 : 0;
    }
  }
  TELEMILL_CHECK(found > 0);
  report_spans(state);
}
BENCHMARK(BM_FindAttribute);

}  // namespace
}  // namespace telemill::otlp
