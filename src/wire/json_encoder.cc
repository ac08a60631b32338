#include "wire/json_encoder.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/small_vector.h"
#include "wire/field_scan.h"
#include "wire/json_text.h"

namespace telemill::wire {
namespace {

/// What was met of a message so far.
struct Survey {
  uint32_t rows = 0;  // a bit for each row that occurs
  /// Whether rows ascended, only lists repeated and at most one member of the oneof was set: then
  /// what is read can be written at once.
  bool is_ordered = true;
  size_t field_count = 0;
  size_t previous = 0;
  /// The row of the oneof member that counts, and how many fields come before its last run.
  size_t oneof_row = Schema::no_row;
  size_t oneof_since = 0;

  void add(const Schema& schema, size_t row) noexcept {
    const uint32_t bit = 1U << row;
    const Presence presence = schema.fields[row].presence;
    const bool is_again = (rows & bit) != 0 && presence != Presence::repeated;
    if (row < previous || is_again) is_ordered = false;
    if (presence == Presence::oneof && row != oneof_row) {
      if (oneof_row != Schema::no_row) is_ordered = false;
      oneof_row = row;
      oneof_since = field_count;
    }
    rows |= bit;
    previous = row;
    ++field_count;
  }
};

/// How to go about the order of fields. `trusting` writes while it reads and gives up, all of the
/// encode, when a message turns out to be scattered; `careful` looks at each message first. So an
/// encode costs at most both, however deep its messages nest.
enum class Approach : uint8_t { trusting, careful };

/// One encode. Functions answer false once something was refused; the reason is in `error()`.
class Encoding {
 public:
  Encoding(std::string_view bytes, base::Buffer& out, const JsonLimits& limits,
           Approach approach) noexcept
      : input_(bytes), out_(out), output_start_(out.size()), limits_(limits), approach_(approach) {}

  bool message(const Schema& schema, Pieces pieces, int depth);
  [[nodiscard]] Error error() const noexcept { return error_; }
  /// The trusting approach met a scattered message.
  [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }

 private:
  bool survey(const Schema& schema, Pieces pieces, Survey& met);
  bool finish(const FieldScan& scan);
  bool ordered_fields(const Schema& schema, Pieces pieces, int depth);
  bool scattered_fields(const Schema& schema, Pieces pieces, const Survey& survey, int depth);
  bool scattered_field(const Schema& schema, size_t row, Pieces pieces, const Survey& survey,
                       int depth);
  bool singular(const Field& field, const Occurrence& found, int depth);
  bool elements(const Field& field, const Occurrence& found, int depth);
  bool packed_elements(const Field& field, std::string_view text);
  bool text_value(const Field& field, std::string_view text);

  void key(const Field& field);
  void comma() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
  }
  void open(char bracket) {
    out_.push_back(bracket);
    needs_comma_ = false;
  }
  bool close(char bracket) {
    out_.push_back(bracket);
    needs_comma_ = true;
    return out_.size() - output_start_ <= limits_.output_bytes_max ||
           refuse("JSON text grows too large", nullptr, ErrorCode::over_limit);
  }
  void number(Kind kind, uint64_t bits);
  void real(double value);

  bool refuse(const char* what, const char* position, ErrorCode code = ErrorCode::corrupt) {
    const size_t offset = position == nullptr ? 0 : static_cast<size_t>(position - input_.data());
    error_ = fail(what, offset, code).error;
    return false;
  }

  std::string_view input_;
  base::Buffer& out_;
  size_t output_start_;
  const JsonLimits& limits_;
  const Approach approach_;
  bool needs_comma_ = false;
  bool gave_up_ = false;
  Error error_{"nothing was refused"};
};

/// The number a varint or fixed-width pattern means, as protobuf narrows it.
uint64_t narrowed(Kind kind, uint64_t bits) noexcept {
  switch (kind) {
    case Kind::boolean:
      return bits != 0 ? 1 : 0;
    case Kind::int32:
    case Kind::enumeration:
      return static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(bits)));
    case Kind::sint32:
      return static_cast<uint64_t>(
          static_cast<int64_t>(static_cast<int32_t>(unzigzag(bits & UINT32_MAX))));
    case Kind::uint32:
      return bits & UINT32_MAX;
    default:
      return bits;
  }
}

