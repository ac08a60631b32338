#pragma once

#include "base/units.h"

/// Bounds that hold everywhere, with their relations proven. What YAML may change is a default
/// here.
namespace telemill::limits {

/// One OTLP request after decompression; offsets inside a request are 32 bits wide.
inline constexpr size_t request_bytes_max = 1024_MiB;
inline constexpr size_t grpc_message_bytes_default = 4_MiB;
inline constexpr size_t http_body_bytes_default = 20_MiB;

/// Nested messages, groups and AnyValues; protobuf's own parsers stop at 100.
inline constexpr int nesting_depth_max = 100;
/// Bytes that may be read (never used) past the end of any slab, so kernels need no tail loop.
inline constexpr size_t slab_padding_bytes = 64;

/// A memory slab's sizes double from the least to the largest that a pool keeps.
inline constexpr size_t slab_bytes_min = 1_KiB;
inline constexpr size_t slab_bytes_pooled_max = 4_MiB;
/// What one thread's pool may hold on to.
inline constexpr size_t pool_bytes_max = 8_MiB;

inline constexpr size_t header_bytes_max = 16_KiB;
inline constexpr size_t header_count_max = 100;

static_assert(grpc_message_bytes_default <= request_bytes_max);
static_assert(http_body_bytes_default <= request_bytes_max);
static_assert(request_bytes_max <= UINT32_MAX - slab_padding_bytes, "offsets are 32 bits");
static_assert(slab_bytes_pooled_max <= pool_bytes_max);
static_assert((slab_bytes_min & (slab_bytes_min - 1)) == 0);
static_assert(nesting_depth_max >= 100, "whatever protobuf accepts we must accept");

}  // namespace telemill::limits
