// Bytes per second are bytes of content. Messages rotate, so that none stays in the cache alone.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "codec/compressor.h"
#include "codec/crc32c.h"
#include "codec/decompressor.h"
#include "codec/sample_spans.h"

namespace telemill::codec {
namespace {

constexpr size_t message_count = 16;

struct Work {
  Coding coding;
  int level;
};
const std::vector<base::Rope>& contents(size_t bytes) {
  static std::vector<base::Rope> all;
  if (all.empty() || all.front().size() != bytes) {
    all.clear();
    for (size_t i = 0; i < message_count; ++i) {
      all.emplace_back(base::Slice::copy_of(SampleSpans(i).take(bytes)));
    }
  }
  return all;
}

void report(benchmark::State& state, size_t content_bytes, size_t coded_bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(content_bytes));
  state.counters["ratio"] =
      static_cast<double>(message_count * content_bytes) / static_cast<double>(coded_bytes);
}

void compress(benchmark::State& state, Work work) {
  const auto content_bytes = static_cast<size_t>(state.range(0));
  const std::vector<base::Rope>& messages = contents(content_bytes);
  Compressor compressor;
  Decompressor decompressor;
  size_t coded_bytes = 0;
  for (const base::Rope& message : messages) {
    const auto coded = compressor.compress(work.coding, message, work.level);
    TELEMILL_CHECK(coded);
    const auto decoded = decompressor.decompress(work.coding, coded->view(), content_bytes);
    TELEMILL_CHECK(decoded && decoded->view() == message.flatten().view());
    coded_bytes += coded->size();
  }
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(
        compressor.compress(work.coding, messages[next++ % message_count], work.level));
  }
  report(state, content_bytes, coded_bytes);
}

void decompress(benchmark::State& state, Work work) {
  const auto content_bytes = static_cast<size_t>(state.range(0));
  const std::vector<base::Rope>& messages = contents(content_bytes);
  Compressor compressor;
  Decompressor decompressor;
  std::vector<base::Slice> coded;
  size_t coded_bytes = 0;
  for (const base::Rope& message : messages) {
    coded.push_back((*compressor.compress(work.coding, message, work.level)).freeze());
    const auto decoded = decompressor.decompress(work.coding, coded.back().view(), 64_MiB);
    TELEMILL_CHECK(decoded && decoded->view() == message.flatten().view());
    coded_bytes += coded.back().size();
  }
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    const base::Slice& input = coded[next++ % message_count];
    benchmark::DoNotOptimize(decompressor.decompress(work.coding, input.view(), 64_MiB));
  }
  report(state, content_bytes, coded_bytes);
}

void checksum(benchmark::State& state) {
  const std::string bytes = random_bytes(64_KiB, 1);
  TELEMILL_CHECK(crc32c(bytes) == crc32c_portable(bytes));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(bytes.size()));
}
BENCHMARK(checksum);

void sizes(benchmark::internal::Benchmark* bench) {
  for (const int64_t bytes : {4'000, 40'000, 400'000}) bench->Arg(bytes);
}
BENCHMARK_CAPTURE(compress, gzip_0, Work{Coding::gzip, 0})->Apply(sizes);
BENCHMARK_CAPTURE(compress, gzip, Work{Coding::gzip, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(compress, gzip_2, Work{Coding::gzip, 2})->Apply(sizes);
BENCHMARK_CAPTURE(compress, gzip_3, Work{Coding::gzip, 3})->Apply(sizes);
BENCHMARK_CAPTURE(compress, gzip_6, Work{Coding::gzip, 6})->Apply(sizes);
BENCHMARK_CAPTURE(compress, zlib, Work{Coding::zlib, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(compress, zstd, Work{Coding::zstd, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(compress, zstd_3, Work{Coding::zstd, 3})->Apply(sizes);
BENCHMARK_CAPTURE(compress, zstd_6, Work{Coding::zstd, 6})->Apply(sizes);
BENCHMARK_CAPTURE(compress, snappy, Work{Coding::snappy, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(compress, snappy_framed, Work{Coding::snappy_framed, level_default})
    ->Apply(sizes);
BENCHMARK_CAPTURE(compress, lz4, Work{Coding::lz4, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, gzip_0, Work{Coding::gzip, 0})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, gzip, Work{Coding::gzip, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, gzip_2, Work{Coding::gzip, 2})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, gzip_3, Work{Coding::gzip, 3})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, gzip_6, Work{Coding::gzip, 6})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, zlib, Work{Coding::zlib, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, zstd, Work{Coding::zstd, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, zstd_3, Work{Coding::zstd, 3})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, zstd_6, Work{Coding::zstd, 6})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, snappy, Work{Coding::snappy, level_default})->Apply(sizes);
BENCHMARK_CAPTURE(decompress, snappy_framed, Work{Coding::snappy_framed, level_default})
    ->Apply(sizes);
BENCHMARK_CAPTURE(decompress, lz4, Work{Coding::lz4, level_default})->Apply(sizes);

}  // namespace
}  // namespace telemill::codec
