#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "telemill/result.h"
#include "wire/cursor.h"
#include "wire/schema.h"

namespace telemill::wire {

/// A message's bytes: one piece, or several when a singular message came more than once and its
/// occurrences are merged. Pieces borrow from the input.
using Pieces = std::span<const std::string_view>;

/// One field as it stands on the wire.
struct Occurrence {
  size_t row = Schema::no_row;
  bool is_packed = false;
  uint64_t bits = 0;      // of a varint or fixed-width value
  std::string_view text;  // of a length-delimited one
};

/// Reads a message's known fields in wire order. Fields of another wire type than the table's are
/// unknown, as protobuf has it.
class FieldScan {
 public:
  FieldScan(const Schema& schema, Pieces pieces) noexcept
      : schema_(schema), pieces_(pieces), in_(pieces.empty() ? std::string_view{} : pieces[0]) {}

  /// False at the end and on error.
  bool next(Occurrence& found) noexcept;
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }
  [[nodiscard]] Error error() const noexcept { return error_; }
  [[nodiscard]] const char* position() const noexcept { return in_.position(); }

 private:
  bool short_field(Occurrence& found) noexcept;
  Result<bool> read(Occurrence& found) noexcept;

  const Schema& schema_;
  Pieces pieces_;
  size_t piece_ = 0;
  Cursor in_;
  bool is_broken_ = false;
  Error error_{"nothing broke"};
};

}  // namespace telemill::wire
