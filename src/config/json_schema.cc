#include "config/json_schema.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "config/describe.h"
#include "config/print.h"

namespace telemill::config {
namespace {

std::string or_expansion(std::string_view schema) {
  return fmt::format(R"({{"anyOf": [{}, {{"$ref": "#/$defs/expansion"}}]}})", schema);
}

std::string integer_schema(int64_t min, uint64_t max) {
  return or_expansion(
      fmt::format(R"({{"type": ["integer", "null"], "minimum": {}, "maximum": {}}})", min, max));
}

std::string enum_schema(const TypeInfo& type) {
  std::string names;
  for (const std::string_view name : type.names) names += json_text(name) + ", ";
  return or_expansion(fmt::format(R"({{"enum": [{}null]}})", names));
}

/// The default as JSON, or nothing for what has none worth showing.
std::string default_json(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::uint32:
    case TypeKind::uint64:
      return value_text(type, value);
    case TypeKind::real: {
      const bool is_finite = std::isfinite(*static_cast<const double*>(value));
      return is_finite ? value_text(type, value) : std::string();
    }
    case TypeKind::string:
      return json_text(*static_cast<const std::string*>(value));
    case TypeKind::enumeration:
      return json_text(type.names[type.chosen(value)]);
    case TypeKind::duration:
      return json_text(value_text(type, value));
    default:
      return {};
  }
}

std::string struct_schema(const TypeInfo& type, const void* value);

std::string schema(const TypeInfo& type, const void* value) {
  constexpr uint64_t int64_max = std::numeric_limits<int64_t>::max();
  switch (type.kind) {
    case TypeKind::boolean:
      return or_expansion(R"({"type": ["boolean", "null"]})");
    case TypeKind::int32:
      return integer_schema(std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max());
    case TypeKind::int64:
      return integer_schema(std::numeric_limits<int64_t>::min(), int64_max);
    case TypeKind::uint32:
      return integer_schema(0, std::numeric_limits<uint32_t>::max());
    case TypeKind::uint64:
      return integer_schema(0, std::numeric_limits<uint64_t>::max());
    case TypeKind::real:
      return or_expansion(R"({"type": ["number", "null"]})");
    case TypeKind::string:
    case TypeKind::secret:
    case TypeKind::component_id:
      return R"({"type": ["string", "null"]})";
    case TypeKind::duration:
      return R"({"$ref": "#/$defs/duration"})";
    case TypeKind::headers:
      return R"({"$ref": "#/$defs/headers"})";
    case TypeKind::node:
      return "{}";
    case TypeKind::enumeration:
      return enum_schema(type);
    case TypeKind::optional: {
      const void* inner = type.element->example();
      type.visit(value, [&](std::string_view, const void* given) { inner = given; });
      return schema(*type.element, inner);
    }
    case TypeKind::list:
      return fmt::format(
          R"({{"anyOf": [{{"type": ["array", "null"], "items": {}}}, {{"type": "string"}}]}})",
          schema(*type.element, type.element->example()));
    case TypeKind::map:
      return or_expansion(
          fmt::format(R"({{"type": ["object", "null"], "additionalProperties": {}}})",
                      schema(*type.element, type.element->example())));
    case TypeKind::structure:
      return or_expansion(struct_schema(type, value));
  }
  return "{}";
}

void add_properties(const TypeInfo& type, const void* value, std::string& out) {
  for (const FieldInfo& field : type.fields) {
    if (field.kind == FieldKind::inlined) {
      add_properties(*field.type, member_of(field, value), out);
      continue;
    }
    if (!out.empty()) out += ", ";
    out += fmt::format("{}: {{\"description\": {}", json_text(field.key), json_text(field.doc));
    if (field.kind == FieldKind::not_yet) out += R"(, "not": {})";
    if (field.kind == FieldKind::accepted) out += R"(, "deprecated": true)";
    if (field.type != nullptr) {
      const void* const member = member_of(field, value);
      const std::string fallback = default_json(*field.type, member);
      if (!fallback.empty()) out += fmt::format(", \"default\": {}", fallback);
      out += fmt::format(", \"allOf\": [{}]", schema(*field.type, member));
    }
    out += '}';
  }
}

std::string struct_schema(const TypeInfo& type, const void* value) {
  std::string properties;
  add_properties(type, value, properties);
  return fmt::format(
      R"({{"type": ["object", "null"], "additionalProperties": false, "properties": {{{}}}}})",
      properties);
}

}  // namespace

std::string schema_of(const TypeInfo& type) { return schema(type, type.example()); }

std::string schema_definitions() {
  return R"({"expansion": {"type": "string", "pattern": "\\$\\{.*\\}"}, )"
         R"("duration": {"anyOf": [{"type": ["integer", "null"]}, {"$ref": "#/$defs/expansion"}, )"
         R"({"type": "string", "pattern": )"
         R"("^[-+]?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$"}]}, )"
         R"("headers": {"anyOf": [{"type": ["object", "null"], "additionalProperties": )"
         R"({"type": ["string", "null"]}}, {"type": "array", "items": {"type": "object", )"
         R"("required": ["name", "value"], "additionalProperties": false, "properties": )"
         R"({"name": {"type": "string"}, "value": {"type": ["string", "null"]}}}}, )"
         R"({"$ref": "#/$defs/expansion"}]}})";
}

std::string json_schema(const TypeInfo& type) {
  const std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";
  return fmt::format("{{\"$schema\": \"{}\", \"$defs\": {}, \"allOf\": [{}]}}\n", dialect,
                     schema_definitions(), schema_of(type));
}

}  // namespace telemill::config
