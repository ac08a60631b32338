#include <benchmark/benchmark.h>

#include <algorithm>

#include "otlp/sample_requests.h"
#include "otlp/splice.h"
#include "otlp/walk.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::otlp {
namespace {

/// One attribute more for each span of a request.
void splice(benchmark::State& state, Memory memory, size_t request_count) {
  Walker walker;
  std::vector<Part> parts;
  for (const base::Slice& request : sample_requests(memory)) {
    parts.push_back(walker.walk(Signal::traces, request).value());
  }
  parts.resize(std::min(parts.size(), request_count));
  base::Buffer attribute;
  wire::Writer writer(attribute);
  writer.bytes(wire::field::span::attributes,
               "\x0a\x03"
               "env\x12\x06\x0a\x04prod");
  Splice edits;
  size_t next = 0;
  for (auto _ : state) {
    const Part& part = parts[next];
    next = next + 1 == parts.size() ? 0 : next + 1;
    edits.begin(part);
    const auto records = part.table.records();
    for (uint32_t i = 0; i < records.size(); ++i) {
      edits.replace(i, {records[i].end(), 0}, attribute.view());
    }
    const Part edited = edits.apply(Signal::traces);
    TELEMILL_CHECK(edited.item_count == sample_spans);
    TELEMILL_CHECK(edited.bytes.size() >= part.bytes.size() + sample_spans * attribute.size());
  }
  const auto spans = static_cast<double>(state.iterations()) * sample_spans;
  state.counters["per_span"] =
      benchmark::Counter(spans, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(splice, hot, Memory::hot, 1);
BENCHMARK_CAPTURE(splice, hot_distinct, Memory::hot, 16);
BENCHMARK_CAPTURE(splice, cold, Memory::cold, SIZE_MAX);

}  // namespace
}  // namespace telemill::otlp
