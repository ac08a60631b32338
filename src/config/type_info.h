#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "config/problem.h"

/// What fields.h builds from a config struct at compile time: constant rows that decoding, help,
/// docs, schema and redaction walk without templates.
namespace telemill::config {

enum class TypeKind : uint8_t {
  boolean,       // bool
  int32,         // int32_t
  int64,         // int64_t
  uint32,        // uint32_t
  uint64,        // uint64_t
  real,          // double
  string,        // std::string
  duration,      // Duration
  secret,        // Secret
  component_id,  // ComponentId
  headers,       // Headers
  node,          // Node: whatever stands there, for the component to read
  enumeration,   // an enum with a name table
  optional,      // std::optional<T>: off unless its key is present
  list,          // std::vector<T>
  map,           // std::map<std::string, T> or OrderedMap<T>
  structure,     // a struct with `fields`
};

enum class FieldKind : uint8_t {
  value,     // a member
  inlined,   // a member whose own keys stand at this level
  accepted,  // a key of the reference that changes nothing here
  not_yet,   // a key of the reference that we refuse by name
};

struct TypeInfo;

struct FieldInfo {
  std::string_view key;  // empty when inlined
  std::string_view doc;
  FieldKind kind = FieldKind::value;
  const TypeInfo* type = nullptr;    // of value and inlined
  void* (*member)(void*) = nullptr;  // from the struct to the member
};

using VisitElement = std::function<void(std::string_view key, const void* element)>;

struct TypeInfo {
  TypeKind kind;
  /// A default-constructed value.
  const void* (*example)() = nullptr;

  const TypeInfo* element = nullptr;  // of optional, list and map
  /// The element to write to: of an optional its value (made when absent), of a list a new last
  /// one, of a map the one at `key`.
  void* (*emplace)(void* container, std::string_view key) = nullptr;
  void (*clear)(void* container) = nullptr;
  void (*visit)(const void* container, const VisitElement& visitor) = nullptr;

  std::span<const std::string_view> names;  // of an enumeration
  bool ignores_case = false;                // of its names
  void (*choose)(void* value, size_t index) = nullptr;
  size_t (*chosen)(const void* value) = nullptr;  // an index of `names`

  std::span<const FieldInfo> fields;                               // of a structure
  void (*check)(const void* value, Problems& problems) = nullptr;  // null when it has none
};

/// The member of `field` in a struct that is only read.
[[nodiscard]] inline const void* member_of(const FieldInfo& field, const void* structure) noexcept {
  return field.member(const_cast<void*>(structure));
}

/// The field of `type` with this key, looking into inlined structs too; null when there is none.
[[nodiscard]] const FieldInfo* find_field(const TypeInfo& type, std::string_view key) noexcept;
/// Every key of `type`, inlined ones included, in table order.
void visit_fields(const TypeInfo& type, const std::function<void(const FieldInfo&)>& visitor);

/// "duration", "list of strings", "one of gzip, zstd": for help and docs.
[[nodiscard]] std::string type_name(const TypeInfo& type);

}  // namespace telemill::config
