// What coding costs in memory: nothing but its output once warm, and never much above the limit.
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <malloc.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "codec/sample_spans.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TELEMILL_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TELEMILL_TEST_SANITIZED 1
#endif
#endif

namespace {

/// What the process asked the allocator for since the last `start()`. C libraries included.
struct HeapMeter {
  size_t calls = 0;
  ptrdiff_t live_bytes = 0;
  ptrdiff_t live_bytes_max = 0;

  void start() noexcept { *this = {}; }
  void* took(void* memory) noexcept {
    ++calls;
    live_bytes += static_cast<ptrdiff_t>(malloc_usable_size(memory));
    live_bytes_max = std::max(live_bytes_max, live_bytes);
    return memory;
  }
  void gives(void* memory) noexcept {
    live_bytes -= static_cast<ptrdiff_t>(malloc_usable_size(memory));
  }
};
thread_local constinit HeapMeter heap;

}  // namespace

#if !defined(TELEMILL_TEST_SANITIZED)
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);

void* malloc(size_t size) { return heap.took(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return heap.took(__libc_calloc(count, size)); }
void* realloc(void* memory, size_t size) {
  heap.gives(memory);
  return heap.took(__libc_realloc(memory, size));
}
void* aligned_alloc(size_t alignment, size_t size) {
  return heap.took(__libc_memalign(alignment, size));
}
void free(void* memory) {
  heap.gives(memory);
  __libc_free(memory);
}
}
#endif

