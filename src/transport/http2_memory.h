#pragma once

#include <nghttp2/nghttp2.h>

namespace telemill::transport {

/// Where nghttp2 sessions get their memory: a request costs it about eight small blocks, which come
/// from and go back to lists of the calling thread instead of the allocator. Null, which means
/// malloc, in builds with a sanitizer.
[[nodiscard]] nghttp2_mem* http2_memory() noexcept;

}  // namespace telemill::transport