bool Encoding::message(const Schema& schema, Pieces pieces, int depth) {
  if (depth > limits_.nesting_depth_max) {
    return refuse("messages nest too deeply", pieces.empty() ? nullptr : pieces[0].data(),
                  ErrorCode::over_limit);
  }
  Survey met;
  if (approach_ == Approach::careful && !survey(schema, pieces, met)) return false;
  open('{');
  const bool is_done = met.is_ordered ? ordered_fields(schema, pieces, depth)
                                      : scattered_fields(schema, pieces, met, depth);
  return is_done && close('}');
}

bool Encoding::survey(const Schema& schema, Pieces pieces, Survey& met) {
  FieldScan scan(schema, pieces);
  Occurrence found;
  while (scan.next(found)) met.add(schema, found.row);
  return finish(scan);
}

bool Encoding::finish(const FieldScan& scan) {
  if (!scan.is_broken()) return true;
  return refuse(scan.error().what, scan.position(), scan.error().code);
}

bool Encoding::ordered_fields(const Schema& schema, Pieces pieces, int depth) {
  FieldScan scan(schema, pieces);
  Occurrence found;
  Survey met;
  size_t open_list = Schema::no_row;
  while (scan.next(found)) {
    met.add(schema, found.row);
    if (!met.is_ordered) {
      gave_up_ = true;
      return false;
    }
    const Field& field = schema.fields[found.row];
    if (open_list != Schema::no_row && open_list != found.row) {
      if (!close(']')) return false;
      open_list = Schema::no_row;
    }
    if (field.presence != Presence::repeated) {
      if (!singular(field, found, depth)) return false;
      continue;
    }
    if (open_list == Schema::no_row) {
      key(field);
      open('[');
      open_list = found.row;
    }
    if (!elements(field, found, depth)) return false;
  }
  return finish(scan) && (open_list == Schema::no_row || close(']'));
}

/// One scan for each row that occurs: bounded by the rows of the table, and without memory.
bool Encoding::scattered_fields(const Schema& schema, Pieces pieces, const Survey& survey,
                                int depth) {
  for (size_t row = 0; row < schema.fields.size(); ++row) {
    if ((survey.rows >> row & 1) == 0) continue;
    const bool is_overruled =
        schema.fields[row].presence == Presence::oneof && row != survey.oneof_row;
    if (!is_overruled && !scattered_field(schema, row, pieces, survey, depth)) return false;
  }
  return true;
}

bool Encoding::scattered_field(const Schema& schema, size_t row, Pieces pieces,
                               const Survey& survey, int depth) {
  const Field& field = schema.fields[row];
  FieldScan scan(schema, pieces);
  Occurrence found;
  if (field.presence == Presence::repeated) {
    key(field);
    open('[');
    while (scan.next(found)) {
      if (found.row == row && !elements(field, found, depth)) return false;
    }
    return close(']');
  }
  base::SmallVector<std::string_view, 4> merged;
  Occurrence last;
  for (size_t index = 0; scan.next(found); ++index) {
    if (found.row != row) continue;
    if (field.presence == Presence::oneof && index < survey.oneof_since) continue;
    last = found;
    if (field.kind == Kind::message) merged.push_back(found.text);
  }
  if (field.kind != Kind::message) return singular(field, last, depth);
  key(field);
  return message(*field.message, {merged.data(), merged.size()}, depth + 1);
}

bool Encoding::singular(const Field& field, const Occurrence& found, int depth) {
  if (field.kind == Kind::message) {
    key(field);
    return message(*field.message, {&found.text, 1}, depth + 1);
  }
  const bool may_omit = field.presence == Presence::implicit;
  if (!is_packable(field.kind)) {
    if (may_omit && found.text.empty()) return true;
    key(field);
    return text_value(field, found.text);
  }
  const uint64_t bits = narrowed(field.kind, found.bits);
  if (may_omit && bits == 0) return true;
  key(field);
  number(field.kind, bits);
  return true;
}

