#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "otlp/value_view.h"

namespace telemill::components::shared {

/// SHA-256 of attribute values as 64 lower-case hex digits: of a string's bytes, one byte 0 or 1 of
/// a boolean, eight little-endian bytes of a number. Empty strings and other kinds hash to nothing.
class ValueHash {
 public:
  ValueHash();
  ValueHash(const ValueHash&) = delete;
  ValueHash& operator=(const ValueHash&) = delete;
  ~ValueHash();

  /// `text` is the string's text, wherever it stands. The answer lives until the next call.
  [[nodiscard]] std::string_view hex_of(const otlp::AnyValueView& value, std::string_view text);

 private:
  struct Digest;
  std::unique_ptr<Digest> digest_;
  std::array<char, 64> hex_{};
};

}  // namespace telemill::components::shared
