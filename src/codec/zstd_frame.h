#pragma once

#include <cstddef>
#include <string_view>

#include "telemill/result.h"

namespace telemill::codec {

/// What the block headers of a zstd message say about its content, found without decoding it.
struct ZstdContent {
  size_t bytes_min = 0;  // stored, run-length and declared bytes: certain unless a header lies
  size_t bytes_max = 0;  // no decoder can produce more
};

/// The largest window a frame may ask for. We decode whole messages, the output is the window and
/// costs nothing; the bound (zstd's own default, 128 MiB) keeps out what peers that stream would
/// refuse, should the message travel on as it is.
inline constexpr size_t zstd_window_bytes_max = size_t{1} << 27;

/// Walks all frames, skippable ones included. Refuses what is not a whole number of frames,
/// frames that need a dictionary, and content sizes that their blocks cannot hold.
Result<ZstdContent> survey_zstd(std::string_view input) noexcept;

}  // namespace telemill::codec
