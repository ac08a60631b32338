#include "config/describe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "config/component_id.h"
#include "config/headers.h"
#include "config/print.h"
#include "config/scalar.h"

namespace telemill::config {
namespace {

template <class T>
const T& as(const void* value) noexcept {
  return *static_cast<const T*>(value);
}

std::string collection_text(const TypeInfo& type, const void* value) {
  std::string text;
  type.visit(value, [&](std::string_view key, const void* element) {
    if (!text.empty()) text += ", ";
    if (type.kind == TypeKind::map) text += fmt::format("{}: ", yaml_text(key));
    text += value_text(*type.element, element);
  });
  return type.kind == TypeKind::map ? "{" + text + "}" : "[" + text + "]";
}

/// What stands in a row for the elements of a collection.
std::string_view element_suffix(TypeKind kind) noexcept {
  if (kind == TypeKind::list) return "[]";
  return kind == TypeKind::map ? "::<name>" : "";
}

void add_rows(const TypeInfo& type, const void* value, const std::string& path,
              std::vector<FieldRow>& rows);

/// The row of one key, and those of the struct that it holds.
void add_row(const FieldInfo& field, const void* structure, const std::string& path,
             std::vector<FieldRow>& rows) {
  FieldRow row{.path = join_path(path, field.key),
               .type = {},
               .default_text = {},
               .doc = std::string(field.doc),
               .kind = field.kind};
  if (field.type == nullptr) {
    rows.push_back(std::move(row));
    return;
  }
  const void* value = member_of(field, structure);
  row.type = type_name(*field.type);
  row.default_text = value_text(*field.type, value);
  std::string below = row.path;
  rows.push_back(std::move(row));

  const TypeInfo* inner = field.type;
  while (inner->element != nullptr) {
    below += element_suffix(inner->kind);
    const bool is_optional = inner->kind == TypeKind::optional;
    const void* given = nullptr;
    if (is_optional) inner->visit(value, [&](std::string_view, const void* at) { given = at; });
    inner = inner->element;
    value = given != nullptr ? given : inner->example();
  }
  if (inner->kind == TypeKind::structure) add_rows(*inner, value, below, rows);
}

void add_rows(const TypeInfo& type, const void* value, const std::string& path,
              std::vector<FieldRow>& rows) {
  for (const FieldInfo& field : type.fields) {
    if (field.kind == FieldKind::inlined) {
      add_rows(*field.type, member_of(field, value), path, rows);
    } else {
      add_row(field, value, path, rows);
    }
  }
}

std::string_view remark(FieldKind kind) noexcept {
  if (kind == FieldKind::accepted) return "Accepted without effect: ";
  return kind == FieldKind::not_yet ? "Not supported yet: " : "";
}

}  // namespace

std::string value_text(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case TypeKind::boolean:
      return as<bool>(value) ? "true" : "false";
    case TypeKind::int32:
      return fmt::format("{}", as<int32_t>(value));
    case TypeKind::int64:
      return fmt::format("{}", as<int64_t>(value));
    case TypeKind::uint32:
      return fmt::format("{}", as<uint32_t>(value));
    case TypeKind::uint64:
      return fmt::format("{}", as<uint64_t>(value));
    case TypeKind::real:
      return fmt::format("{}", as<double>(value));
    case TypeKind::string:
      return yaml_text(as<std::string>(value));
    case TypeKind::duration:
      return format_duration(as<Duration>(value));
    case TypeKind::secret:
      return as<Secret>(value).empty() ? "\"\"" : in_quotes(redacted);
    case TypeKind::component_id:
      return as<ComponentId>(value).empty() ? "\"\"" : as<ComponentId>(value).text();
    case TypeKind::headers:
      return as<Headers>(value).list.empty() ? "{}" : in_quotes(redacted);
    case TypeKind::node:
      return as<Node>(value).is_null() ? "null" : write_json(as<Node>(value));
    case TypeKind::enumeration:
      return yaml_text(type.names[type.chosen(value)]);
    case TypeKind::optional: {
      std::string text = "absent";
      type.visit(value, [&](std::string_view, const void* element) {
        text = value_text(*type.element, element);
      });
      return text;
    }
    case TypeKind::list:
    case TypeKind::map:
      return collection_text(type, value);
    case TypeKind::structure:
      break;
  }
  return "{}";
}

std::vector<FieldRow> describe(const TypeInfo& type) {
  std::vector<FieldRow> rows;
  add_rows(type, type.example(), {}, rows);
  return rows;
}

std::string help_text(std::span<const FieldRow> rows) {
  size_t path_width = 0;
  size_t type_width = 0;
  size_t default_width = 0;
  for (const FieldRow& row : rows) {
    path_width = std::max(path_width, row.path.size());
    type_width = std::max(type_width, row.type.size());
    default_width = std::max(default_width, row.default_text.size());
  }
  std::string text;
  for (const FieldRow& row : rows) {
    text += fmt::format("{:{}}  {:{}}  {:{}}  {}{}\n", row.path, path_width, row.type, type_width,
                        row.default_text, default_width, remark(row.kind), row.doc);
  }
  return text;
}

std::string markdown_table(std::span<const FieldRow> rows) {
  const auto cell = [](std::string_view text, bool is_code) {
    std::string escaped;
    for (const char c : text) {
      if (c == '|') escaped += '\\';
      escaped += c;
    }
    return is_code && !escaped.empty() ? "`" + escaped + "`" : escaped;
  };
  std::string text = "| Key | Type | Default | Meaning |\n|---|---|---|---|\n";
  for (const FieldRow& row : rows) {
    text += fmt::format("| {} | {} | {} | {}{} |\n", cell(row.path, true), cell(row.type, false),
                        cell(row.default_text, true), remark(row.kind), cell(row.doc, false));
  }
  return text;
}

}  // namespace telemill::config
