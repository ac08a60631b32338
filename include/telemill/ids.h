#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

/// Trace and span ids as types of their own: one cannot pass for the other. Formatting never
/// allocates. OpenTelemetry trace specification, "SpanContext".
namespace telemill {

template <size_t Size, class Tag>
class Id {
 public:
  static constexpr size_t size_bytes = Size;
  static constexpr size_t hex_digits = 2 * Size;

  constexpr Id() noexcept = default;
  constexpr explicit Id(const std::array<uint8_t, Size>& bytes) noexcept : bytes_(bytes) {}

  /// Reads `Size` raw bytes, the wire form. Nothing when the length is another.
  static std::optional<Id> from_bytes(std::string_view raw) noexcept {
    if (raw.size() != Size) return std::nullopt;
    Id id;
    std::memcpy(id.bytes_.data(), raw.data(), Size);
    return id;
  }
  /// Reads hexadecimal digits of any case, the JSON form.
  static constexpr std::optional<Id> from_hex(std::string_view hex) noexcept {
    if (hex.size() != hex_digits) return std::nullopt;
    Id id;
    for (size_t i = 0; i < Size; ++i) {
      const int high = digit(hex[2 * i]);
      const int low = digit(hex[2 * i + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      id.bytes_[i] = static_cast<uint8_t>(high * 16 + low);
    }
    return id;
  }

  /// Lower-case digits in a stack array, without a terminating zero.
  [[nodiscard]] constexpr std::array<char, hex_digits> to_hex() const noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, hex_digits> hex{};
    for (size_t i = 0; i < Size; ++i) {
      hex[2 * i] = digits[bytes_[i] >> 4];
      hex[2 * i + 1] = digits[bytes_[i] & 15];
    }
    return hex;
  }

  /// All zeros means "no id".
  [[nodiscard]] constexpr bool is_valid() const noexcept { return *this != Id{}; }
  [[nodiscard]] constexpr const std::array<uint8_t, Size>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), Size};
  }

  friend constexpr auto operator<=>(const Id&, const Id&) noexcept = default;

 private:
  static constexpr int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  std::array<uint8_t, Size> bytes_{};
};

using TraceId = Id<16, struct TraceIdTag>;
using SpanId = Id<8, struct SpanIdTag>;

}  // namespace telemill
