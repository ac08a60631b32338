#include "wire/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace telemill::wire {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

constexpr uint64_t every_byte(uint8_t byte) noexcept { return 0x0101010101010101ULL * byte; }

/// The high bit of each byte that may need care; bits above the first one set may be wrong.
uint64_t special_bytes(uint64_t word, bool and_utf8) noexcept {
  const auto zeros = [](uint64_t x) { return (x - every_byte(1)) & ~x & every_byte(0x80); };
  const uint64_t quotes = zeros(word ^ every_byte('"'));
  const uint64_t backslashes = zeros(word ^ every_byte('\\'));
  const uint64_t controls = (word - every_byte(0x20)) & ~word & every_byte(0x80);
  return quotes | backslashes | controls | (and_utf8 ? 0 : word & every_byte(0x80));
}

constexpr bool is_special(char c, bool and_utf8) noexcept {
  const auto byte = static_cast<uint8_t>(c);
  return byte < 0x20 || c == '"' || c == '\\' || (!and_utf8 && byte >= 0x80);
}

constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <class Digit>
constexpr std::array<int8_t, 256> digit_table(Digit digit) noexcept {
  std::array<int8_t, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<int8_t>(digit(static_cast<char>(i)));
  }
  return table;
}
constexpr auto hex_digits = digit_table(hex_digit);

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr auto base64_digits = digit_table([](char c) {
  const size_t digit = base64_alphabet.find(c);
  return digit == std::string_view::npos ? -1 : static_cast<int>(digit);
});

int at_table(const std::array<int8_t, 256>& table, char c) noexcept {
  return table[static_cast<uint8_t>(c)];
}

/// The digits of four bytes, in a little-endian word.
uint64_t hex_of_four(const char* bytes) noexcept {
  uint32_t four = 0;
  std::memcpy(&four, bytes, 4);
  uint64_t spread = four;
  spread = (spread | spread << 16) & 0x0000ffff0000ffff;
  spread = (spread | spread << 8) & 0x00ff00ff00ff00ff;
  const uint64_t nibbles = (spread >> 4 & 0x000f000f000f000f) | (spread & 0x000f000f000f000f) << 8;
  const uint64_t letters = (nibbles + every_byte(6)) >> 4 & every_byte(1);
  return nibbles + every_byte('0') + letters * ('a' - '9' - 1);
}

/// Copies ASCII text that needs no escape while looking at it; returns how much that was.
size_t copy_plain(std::string_view text, char* out) noexcept {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (special_bytes(word, false) != 0) return at;
    std::memcpy(out + at, &word, 8);
  }
  for (; at < text.size() && !is_special(text[at], false); ++at) out[at] = text[at];
  return at;
}

/// Four hex digits at `at`, or -1.
int32_t code_unit(std::string_view text, size_t at) noexcept {
  if (at + 4 > text.size()) return -1;
  int32_t unit = 0;
  for (const char c : text.substr(at, 4)) {
    const int digit = at_table(hex_digits, c);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void append_utf8(uint32_t code_point, base::Buffer& out) {
  const auto tail = [code_point](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3f));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    const char bytes[] = {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
    out.append({bytes, sizeof(bytes)});
  } else if (code_point < 0x10000) {
    const char bytes[] = {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
    out.append({bytes, sizeof(bytes)});
  } else {
    const char bytes[] = {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
    out.append({bytes, sizeof(bytes)});
  }
}

/// Reads the escape at `at`, behind its `\u`; moves `at` past it and a second half.
Result<uint32_t> unicode_escape(std::string_view text, size_t& at) noexcept {
  const int32_t unit = code_unit(text, at);
  if (unit < 0) return fail("\\u needs four hex digits", at);
  at += 4;
  if (unit < 0xd800 || unit > 0xdfff) return static_cast<uint32_t>(unit);
  if (unit > 0xdbff) return fail("lone low surrogate", at - 4);
  if (text.substr(at, 2) != "\\u") return fail("lone high surrogate", at - 4);
  const int32_t low = code_unit(text, at + 2);
  if (low < 0xdc00 || low > 0xdfff) return fail("lone high surrogate", at - 4);
  at += 6;
  return static_cast<uint32_t>(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

constexpr char simple_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

void append_escaped(char c, base::Buffer& out) {
  switch (c) {
    case '"':
      return out.append("\\\"");
    case '\\':
      return out.append("\\\\");
    case '\n':
      return out.append("\\n");
    case '\r':
      return out.append("\\r");
    case '\t':
      return out.append("\\t");
    default:
      out.append("\\u00");
      append_hex({&c, 1}, out);
  }
}

}  // namespace

size_t plain_prefix_portable(std::string_view text, bool and_utf8) noexcept {
  size_t at = 0;
  while (at < text.size() && !is_special(text[at], and_utf8)) ++at;
  return at;
}

size_t plain_prefix(std::string_view text, bool and_utf8) noexcept {
  size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + 8 <= text.size(); at += 8) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      const uint64_t special = special_bytes(word, and_utf8);
      if (special != 0) return at + static_cast<size_t>(std::countr_zero(special)) / 8;
    }
  }
  return at + plain_prefix_portable(text.substr(at), and_utf8);
}

bool copy_unless_escaped(std::string_view text, char* out) noexcept {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const uint64_t difference = word ^ every_byte('\\');
    if (((difference - every_byte(1)) & ~difference & every_byte(0x80)) != 0) return false;
    std::memcpy(out + at, &word, 8);
  }
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') return false;
    out[at] = text[at];
  }
  return true;
}

