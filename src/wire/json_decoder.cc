#include "wire/json_decoder.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/units.h"
#include "wire/json_number.h"
#include "wire/json_reader.h"
#include "wire/json_text.h"
#include "wire/writer.h"

namespace telemill::wire {
namespace {

constexpr size_t scratch_bytes_kept = 1_MiB;

/// One decode: a recursive descent over the tokens that the message tables guide. Functions answer
/// false once something was refused; the reason is then in `reader.error()`.
class Decoding {
 public:
  Decoding(JsonReader& reader, base::Buffer& out, const JsonLimits& limits) noexcept
      : reader_(reader), writer_(out), limits_(limits) {}

  bool message(const Schema& schema, int depth);

 private:
  bool field(const Field& field, bool was_seen, int depth);
  bool list(const Field& field, int depth);
  bool packed(const Field& field);
  bool element(const Field& field, int depth);
  bool submessage(const Field& field, int depth);
  bool string(const Field& field, bool is_explicit);
  bool bytes(const Field& field, bool is_explicit);
  bool id(const Field& field, size_t size, bool is_explicit);
  bool scalar(const Field& field, bool is_explicit);

  /// Reads a number, bool or enum; `bits` is its varint or its fixed-width pattern.
  bool scalar_bits(const Field& field, uint64_t& bits);
  bool integer_bits(Kind kind, uint64_t& bits);
  bool real_bits(uint64_t& bits);
  bool enum_bits(const EnumTable& names, uint64_t& bits);
  void append_bits(Kind kind, uint64_t bits);

  bool within_limit() noexcept {
    return writer_.out().size() <= limits_.output_bytes_max ||
           reader_.refuse("message grows too large", ErrorCode::over_limit);
  }

