#include "wire/field_scan.h"

#include "wire/varint.h"

namespace telemill::wire {

bool FieldScan::next(Occurrence& found) noexcept {
  for (;;) {
    while (in_.at_end()) {
      if (piece_ + 1 >= pieces_.size()) return false;
      in_ = Cursor(pieces_[++piece_]);
    }
    if (short_field(found)) [[likely]]
      return true;
    const Result<bool> is_known = read(found);
    if (!is_known) {
      is_broken_ = true;
      error_ = is_known.error();
      return false;
    }
    if (*is_known) return true;
  }
}

/// Most fields are known, have a tag of one byte and a text shorter than 128 bytes or a varint of
/// one byte. Moves only on success.
bool FieldScan::short_field(Occurrence& found) noexcept {
  if (in_.left() < 2) return false;
  const uint32_t tag = in_.peek(0);
  const size_t row = tag < 0x80 ? schema_.row_of(tag >> 3) : Schema::no_row;
  if (row == Schema::no_row) return false;
  const WireType type = schema_.fields[row].type;
  if (type != static_cast<WireType>(tag & 7)) return false;
  const uint8_t next = in_.peek(1);
  if (type == WireType::length_delimited) {
    if (next >= 0x80 || next > in_.left() - 2) return false;
    in_.skip(2);
    found.text = in_.take(next);
  } else if (type == WireType::varint) {
    if (next >= 0x80) return false;
    in_.skip(2);
    found.bits = next;
  } else {
    return false;
  }
  found.row = row;
  found.is_packed = false;
  return true;
}

Result<bool> FieldScan::read(Occurrence& found) noexcept {
  TELEMILL_ASSIGN(const Tag tag, read_tag(in_));
  found.row = schema_.row_of(tag.field);
  if (found.row != Schema::no_row) {
    const Field& field = schema_.fields[found.row];
    found.is_packed = field.type != tag.type;
    const bool may_pack = field.presence == Presence::repeated && is_packable(field.kind) &&
                          tag.type == WireType::length_delimited;
    if (found.is_packed && !may_pack) found.row = Schema::no_row;
  }
  if (found.row == Schema::no_row) {
    TELEMILL_TRY(skip_value(in_, tag));
    return false;
  }
  if (tag.type == WireType::length_delimited) {
    TELEMILL_ASSIGN(found.text, read_bytes(in_));
    return !found.is_packed || !found.text.empty();  // an empty packed list says nothing
  }
  if (tag.type == WireType::varint) {
    TELEMILL_ASSIGN(found.bits, read_varint(in_));
    return true;
  }
  const size_t size = tag.type == WireType::fixed32 ? 4 : 8;
  if (in_.left() < size) return fail("fixed-width value is cut short", in_.offset());
  found.bits = size == 4 ? in_.take_fixed<uint32_t>() : in_.take_fixed<uint64_t>();
  return true;
}

}  // namespace telemill::wire
