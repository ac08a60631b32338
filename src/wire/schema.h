#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "wire/varint.h"

/// What OTLP messages consist of: one table per message, the source of both JSON directions.
/// Covers OTLP 1.5 traces, metrics and logs, profiles v1development (1.11) and google.rpc.Status.
/// https://github.com/open-telemetry/opentelemetry-proto
namespace telemill::wire {

/// How a field looks on the wire and in JSON.
enum class Kind : uint8_t {
  string,
  bytes,    // base64 in JSON
  id16,     // 16 bytes or none, hex in JSON
  id8,      // 8 bytes or none, hex in JSON
  boolean,  // varint from here on ...
  int32,
  sint32,
  uint32,
  int64,
  uint64,
  enumeration,  // ... to here
  fixed32,
  fixed64,
  sfixed64,
  real,  // double
  message,
};

constexpr bool is_varint(Kind kind) noexcept {
  return kind >= Kind::boolean && kind <= Kind::enumeration;
}
/// Repeated values of this kind stand in one length-delimited field.
constexpr bool is_packable(Kind kind) noexcept {
  return kind >= Kind::boolean && kind <= Kind::real;
}

/// The wire type of one value; lists of packable kinds may also come length-delimited.
constexpr WireType wire_type(Kind kind) noexcept {
  if (is_varint(kind)) return WireType::varint;
  if (kind == Kind::fixed32) return WireType::fixed32;
  return is_packable(kind) ? WireType::fixed64 : WireType::length_delimited;
}

/// When a singular value is written.
enum class Presence : uint8_t {
  implicit,  // a default value equals an absent one and is left out
  optional,  // a default value is written when it was set
  oneof,     // so too, and at most one such field of the message is set
  repeated,
};

/// A field's name in a form that compares eight bytes at a time; the rest of `text` is zero.
struct Name {
  static constexpr size_t capacity = 40;

  constexpr Name() noexcept = default;
  constexpr void push_back(char c) noexcept { text[size++] = c; }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text.data(), size}; }

  std::array<char, capacity> text{};
  uint8_t size = 0;
};

/// A JSON name as it is written: comma, quotes and colon around it.
struct JsonKey {
  static constexpr size_t capacity = Name::capacity + 4;

  constexpr JsonKey() noexcept = default;
  constexpr explicit JsonKey(const Name& name) noexcept {
    for (const std::string_view part :
         {std::string_view(",\""), name.view(), std::string_view("\":")}) {
      for (const char c : part) text[size++] = c;
    }
  }

  std::array<char, capacity + 1> text{};  // so that `capacity` bytes can be read behind the comma
  uint8_t size = 0;
};

struct EnumValue {
  int32_t number;
  std::string_view name;
};
using EnumTable = std::span<const EnumValue>;

struct Schema;

/// One row: a field of a message.
struct Field {
  constexpr Field(uint32_t number_, std::string_view proto_name_, Kind kind_,
                  Presence presence_ = Presence::implicit) noexcept
      : number(number_), kind(kind_), presence(presence_), type(wire_type(kind_)) {
    bool upper = false;  // lowerCamelCase is what protobuf derives from snake_case
    for (const char c : proto_name_) {
      proto_name.push_back(c);
      if (c == '_') {
        upper = true;
      } else {
        json_name.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
        upper = false;
      }
    }
    json_key = JsonKey(json_name);
  }
  constexpr Field(uint32_t number_, std::string_view proto_name_, const Schema& message_,
                  Presence presence_ = Presence::optional) noexcept
      : Field(number_, proto_name_, Kind::message, presence_) {
    message = &message_;
  }
  constexpr Field(uint32_t number_, std::string_view proto_name_, const EnumTable& names_) noexcept
      : Field(number_, proto_name_, Kind::enumeration) {
    names = &names_;
  }

