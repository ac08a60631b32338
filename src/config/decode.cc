#include "config/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "config/component_id.h"
#include "config/headers.h"
#include "config/limits.h"
#include "config/nearest.h"
#include "config/run_checks.h"
#include "config/scalar.h"

namespace telemill::config {
namespace {

template <class T>
T& as(void* target) noexcept {
  return *static_cast<T*>(target);
}

char to_lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

class Decoder {
 public:
  explicit Decoder(Problems& problems) noexcept : problems_(problems) {}

  void decode(const TypeInfo& type, void* target, const Node& node, const std::string& path);

 private:
  void decode_scalar(const TypeInfo& type, void* target, const Node& node, const std::string& path);
  void decode_secret(Secret& target, const Node& node, const std::string& path);
  void decode_id(void* target, const Node& node, const std::string& path);
  void decode_enum(const TypeInfo& type, void* target, const Node& node, const std::string& path);
  void decode_headers(Headers& target, const Node& node, const std::string& path);
  void decode_list(const TypeInfo& type, void* target, const Node& node, const std::string& path);
  void decode_map(const TypeInfo& type, void* target, const Node& node, const std::string& path);
  void decode_struct(const TypeInfo& type, void* target, const Node& node, const std::string& path);
  bool decode_key(const TypeInfo& type, void* target, const Entry& entry, const std::string& path);
  void refuse_key(const TypeInfo& type, const Entry& entry, const std::string& path);

  void add(Mark mark, const std::string& path, std::string message, std::string hint = {}) {
    problems_.add(Problem{.mark = mark,
                          .path = path,
                          .message = std::move(message),
                          .hint = std::move(hint),
                          .severity = Severity::error});
  }
  void expected(std::string_view what, const Node& node, const std::string& path) {
    add(node.mark, path, fmt::format("expected {}, got {}", what, describe_value(node)));
  }
  template <class T>
  void take(void* target, Read<T> value, const Node& node, const std::string& path) {
    if (value) {
      as<T>(target) = std::move(*value);
    } else {
      add(node.mark, path, std::move(value.error()));
    }
  }

