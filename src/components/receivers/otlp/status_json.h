#pragma once

#include <string_view>

#include "base/buffer.h"

namespace telemill::components::receivers::otlp {

/// The JSON form of a serialised google.rpc.Status, by protobuf's JSON mapping: RetryInfo is
/// spelled out, details of types we do not know carry their bytes in base64. What cannot be read is
/// `{}`.
[[nodiscard]] base::Slice status_json(std::string_view status);

}  // namespace telemill::components::receivers::otlp
