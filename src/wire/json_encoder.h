#pragma once

#include <string_view>

#include "base/buffer.h"
#include "telemill/result.h"
#include "wire/json_limits.h"
#include "wire/schema.h"

namespace telemill::wire {

/// Appends the OTLP JSON form of one `root` message in protobuf bytes to `out`: lowerCamelCase keys
/// in the order of field numbers, enums as numbers, 64-bit integers as strings, ids in lower-case
/// hex, default values left out. Bytes that are no UTF-8 become U+FFFD in strings. Fields may come
/// in any order and more than once; unknown ones have no JSON form and are dropped. Ids of a wrong
/// length are refused, as no reader would accept them. On error `out` is as it was; offsets are in
/// `bytes`.
Result<void> encode_json(const Schema& root, std::string_view bytes, base::Buffer& out,
                         const JsonLimits& limits = {});

}  // namespace telemill::wire