  uint32_t number;
  Kind kind;
  Presence presence;
  WireType type;
  Name json_name;
  Name proto_name;
  JsonKey json_key;
  const Schema* message = nullptr;   // of Kind::message
  const EnumTable* names = nullptr;  // of Kind::enumeration
};

/// A message: its rows in the order of their numbers, found by number or by name.
struct Schema {
  static constexpr size_t rows_max = 32;
  static constexpr uint8_t no_row = 0xff;

  constexpr Schema(std::string_view name_, std::span<const Field> fields_) noexcept;

  /// The row of a field number, or `no_row`.
  [[nodiscard]] constexpr size_t row_of(uint32_t number) const noexcept {
    return number < row_by_number.size() ? row_by_number[number] : no_row;
  }
  /// The row whose lowerCamelCase or snake_case name is `key`, or `no_row`. `guess` is tried first.
  [[nodiscard]] size_t row_of(std::string_view key, size_t guess) const noexcept;

  std::string_view name;
  std::span<const Field> fields;
  std::array<uint8_t, rows_max> row_by_number{};
  std::array<uint8_t, 128> row_by_hash{};  // open addressing
  bool is_well_formed = true;              // numbers ascend, names are unique, all fits

 private:
  static constexpr size_t hash(std::string_view key) noexcept {
    const auto at = [key](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(key[i])); };
    return at(0) * 31 + at(key.size() - 1) * 17 + at(key.size() / 2) * 5 + key.size();
  }
  constexpr void add_name(std::string_view key, size_t row) noexcept;
};

constexpr Schema::Schema(std::string_view name_, std::span<const Field> fields_) noexcept
    : name(name_), fields(fields_) {
  row_by_number.fill(no_row);
  row_by_hash.fill(no_row);
  uint32_t previous = 0;
  for (size_t row = 0; row < fields.size(); ++row) {
    const Field& field = fields[row];
    const bool is_list = field.presence == Presence::repeated;
    const bool may_repeat =
        is_packable(field.kind) || field.kind == Kind::message || field.kind == Kind::string;
    if (field.number <= previous || field.number >= rows_max || (is_list && !may_repeat)) {
      is_well_formed = false;
    }
    if (!is_well_formed) return;
    previous = field.number;
    row_by_number[field.number] = static_cast<uint8_t>(row);
    add_name(field.json_name.view(), row);
    if (field.json_name.view() != field.proto_name.view()) add_name(field.proto_name.view(), row);
  }
}

constexpr void Schema::add_name(std::string_view key, size_t row) noexcept {
  size_t slot = hash(key) % row_by_hash.size();
  while (row_by_hash[slot] != no_row) {
    const Field& other = fields[row_by_hash[slot]];
    const bool is_known = other.json_name.view() == key || other.proto_name.view() == key;
    if (row_by_hash[slot] != row && is_known) is_well_formed = false;
    slot = (slot + 1) % row_by_hash.size();
  }
  row_by_hash[slot] = static_cast<uint8_t>(row);
}

/// For the proof beside each table: numbers ascend, names are unique and everything fits.
constexpr bool are_well_formed(std::initializer_list<const Schema*> schemas) noexcept {
  for (const Schema* const schema : schemas) {
    if (!schema->is_well_formed) return false;
  }
  return true;
}

/// The roots: what OTLP sends and answers, by signal.
namespace schema {
extern const Schema traces_request;
extern const Schema traces_response;
extern const Schema metrics_request;
extern const Schema metrics_response;
extern const Schema logs_request;
extern const Schema logs_response;
extern const Schema profiles_request;
extern const Schema profiles_response;
/// google.rpc.Status, the body of HTTP errors.
extern const Schema rpc_status;

/// Parts that tests and other codecs start from.
extern const Schema any_value;
extern const Schema key_value;
extern const Schema resource;
extern const Schema scope;
extern const Schema span;
extern const Schema metric;
extern const Schema log_record;
}  // namespace schema

}  // namespace telemill::wire
