#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/buffer.h"
#include "codec/coding.h"
#include "telemill/result.h"

struct libdeflate_decompressor;
struct LZ4F_dctx_s;
struct ZSTD_DCtx_s;

namespace telemill::codec {

/// Decodes whole message bodies and keeps the libraries' state between them. One per lane; the
/// state of a coding is made when the coding is first met.
class Decompressor {
 public:
  /// The content of `input`. Fails with over_limit as soon as it is certain that the content
  /// exceeds `output_bytes_max` (or `limits::request_bytes_max`): never is more than the limit
  /// allocated for it, and where the format states its size, nothing is. Broken data and
  /// bytes behind the end are corrupt, formats of a kind we do not know unsupported. Gzip members
  /// and frames in a row are one message; no frame at all is an empty one, as some encoders write
  /// it, but no gzip member, no zlib stream and no snappy block are corrupt. Identity copies.
  Result<base::Buffer> decompress(Coding coding, std::string_view input, size_t output_bytes_max);
  /// The same for a body in pieces, which is copied together first when there are several.
  Result<base::Buffer> decompress(Coding coding, const base::Rope& input, size_t output_bytes_max);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* state) const noexcept;
    void operator()(LZ4F_dctx_s* state) const noexcept;
    void operator()(ZSTD_DCtx_s* state) const noexcept;
  };

  Result<base::Buffer> inflate(Coding coding, std::string_view input, size_t output_bytes_max);
  Result<base::Buffer> inflate_into(Coding coding, std::string_view input, size_t room);
  Result<base::Buffer> decompress_zstd(std::string_view input, size_t output_bytes_max);
  Result<base::Buffer> decompress_lz4(std::string_view input, size_t output_bytes_max);
  Result<base::Buffer> decompress_lz4_into(std::string_view input, size_t room);

  std::unique_ptr<libdeflate_decompressor, Free> deflate_;
  std::unique_ptr<LZ4F_dctx_s, Free> lz4_;
  std::unique_ptr<ZSTD_DCtx_s, Free> zstd_;
};

}  // namespace telemill::codec