  JsonReader& reader_;
  Writer writer_;
  const JsonLimits& limits_;
};

bool Decoding::message(const Schema& schema, int depth) {
  if (!reader_.open('{', "object expected")) return false;
  if (reader_.close('}')) return true;
  uint32_t seen = 0;
  size_t guess = 0;
  for (;;) {
    std::string_view key;
    if (!reader_.raw_key(key)) return false;
    size_t row = schema.row_of(key, guess);
    if (row == Schema::no_row && JsonReader::has_escape(key)) {
      if (!reader_.unescape(key)) return false;
      row = schema.row_of(key, guess);
    }
    if (row == Schema::no_row) {
      if (!reader_.skip_value()) return false;
    } else {
      if (!field(schema.fields[row], (seen >> row & 1) != 0, depth)) return false;
      seen |= 1U << row;
      guess = row + 1;
    }
    if (reader_.close('}')) return true;
    if (!reader_.comma()) return false;
  }
}

bool Decoding::field(const Field& field, bool was_seen, int depth) {
  if (reader_.is_null()) return reader_.null();
  if (field.presence == Presence::repeated) return list(field, depth);
  // A default that follows another value must undo it, so it cannot be left out.
  const bool is_explicit = field.presence != Presence::implicit || was_seen;
  switch (field.kind) {
    case Kind::message:
      return submessage(field, depth);
    case Kind::string:
      return string(field, is_explicit);
    case Kind::bytes:
      return bytes(field, is_explicit);
    case Kind::id16:
      return id(field, 16, is_explicit);
    case Kind::id8:
      return id(field, 8, is_explicit);
    default:
      return scalar(field, is_explicit);
  }
}

bool Decoding::submessage(const Field& field, int depth) {
  if (depth >= limits_.nesting_depth_max) {
    return reader_.refuse("messages nest too deeply", ErrorCode::over_limit);
  }
  const size_t opened = writer_.open(field.number);
  if (!message(*field.message, depth + 1)) return false;
  writer_.close(opened);
  return within_limit();
}

bool Decoding::list(const Field& field, int depth) {
  if (is_packable(field.kind)) return packed(field);
  if (!reader_.open('[', "array expected")) return false;
  if (reader_.close(']')) return true;
  for (;;) {
    if (!element(field, depth)) return false;
    if (reader_.close(']')) return true;
    if (!reader_.comma()) return false;
  }
}

/// Lists hold messages, strings or numbers; schema.cc proves it.
bool Decoding::element(const Field& field, int depth) {
  if (reader_.is_null()) {
    writer_.header(field.number, 0);
    return reader_.null();
  }
  if (field.kind == Kind::message) return submessage(field, depth);
  return string(field, true);
}

bool Decoding::packed(const Field& field) {
  if (!reader_.open('[', "array expected")) return false;
  if (reader_.close(']')) return true;
  const size_t opened = writer_.open(field.number);
  for (;;) {
    uint64_t bits = 0;
    if (!(reader_.is_null() ? reader_.null() : scalar_bits(field, bits))) return false;
    append_bits(field.kind, bits);
    if (reader_.close(']')) break;
    if (!reader_.comma()) return false;
  }
  writer_.close(opened);
  return within_limit();
}

bool Decoding::string(const Field& field, bool is_explicit) {
  std::string_view text;
  if (!reader_.raw_string(text)) return false;
  if (text.empty() && !is_explicit) return true;
  base::Buffer& out = writer_.out();
  const size_t start = out.size();
  writer_.header(field.number, text.size());
  if (text.empty() || copy_unless_escaped(text, out.extend(text.size()))) return true;
  out.truncate(start);
  if (!reader_.unescape(text)) return false;
  writer_.bytes(field.number, text);
  return true;
}

bool Decoding::bytes(const Field& field, bool is_explicit) {
  std::string_view text;
  if (!reader_.string(text)) return false;
  if (text.empty() && !is_explicit) return true;
  const size_t padding = text.ends_with("==") ? 2 : static_cast<size_t>(text.ends_with('='));
  const size_t size = text.size() / 4 * 3;
  writer_.header(field.number, size < padding ? 0 : size - padding);
  return decode_base64(text, writer_.out()) ||
         reader_.refuse_last("bytes are not base64 with padding");
}

bool Decoding::id(const Field& field, size_t size, bool is_explicit) {
  std::string_view text;
  if (!reader_.raw_string(text)) return false;
  if (text.size() != 2 * size && JsonReader::has_escape(text) && !reader_.unescape(text)) {
    return false;
  }
  if (text.empty()) {
    if (is_explicit) writer_.header(field.number, 0);
    return true;
  }
  if (text.size() != 2 * size) return reader_.refuse_last("id has a wrong length");
  writer_.header(field.number, size);
  return decode_hex(text, writer_.out().extend(size)) ||
         reader_.refuse_last("id is not hexadecimal");
}

bool Decoding::scalar(const Field& field, bool is_explicit) {
  uint64_t bits = 0;
  if (!scalar_bits(field, bits)) return false;
  if (bits == 0 && !is_explicit) return true;
  if (is_varint(field.kind)) {
    writer_.varint(field.number, bits);
  } else if (field.kind == Kind::fixed32) {
    writer_.fixed32(field.number, static_cast<uint32_t>(bits));
  } else {
    writer_.fixed64(field.number, bits);
  }
  return true;
}

void Decoding::append_bits(Kind kind, uint64_t bits) {
  base::Buffer& out = writer_.out();
  if (is_varint(kind)) {
    char varint[varint_bytes_max];
    out.append({varint, static_cast<size_t>(write_varint(bits, varint) - varint)});
  } else {
    out.append({reinterpret_cast<const char*>(&bits), kind == Kind::fixed32 ? size_t{4} : 8});
  }
}

bool Decoding::scalar_bits(const Field& field, uint64_t& bits) {
  switch (field.kind) {
    case Kind::boolean:
      return reader_.boolean(bits);
    case Kind::real:
      return real_bits(bits);
    case Kind::enumeration:
      return enum_bits(*field.names, bits);
    default:
      return integer_bits(field.kind, bits);
  }
}

bool Decoding::integer_bits(Kind kind, uint64_t& bits) {
  std::string_view text;
  bool is_quoted = false;
  if (!reader_.number(text, is_quoted)) return false;
  const std::optional<Integer> integer = parse_integer(text);
  if (!integer) return reader_.refuse_last("integer expected");
  std::optional<uint64_t> value;
  switch (kind) {
    case Kind::uint32:
    case Kind::fixed32:
      value = integer->as_unsigned(32);
      break;
    case Kind::uint64:
    case Kind::fixed64:
      value = integer->as_unsigned(64);
      break;
    case Kind::int32:
    case Kind::sint32:
      if (const auto number = integer->as_signed(32)) {
        value = kind == Kind::sint32 ? zigzag(*number) : static_cast<uint64_t>(*number);
      }
      break;
    default:
      if (const auto number = integer->as_signed(64)) value = static_cast<uint64_t>(*number);
      break;
  }
  if (!value) return reader_.refuse_last("integer is out of range");
  bits = *value;
  return true;
}

bool Decoding::real_bits(uint64_t& bits) {
  std::string_view text;
  bool is_quoted = false;
  if (!reader_.number(text, is_quoted)) return false;
  const std::optional<double> value = parse_real(text, is_quoted);
  if (!value) return reader_.refuse_last("number expected");
  bits = std::bit_cast<uint64_t>(*value);
  return true;
}

bool Decoding::enum_bits(const EnumTable& names, uint64_t& bits) {
  if (!reader_.is_string()) return integer_bits(Kind::int32, bits);
  std::string_view text;
  if (!reader_.string(text)) return false;
  const auto found = std::ranges::find(names, text, &EnumValue::name);
  if (found == names.end()) return reader_.refuse_last("unknown enum name");
  bits = static_cast<uint64_t>(found->number);
  return true;
}

}  // namespace

Result<base::Buffer> JsonDecoder::decode(const Schema& root, std::string_view json,
                                         const JsonLimits& limits) {
  if (json.size() > limits.input_bytes_max) {
    return fail("JSON text is too large", 0, ErrorCode::over_limit);
  }
  auto decoded = decode_tokens(root, json, limits);
  // Scratch memory that only an unusually large text needed is not kept.
  tokens_.trim();
  if (scratch_.capacity() > scratch_bytes_kept) scratch_ = base::Buffer();
  return decoded;
}

Result<base::Buffer> JsonDecoder::decode_tokens(const Schema& root, std::string_view json,
                                                const JsonLimits& limits) {
  TELEMILL_TRY(tokens_.index(json));
  JsonReader reader(json, tokens_, scratch_);
  base::Buffer out(json.size() / 2 + limits::slab_padding_bytes);
  if (!Decoding(reader, out, limits).message(root, 0) || !reader.finish()) {
    return fail(reader.error());
  }
  return out;
}

}  // namespace telemill::wire
