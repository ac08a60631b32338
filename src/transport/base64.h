#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace telemill::transport {

/// Standard alphabet, without padding: the form in which gRPC sends `-bin` headers.
std::string encode_base64(std::string_view bytes);
/// Reads it with or without padding. Nothing when `text` is not base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace telemill::transport
