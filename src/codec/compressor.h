#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/buffer.h"
#include "codec/coding.h"
#include "telemill/result.h"

struct libdeflate_compressor;
struct LZ4F_cctx_s;
struct ZSTD_CCtx_s;

namespace telemill::codec {

/// Codes whole messages and keeps the libraries' state (64 KiB to a few MiB, by coding and level)
/// between them. One per lane; the state of a coding is made when the coding is first asked for.
///
/// Levels, which `accepts_level` must allow:
/// - gzip, zlib: 0 to 2 are ISA-L's, -1 (default) is its 1, or its 0 for messages below 8 KiB.
///   -2 is 0 as well: ISA-L neither stores nor codes by Huffman alone; its level 0, with deflate's
///   fixed codes, is the nearest. 3 to 9 are libdeflate's.
/// - zstd: below 3 (default) is 1, below 6 is 3, below 10 is 6, all above 11: the four steps the
///   reference collector has.
class Compressor {
 public:
  Compressor() noexcept;
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();

  /// The coded form of `input`, in a slab of about its size. Pieces are read where they lie
  /// by gzip and zlib below level 3, zstd and snappy; the others copy them together first. Fails
  /// with over_limit when `input` is larger than `limits::request_bytes_max`. Identity copies.
  Result<base::Buffer> compress(Coding coding, const base::Rope& input, int level = level_default);

 private:
  struct Free {
    void operator()(libdeflate_compressor* state) const noexcept;
    void operator()(LZ4F_cctx_s* state) const noexcept;
    void operator()(ZSTD_CCtx_s* state) const noexcept;
  };
  struct FastDeflate;

  base::Buffer deflate_fast(Coding coding, const base::Rope& input, int level);
  base::Buffer deflate_small(Coding coding, const base::Rope& input, int level);
  base::Buffer compress_zstd(const base::Rope& input, int level);
  base::Buffer compress_lz4(const base::Rope& input);

  std::unique_ptr<FastDeflate> fast_deflate_;
  std::array<std::unique_ptr<libdeflate_compressor, Free>, 10> small_deflate_;  // by level
  std::unique_ptr<LZ4F_cctx_s, Free> lz4_;
  std::unique_ptr<ZSTD_CCtx_s, Free> zstd_;
};

}  // namespace telemill::codec
