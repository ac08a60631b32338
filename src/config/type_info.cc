#include "config/type_info.h"

#include <string>
#include <vector>

namespace telemill::config {

const FieldInfo* find_field(const TypeInfo& type, std::string_view key) noexcept {
  for (const FieldInfo& field : type.fields) {
    if (field.kind == FieldKind::inlined) {
      if (const FieldInfo* const inner = find_field(*field.type, key)) return inner;
    } else if (field.key == key) {
      return &field;
    }
  }
  return nullptr;
}

void visit_fields(const TypeInfo& type, const std::function<void(const FieldInfo&)>& visitor) {
  for (const FieldInfo& field : type.fields) {
    if (field.kind == FieldKind::inlined) {
      visit_fields(*field.type, visitor);
    } else {
      visitor(field);
    }
  }
}

std::string type_name(const TypeInfo& type) {
  switch (type.kind) {
    case TypeKind::boolean:
      return "bool";
    case TypeKind::int32:
    case TypeKind::int64:
      return "int";
    case TypeKind::uint32:
    case TypeKind::uint64:
      return "unsigned int";
    case TypeKind::real:
      return "number";
    case TypeKind::string:
      return "string";
    case TypeKind::duration:
      return "duration";
    case TypeKind::secret:
      return "secret string";
    case TypeKind::component_id:
      return "component id";
    case TypeKind::headers:
      return "map or list of name and value";
    case TypeKind::node:
      return "any";
    case TypeKind::optional:
      return type_name(*type.element);
    case TypeKind::list:
      return "list of " + type_name(*type.element);
    case TypeKind::map:
      return "map of " + type_name(*type.element);
    case TypeKind::structure:
      return "struct";
    case TypeKind::enumeration:
      break;
  }
  std::vector<std::string_view> shown;
  for (const std::string_view name : type.names) shown.push_back(name.empty() ? "\"\"" : name);
  return "one of " + listed(shown);
}

}  // namespace telemill::config
