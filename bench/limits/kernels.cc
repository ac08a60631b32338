// Copying and coding the requests of a workload, each alone, in memory.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <vector>

#include "base/buffer.h"
#include "base/check.h"
#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "limits/limits.h"
#include "load/workload.h"

namespace telemill::bench {
namespace {

constexpr size_t request_bytes_max = size_t{64} << 20;
// So many bytes lie in no cache of one core.
constexpr size_t cold_bytes = size_t{96} << 20;

int64_t thread_cpu_ns() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

struct Work {
  std::vector<base::Slice> requests;
  double items = 0;  // of all requests
  size_t bytes = 0;
};

Result<Work, Failure> make_work(const KernelSettings& kernel) {
  load::WorkloadSettings settings;
  const auto signal = otlp::signal_from_name(kernel.signal);
  if (!signal) return fail(ErrorCode::unsupported, "unknown signal");
  settings.signal = *signal;
  TELEMILL_TRY(load::parse_shape(kernel.shape, settings));
  settings.items_per_request = kernel.items;
  Work work;
  TELEMILL_ASSIGN(const std::vector<load::Template> forms, load::make_workload(settings, 1));
  uint64_t number = 0;
  for (const load::Template& form : forms) {
    std::string bytes(form.bytes());
    form.fill({.series = {.run = 7},
               .item_base = number * kernel.items,
               .trace_base = number * kernel.items,
               .sent_at = 1'700'000'000'000'000'000},
              bytes.data());
    ++number;
    work.bytes += bytes.size();
    work.items += form.item_count();
    work.requests.push_back(base::Slice::copy_of(bytes));
  }
  return work;
}

/// Nanoseconds per item of `step` on each request, after one round of warming up.
double measure(const Work& work, unsigned rounds, const std::function<void(size_t)>& step) {
  for (size_t i = 0; i < work.requests.size(); ++i) step(i);
  const int64_t begun = thread_cpu_ns();
  for (unsigned round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < work.requests.size(); ++i) step(i);
  }
  return static_cast<double>(thread_cpu_ns() - begun) / (work.items * rounds);
}

/// A copy of what was just written, and of what comes from memory.
std::string copying(const Work& work, unsigned rounds) {
  std::string target(request_bytes_max, '\0');
  const auto copy = [&](std::string_view from) {
    TELEMILL_CHECK(from.size() <= target.size());
    std::memcpy(target.data(), from.data(), from.size());
    asm volatile("" : : "r"(target.data()) : "memory");  // the copy must happen
  };
  const double hot = measure(work, rounds, [&](size_t) { copy(work.requests.front().view()); });
  const size_t repeats = cold_bytes / work.bytes + 1;
  std::vector<std::string> many;
  many.reserve(repeats * work.requests.size());
  for (size_t i = 0; i < repeats * work.requests.size(); ++i) {
    many.emplace_back(work.requests[i % work.requests.size()].view());
  }
  size_t next = 0;
  const double cold = measure(work, rounds, [&](size_t) { copy(many[next++ % many.size()]); });
  return fmt::format(R"("copy_hot_ns":{:.2f},"copy_cold_ns":{:.2f})", hot, cold);
}

std::string coding(const Work& work, unsigned rounds, codec::Coding coding) {
  codec::Compressor compressor;
  codec::Decompressor decompressor;
  std::vector<base::Slice> coded(work.requests.size());
  const double in_ns = measure(work, rounds, [&](size_t i) {
    coded[i] = compressor.compress(coding, base::Rope(work.requests[i])).value().freeze();
  });
  const double out_ns = measure(work, rounds, [&](size_t i) {
    const auto plain = decompressor.decompress(coding, coded[i].view(), request_bytes_max);
    TELEMILL_CHECK(plain.has_value() && plain->size() == work.requests[i].size());
  });
  size_t bytes = 0;
  for (const base::Slice& one : coded) bytes += one.size();
  return fmt::format(
      R"("{}":{{"compress_ns":{:.1f},"decompress_ns":{:.1f},"bytes_per_item":{:.1f}}})",
      codec::http_name(coding), in_ns, out_ns, static_cast<double>(bytes) / work.items);
}

}  // namespace

Result<void, Failure> print_kernels(const KernelSettings& settings) {
  TELEMILL_ASSIGN(const Work work, make_work(settings));
  std::string text =
      fmt::format(R"({{"bytes_per_item":{:.1f},{},"codecs":{{)",
                  static_cast<double>(work.bytes) / work.items, copying(work, settings.rounds));
  text += coding(work, settings.rounds, codec::Coding::gzip) + ",";
  text += coding(work, settings.rounds, codec::Coding::zstd) + "}}";
  std::puts(text.c_str());
  return {};
}

}  // namespace telemill::bench