bool Encoding::elements(const Field& field, const Occurrence& found, int depth) {
  if (found.is_packed) return packed_elements(field, found.text);
  comma();
  if (field.kind == Kind::message) return message(*field.message, {&found.text, 1}, depth + 1);
  if (!is_packable(field.kind)) return text_value(field, found.text);
  number(field.kind, narrowed(field.kind, found.bits));
  return true;
}

bool Encoding::packed_elements(const Field& field, std::string_view text) {
  Cursor in(text);
  const size_t size = field.type == WireType::fixed32 ? 4 : 8;
  while (!in.at_end()) {
    uint64_t bits = 0;
    if (field.type == WireType::varint) {
      const Result<uint64_t> value = read_varint(in);
      if (!value) return refuse(value.error().what, in.position());
      bits = *value;
    } else {
      if (in.left() < size) return refuse("packed list is cut short", in.position());
      bits = size == 4 ? in.take_fixed<uint32_t>() : in.take_fixed<uint64_t>();
    }
    comma();
    number(field.kind, narrowed(field.kind, bits));
  }
  return true;
}

bool Encoding::text_value(const Field& field, std::string_view text) {
  if (field.kind == Kind::string) {
    append_json_string(text, out_);
    return true;
  }
  const size_t size = field.kind == Kind::id16 ? 16 : 8;
  out_.push_back('"');
  if (field.kind == Kind::bytes) {
    append_base64(text, out_);
  } else {
    if (!text.empty() && text.size() != size) return refuse("id has a wrong length", text.data());
    append_hex(text, out_);
  }
  out_.push_back('"');
  return true;
}

void Encoding::key(const Field& field) {
  const JsonKey& name = field.json_key;
  const size_t skipped = needs_comma_ ? 0 : 1;
  const size_t end = out_.size() + name.size - skipped;
  // A copy of constant size is a few moves; what is too much is cut off again.
  std::memcpy(out_.extend(JsonKey::capacity), name.text.data() + skipped, JsonKey::capacity);
  out_.truncate(end);
  needs_comma_ = true;
}

void Encoding::number(Kind kind, uint64_t bits) {
  char digits[24];
  char* at = digits;
  char* const end = digits + sizeof(digits);
  switch (kind) {
    case Kind::boolean:
      return out_.append(bits != 0 ? "true" : "false");
    case Kind::real:
      return real(std::bit_cast<double>(bits));
    case Kind::int32:
    case Kind::sint32:
    case Kind::enumeration:
      at = std::to_chars(at, end, static_cast<int64_t>(bits)).ptr;
      break;
    case Kind::uint32:
    case Kind::fixed32:
      at = std::to_chars(at, end, bits).ptr;
      break;
    default:
      *at++ = '"';
      at = kind == Kind::int64 || kind == Kind::sfixed64
               ? std::to_chars(at, end, static_cast<int64_t>(bits)).ptr
               : std::to_chars(at, end, bits).ptr;
      *at++ = '"';
      break;
  }
  out_.append({digits, static_cast<size_t>(at - digits)});
}

void Encoding::real(double value) {
  if (std::isnan(value)) return out_.append("\"NaN\"");
  if (std::isinf(value)) return out_.append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  // Readers that try integers first would drop the sign of "-0".
  if (value == 0 && std::signbit(value)) return out_.append("-0.0");
  char digits[32];
  const char* const end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out_.append({digits, static_cast<size_t>(end - digits)});
}

}  // namespace

Result<void> encode_json(const Schema& root, std::string_view bytes, base::Buffer& out,
                         const JsonLimits& limits) {
  if (bytes.size() > limits.input_bytes_max) {
    return fail("message is too large", 0, ErrorCode::over_limit);
  }
  const size_t start = out.size();
  for (const Approach approach : {Approach::trusting, Approach::careful}) {
    Encoding encoding(bytes, out, limits, approach);
    if (encoding.message(root, {&bytes, 1}, 0)) return {};
    out.truncate(start);
    if (!encoding.gave_up()) return fail(encoding.error());
  }
  return fail("message is scattered beyond reading");  // unreachable: careful never gives up
}

}  // namespace telemill::wire