Result<void> unescape_json(std::string_view text, base::Buffer& out) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t escape = std::min(text.find('\\', at), text.size());
    out.append(text.substr(at, escape - at));
    if (escape == text.size()) break;
    if (escape + 1 == text.size()) return fail("escape is cut short", escape);
    const char kind = text[escape + 1];
    at = escape + 2;
    if (kind == 'u') {
      TELEMILL_ASSIGN(const uint32_t code_point, unicode_escape(text, at));
      append_utf8(code_point, out);
      continue;
    }
    const char meant = simple_escape(kind);
    if (meant == 0) return fail("unknown escape", escape);
    out.push_back(meant);
  }
  return {};
}

void append_json_string(std::string_view text, base::Buffer& out) {
  const size_t start = out.size();
  char* const opening = out.extend(text.size() + 2);
  *opening = '"';
  const size_t copied = copy_plain(text, opening + 1);
  opening[1 + copied] = '"';
  if (copied == text.size()) return;
  out.truncate(start + 1 + copied);
  text.remove_prefix(copied);
  while (!text.empty()) {
    const size_t plain = plain_prefix(text, false);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    // Text beyond ASCII comes in runs.
    while (!text.empty() && is_special(text[0], false)) {
      size_t taken = 1;
      if (static_cast<uint8_t>(text[0]) < 0x80) {
        append_escaped(text[0], out);
      } else if (const size_t sequence = utf8_sequence(text); sequence > 0) {
        taken = sequence;
        out.append(text.substr(0, sequence));
      } else {
        out.append(replacement);
      }
      text.remove_prefix(taken);
    }
  }
  out.push_back('"');
}

size_t utf8_sequence(std::string_view text) noexcept {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto is_tail = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  if (text.empty()) return 0;
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || !is_tail(1)) return 0;
  if (lead < 0xe0) return 2;
  if (!is_tail(2)) return 0;
  if (lead < 0xf0) {
    const bool is_overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool is_surrogate = lead == 0xed && byte(1) >= 0xa0;
    return is_overlong || is_surrogate ? 0 : 3;
  }
  const bool is_overlong = lead == 0xf0 && byte(1) < 0x90;
  const bool is_beyond = lead > 0xf4 || (lead == 0xf4 && byte(1) >= 0x90);
  return !is_tail(3) || is_overlong || is_beyond ? 0 : 4;
}

size_t utf8_error_offset(std::string_view text) noexcept {
  size_t at = 0;
  while (at < text.size()) {
    const size_t sequence = utf8_sequence(text.substr(at));
    if (sequence == 0) break;
    at += sequence;
  }
  return at;
}

bool decode_hex(std::string_view hex, char* out) noexcept {
  if (hex.size() % 2 != 0) return false;
  int seen = 0;  // negative once a character was no digit
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = at_table(hex_digits, hex[i]);
    const int low = at_table(hex_digits, hex[i + 1]);
    seen |= high | low;
    *out++ = static_cast<char>(high * 16 + low);
  }
  return seen >= 0;
}

void append_hex(std::string_view bytes, base::Buffer& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (bytes.empty()) return;
  char* at = out.extend(2 * bytes.size());
  if constexpr (std::endian::native == std::endian::little) {
    for (; bytes.size() >= 4; bytes.remove_prefix(4), at += 8) {
      const uint64_t ascii = hex_of_four(bytes.data());
      std::memcpy(at, &ascii, 8);
    }
  }
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
  }
}

bool decode_base64(std::string_view text, base::Buffer& out) {
  if (text.empty()) return true;
  if (text.size() % 4 != 0) return false;
  size_t padding = 0;
  if (text.ends_with("==")) {
    padding = 2;
  } else if (text.ends_with('=')) {
    padding = 1;
  }
  const size_t start = out.size();
  char* at = out.extend(text.size() / 4 * 3);
  int seen = 0;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool is_last = i + 4 == text.size();
    int group = 0;
    for (size_t j = 0; j < 4; ++j) {
      const bool is_padding = is_last && j >= 4 - padding;
      const int digit = is_padding ? 0 : at_table(base64_digits, text[i + j]);
      seen |= digit;
      group = static_cast<int>(static_cast<unsigned>(group) << 6 | static_cast<unsigned>(digit));
    }
    *at++ = static_cast<char>(group >> 16);
    *at++ = static_cast<char>(group >> 8);
    *at++ = static_cast<char>(group);
  }
  out.truncate(seen < 0 ? start : out.size() - padding);
  return seen >= 0;
}

void append_base64(std::string_view bytes, base::Buffer& out) {
  const auto byte = [bytes](size_t i) {
    return i < bytes.size() ? static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) : 0;
  };
  if (bytes.empty()) return;
  char* at = out.extend((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *at++ = base64_alphabet[group >> 18];
    *at++ = base64_alphabet[group >> 12 & 63];
    *at++ = i + 1 < bytes.size() ? base64_alphabet[group >> 6 & 63] : '=';
    *at++ = i + 2 < bytes.size() ? base64_alphabet[group & 63] : '=';
  }
}

}  // namespace telemill::wire