  Problems& problems_;
};

/// Zero, false or empty: what null means to a scalar.
void set_zero(const TypeInfo& type, void* target) {
  switch (type.kind) {
    case TypeKind::boolean:
      as<bool>(target) = false;
      break;
    case TypeKind::int32:
      as<int32_t>(target) = 0;
      break;
    case TypeKind::int64:
      as<int64_t>(target) = 0;
      break;
    case TypeKind::uint32:
      as<uint32_t>(target) = 0;
      break;
    case TypeKind::uint64:
      as<uint64_t>(target) = 0;
      break;
    case TypeKind::real:
      as<double>(target) = 0;
      break;
    case TypeKind::string:
      as<std::string>(target).clear();
      break;
    case TypeKind::duration:
      as<Duration>(target) = {};
      break;
    case TypeKind::secret:
      as<Secret>(target) = {};
      break;
    case TypeKind::component_id:
      as<ComponentId>(target) = {};
      break;
    case TypeKind::enumeration:  // only where the empty string is one of its names
      for (size_t i = 0; i < type.names.size(); ++i) {
        if (type.names[i].empty()) type.choose(target, i);
      }
      break;
    default:
      break;
  }
}

bool takes_text(TypeKind kind) noexcept {
  return kind == TypeKind::string || kind == TypeKind::secret || kind == TypeKind::component_id ||
         kind == TypeKind::enumeration;
}

void Decoder::decode(const TypeInfo& type, void* target, const Node& node,
                     const std::string& path) {
  switch (type.kind) {
    case TypeKind::node:
      as<Node>(target) = node;
      return;
    case TypeKind::headers:
      return decode_headers(as<Headers>(target), node, path);
    case TypeKind::optional:
      if (node.is_null() && type.element->kind != TypeKind::structure) return;
      return decode(*type.element, type.emplace(target, {}), node, path);
    case TypeKind::list:
      return decode_list(type, target, node, path);
    case TypeKind::map:
      return decode_map(type, target, node, path);
    case TypeKind::structure:
      return decode_struct(type, target, node, path);
    default:
      break;
  }
  // What an expansion said counts for text even when it says null.
  if (node.is_null() && !(takes_text(type.kind) && node.original_text)) {
    set_zero(type, target);
  } else {
    decode_scalar(type, target, node, path);
  }
}

void Decoder::decode_scalar(const TypeInfo& type, void* target, const Node& node,
                            const std::string& path) {
  using Int32 = std::numeric_limits<int32_t>;
  using Int64 = std::numeric_limits<int64_t>;
  switch (type.kind) {
    case TypeKind::boolean:
      return take<bool>(target, read_bool(node), node, path);
    case TypeKind::int32: {
      int64_t wide = as<int32_t>(target);
      take<int64_t>(&wide, read_integer(node, Int32::min(), Int32::max()), node, path);
      as<int32_t>(target) = static_cast<int32_t>(wide);
      return;
    }
    case TypeKind::int64:
      return take<int64_t>(target, read_integer(node, Int64::min(), Int64::max()), node, path);
    case TypeKind::uint32: {
      uint64_t wide = as<uint32_t>(target);
      take<uint64_t>(&wide, read_unsigned(node, std::numeric_limits<uint32_t>::max()), node, path);
      as<uint32_t>(target) = static_cast<uint32_t>(wide);
      return;
    }
    case TypeKind::uint64:
      return take<uint64_t>(target, read_unsigned(node, std::numeric_limits<uint64_t>::max()), node,
                            path);
    case TypeKind::real:
      return take<double>(target, read_real(node), node, path);
    case TypeKind::string:
      return take<std::string>(target, read_string(node), node, path);
    case TypeKind::duration:
      return take<Duration>(target, read_duration(node), node, path);
    case TypeKind::secret:
      return decode_secret(as<Secret>(target), node, path);
    case TypeKind::component_id:
      return decode_id(target, node, path);
    case TypeKind::enumeration:
      return decode_enum(type, target, node, path);
    default:
      return;
  }
}

void Decoder::decode_secret(Secret& target, const Node& node, const std::string& path) {
  if (const Read<std::string> text = read_string(node)) {
    target = Secret(*text);
  } else {
    add(node.mark, path, fmt::format("expected a string, got {}", describe_value(node, false)));
  }
}

void Decoder::decode_id(void* target, const Node& node, const std::string& path) {
  const Read<std::string> text = read_string(node);
  if (!text) return expected("a component id", node, path);
  auto id = parse_component_id(*text);
  if (!id) return add(node.mark, path, std::move(id.error().message));
  as<ComponentId>(target) = std::move(*id);
}

void Decoder::decode_enum(const TypeInfo& type, void* target, const Node& node,
                          const std::string& path) {
  const Read<std::string> text = read_string(node);
  if (!text) return expected(type_name(type), node, path);
  for (size_t i = 0; i < type.names.size(); ++i) {
    const bool is_it = std::ranges::equal(type.names[i], *text, [&type](char a, char b) {
      return a == b || (type.ignores_case && to_lower(a) == to_lower(b));
    });
    if (is_it) return type.choose(target, i);
  }
  add(node.mark, path, fmt::format("expected {}, got {}", type_name(type), describe_value(node)),
      did_you_mean(*text, type.names));
}

void Decoder::decode_headers(Headers& target, const Node& node, const std::string& path) {
  if (node.is_null()) return;
  std::vector<Header> list;
  const auto take_value = [&](std::string name, const Node& value, const std::string& at) {
    Header header{.name = std::move(name), .value = {}};
    if (!value.is_null() || value.original_text) decode_secret(header.value, value, at);
    list.push_back(std::move(header));
  };
  if (node.is_mapping()) {
    for (const Entry& entry : node.entries) {
      take_value(entry.key, entry.value, join_path(path, entry.key));
    }
  } else if (node.is_sequence()) {
    for (size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      const std::string at = fmt::format("{}[{}]", path, i);
      const Node* const name = item.find("name");
      const Node* const value = item.find("value");
      const Read<std::string> text = name != nullptr ? read_string(*name) : Read<std::string>("");
      if (!text) {
        expected("a string", *name, at);
      } else if (value == nullptr || text->empty() || item.entries.size() != 2) {
        add(item.mark, at, "a header in a list is {name: ..., value: ...}");
      } else {
        take_value(*text, *value, at);
      }
    }
  } else {
    return expected("a mapping or a list of {name, value}", node, path);
  }
  target.list = std::move(list);
}

void Decoder::decode_list(const TypeInfo& type, void* target, const Node& node,
                          const std::string& path) {
  if (node.is_null()) return;
  if (node.is_sequence()) {
    type.clear(target);
    for (size_t i = 0; i < node.items.size(); ++i) {
      decode(*type.element, type.emplace(target, {}), node.items[i],
             fmt::format("{}[{}]", path, i));
    }
    return;
  }
  // The reference splits a string at commas, unless ids are wanted; other scalars it refuses.
  if (type.element->kind == TypeKind::component_id || !node.is_scalar() ||
      !std::holds_alternative<std::string_view>(resolve(node))) {
    return expected("a list", node, path);
  }
  type.clear(target);
  for (std::string_view rest = node.text; !rest.empty();) {
    const size_t comma = rest.find(',');
    Node part;
    part.kind = NodeKind::scalar;
    part.style = ScalarStyle::text;
    part.mark = node.mark;
    part.is_expanded = node.is_expanded;
    part.text = rest.substr(0, comma);
    decode(*type.element, type.emplace(target, {}), part, path);
    if (problems_.full() || comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
}

void Decoder::decode_map(const TypeInfo& type, void* target, const Node& node,
                         const std::string& path) {
  if (node.is_null()) return;
  if (!node.is_mapping()) return expected("a mapping", node, path);
  if (node.entries.size() > map_keys_max) {
    return add(node.mark, path, fmt::format("has more than {} keys", map_keys_max));
  }
  for (const Entry& entry : node.entries) {
    decode(*type.element, type.emplace(target, entry.key), entry.value, join_path(path, entry.key));
  }
}

void Decoder::decode_struct(const TypeInfo& type, void* target, const Node& node,
                            const std::string& path) {
  if (node.is_null()) return;
  if (!node.is_mapping()) return expected("a mapping", node, path);
  for (const Entry& entry : node.entries) {
    if (!decode_key(type, target, entry, path)) refuse_key(type, entry, path);
  }
}

/// False when `type` has no such key.
bool Decoder::decode_key(const TypeInfo& type, void* target, const Entry& entry,
                         const std::string& path) {
  for (const FieldInfo& field : type.fields) {
    if (field.kind == FieldKind::inlined) {
      if (decode_key(*field.type, field.member(target), entry, path)) return true;
      continue;
    }
    if (field.key != entry.key) continue;
    if (field.kind == FieldKind::value) {
      decode(*field.type, field.member(target), entry.value, join_path(path, entry.key));
    } else if (field.kind == FieldKind::not_yet) {
      add(entry.key_mark, join_path(path, entry.key),
          fmt::format("this key is not supported yet: {}", field.doc));
    }
    return true;
  }
  return false;
}

void Decoder::refuse_key(const TypeInfo& type, const Entry& entry, const std::string& path) {
  std::string hint;
  if (!problems_.full()) {
    std::vector<std::string_view> keys;
    visit_fields(type, [&](const FieldInfo& field) { keys.push_back(field.key); });
    hint = did_you_mean(entry.key, keys);
    if (hint.empty() && !keys.empty()) hint = fmt::format("known keys: {}", listed(keys));
  }
  add(entry.key_mark, join_path(path, entry.key), "unknown key", std::move(hint));
}

}  // namespace

void decode(const TypeInfo& type, void* target, const Node& node, std::string_view path,
            Problems& problems) {
  const size_t first_new = problems.size();
  Decoder(problems).decode(type, target, node, std::string(path));
  run_checks(type, target, node, path, first_new, problems);
}

}  // namespace telemill::config