namespace telemill::codec {
namespace {

constexpr size_t limit = 4_MiB;

std::string coded(Coding coding, std::string_view content) {
  Compressor compressor;
  const auto output = compressor.compress(coding, base::Rope(base::Slice::copy_of(content)));
  return std::string(output->view());
}

/// A deflate stream of `mebibytes` zero bytes in one, made by repeating a flushed block.
std::string deflate_bomb(size_t mebibytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
  const std::string zeros(1_MiB, '\0');
  std::string block(64_KiB, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(block.data());
  stream.avail_out = static_cast<uInt>(block.size());
  EXPECT_EQ(deflate(&stream, Z_FULL_FLUSH), Z_OK);
  EXPECT_GT(stream.avail_out, 0U);
  block.resize(stream.total_out);
  deflateEnd(&stream);
  std::string bomb;
  for (size_t i = 0; i < mebibytes; ++i) bomb += block;
  return bomb + std::string("\x03\0", 2);
}

/// An lz4 frame in blocks of 4 MiB, as several peers write it.
std::string lz4_bomb(std::string_view content) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max4MB;
  std::string bomb(LZ4F_compressFrameBound(content.size(), &preferences), '\0');
  bomb.resize(
      LZ4F_compressFrame(bomb.data(), bomb.size(), content.data(), content.size(), &preferences));
  return bomb;
}

/// A zstd frame of run-length blocks, four bytes for each 128 KiB.
std::string zstd_run_bomb(size_t mebibytes) {
  std::string bomb("\x28\xb5\x2f\xfd\0\x68", 6);
  for (size_t i = 0; i < 8 * mebibytes; ++i) bomb += std::string("\x02\0\x10\0", 4);
  return bomb + std::string("\x01\0\0", 3);
}

/// A zstd stream that does not state its size and whose blocks are all compressed.
std::string zstd_stream_bomb(size_t mebibytes) {
  const std::string content = SampleSpans(1).take(1_MiB);
  ZSTD_CCtx* const state = ZSTD_createCCtx();
  std::string bomb(64_KiB + mebibytes * 512_KiB, '\0');
  ZSTD_outBuffer out{bomb.data(), bomb.size(), 0};
  for (size_t i = 0; i < mebibytes; ++i) {
    ZSTD_inBuffer in{content.data(), content.size(), 0};
    EXPECT_EQ(ZSTD_compressStream2(state, &out, &in, ZSTD_e_flush), 0U);
  }
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  EXPECT_EQ(ZSTD_compressStream2(state, &out, &nothing, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(state);
  bomb.resize(out.pos);
  return bomb;
}

std::string repeated(const std::string& text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

struct Bomb {
  const char* name;
  Coding coding;
  std::string input;
  size_t heap_bytes_max;  // what refusing it may cost
};

std::vector<Bomb> bombs() {
  const std::string gzip_header("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  const std::string zeros(64_MiB, '\0');
  const size_t ten_gigabytes = 10'240;  // in MiB
  const std::string deflated = deflate_bomb(ten_gigabytes);
  std::vector<Bomb> all;
  const size_t filled = limit + 4_KiB;  // decoded until the limit was met
  const size_t untouched = 1_KiB;       // refused by what its headers state
  all.push_back({"gzip", Coding::gzip, gzip_header + deflated + std::string(8, '\0'), filled});
  all.push_back({"gzip stating a size", Coding::gzip,
                 gzip_header + deflated + std::string("\0\0\0\0\xff\xff\0\0", 8), filled});
  all.push_back({"gzip members", Coding::gzip, repeated(coded(Coding::gzip, zeros), 160), filled});
  all.push_back({"zlib", Coding::zlib, "\x78\x9c" + deflated + "adler", filled});
  all.push_back({"zstd runs", Coding::zstd, zstd_run_bomb(ten_gigabytes), untouched});
  all.push_back(
      {"zstd frames", Coding::zstd, repeated(coded(Coding::zstd, zeros), 160), untouched});
  all.push_back({"zstd stream", Coding::zstd, zstd_stream_bomb(64), filled});
  all.push_back({"snappy", Coding::snappy, coded(Coding::snappy, zeros), untouched});
  all.push_back({"snappy stating 4 GiB", Coding::snappy, "\xff\xff\xff\xff\x0f", untouched});
  all.push_back({"snappy_framed", Coding::snappy_framed,
                 repeated(coded(Coding::snappy_framed, zeros), 16), untouched});
  all.push_back({"lz4", Coding::lz4, repeated(coded(Coding::lz4, zeros), 16), filled});
  // The library keeps two blocks of its own, and the history between linked ones.
  all.push_back({"lz4 large blocks", Coding::lz4, lz4_bomb(zeros), filled + 8_MiB + 256_KiB});
  return all;
}

TEST(CodecMemory, RefusesBombsWithinTheirLimit) {
  Decompressor decompressor;
  for (const Coding coding : {Coding::gzip, Coding::zlib, Coding::zstd, Coding::lz4}) {
    ASSERT_TRUE(decompressor.decompress(coding, coded(coding, std::string(1_MiB, 'x')), limit));
  }
  for (const Bomb& bomb : bombs()) {
    base::slab_pool_trim();
    heap.start();
    const auto output = decompressor.decompress(bomb.coding, bomb.input, limit);
    const auto used = heap;
    ASSERT_FALSE(output) << bomb.name;
    EXPECT_EQ(output.error().code, ErrorCode::over_limit) << bomb.name;
    // Slabs of attempts that were too small are back in the pool, which has a limit of its own.
    const auto pool_bytes = static_cast<ptrdiff_t>(base::slab_pool_bytes());
    EXPECT_LE(used.live_bytes_max - pool_bytes, static_cast<ptrdiff_t>(bomb.heap_bytes_max))
        << bomb.name;
  }
}

TEST(CodecMemory, NeedsNoAllocatorOnceWarm) {
#ifdef TELEMILL_TEST_SANITIZED
  GTEST_SKIP() << "sanitizers bring an allocator of their own, which cannot be counted";
#endif
  Compressor compressor;
  Decompressor decompressor;
  SampleSpans spans(1);
  base::Rope content;
  for (int i = 0; i < 5; ++i) content.append(base::Slice::copy_of(spans.take(80'000)));
  const base::Rope whole(content.flatten());
  for (const Coding coding : {Coding::gzip, Coding::zlib, Coding::zstd, Coding::lz4}) {
    const auto round_trip = [&] {
      for (const base::Rope* const input : {&std::as_const(content), &whole}) {
        const auto coded_content = compressor.compress(coding, *input);
        ASSERT_TRUE(coded_content);
        ASSERT_TRUE(decompressor.decompress(coding, coded_content->view(), limit));
      }
    };
    base::slab_pool_trim();  // a pool full of other sizes would not keep ours
    heap.start();
    round_trip();
    EXPECT_GT(heap.calls, 0U) << "the meter must see at least the slabs";
    round_trip();
    heap.start();
    for (int i = 0; i < 20; ++i) round_trip();
    EXPECT_EQ(heap.calls, 0U) << http_name(coding);
  }
}

}  // namespace
}  // namespace telemill::codec
