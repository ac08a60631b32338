#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/buffer.h"
#include "telemill/result.h"

/// Text between JSON's quotes: escapes, UTF-8, hex and base64.
namespace telemill::wire {

/// Bytes at the start of `text` that need no escape: printable ASCII but quote and backslash, or,
/// with `and_utf8`, bytes of 0x80 and above too.
[[nodiscard]] size_t plain_prefix(std::string_view text, bool and_utf8) noexcept;
/// The same, byte by byte: what `plain_prefix` must equal.
[[nodiscard]] size_t plain_prefix_portable(std::string_view text, bool and_utf8) noexcept;

/// Copies the inside of a JSON string to `out`, which has room for it. False, with some of it
/// copied, when there is a backslash.
[[nodiscard]] bool copy_unless_escaped(std::string_view text, char* out) noexcept;

/// Appends what the escapes in `text` (the inside of a JSON string, valid UTF-8) stand for. Refuses
/// unknown escapes and lone surrogates; errors carry the offset in `text`.
Result<void> unescape_json(std::string_view text, base::Buffer& out);

/// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string_view text, base::Buffer& out);

/// Length of the UTF-8 sequence at the start of `text` (1 to 4), or 0 when it is none. Refuses
/// overlong forms, surrogates and what lies above U+10FFFF.
[[nodiscard]] size_t utf8_sequence(std::string_view text) noexcept;
/// Where the first byte stands that is no UTF-8; the size when all is well.
[[nodiscard]] size_t utf8_error_offset(std::string_view text) noexcept;

/// Writes `hex.size() / 2` bytes at `out`. False on an odd size or another character; any case.
[[nodiscard]] bool decode_hex(std::string_view hex, char* out) noexcept;
/// Appends two lower-case digits per byte.
void append_hex(std::string_view bytes, base::Buffer& out);

/// Appends what standard base64 with padding (RFC 4648, section 4) stands for; false when `text` is
/// not such, and then `out` is unchanged.
[[nodiscard]] bool decode_base64(std::string_view text, base::Buffer& out);
void append_base64(std::string_view bytes, base::Buffer& out);

}  // namespace telemill::wire
