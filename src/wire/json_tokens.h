#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "telemill/result.h"

namespace telemill::wire {

/// Where JSON's tokens stand: every bracket, colon, comma, opening quote and first character of a
/// number or word. Finding them is simdjson's work, which also proves that the text is UTF-8, that
/// strings end and that they hold no raw control characters. Whether the tokens make sense
/// together is up to the reader.
class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();
  JsonTokens(JsonTokens&&) noexcept;
  JsonTokens& operator=(JsonTokens&&) noexcept;

  /// Indexes `json`, which needs no padding. The scratch memory (four bytes per byte of the largest
  /// text, untouched where there are no tokens) is kept for the next call up to a bound.
  Result<void> index(std::string_view json);

  /// Offsets in ascending order. Behind the last one stands the size of the text.
  [[nodiscard]] const uint32_t* begin() const noexcept TELEMILL_LIFETIMEBOUND;
  [[nodiscard]] const uint32_t* end() const noexcept TELEMILL_LIFETIMEBOUND;
  /// Gives back scratch memory that only an unusually large text needed.
  void trim() noexcept;

 private:
  struct Scanner;
  std::unique_ptr<Scanner> scanner_;
};

}  // namespace telemill::wire
