#include "config/decode.h"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "config/component_id.h"
#include "config/headers.h"
#include "config/nearest.h"
#include "config/scalar.h"

namespace telemill::config {
namespace {

template <class T>
T& as(void* target) noexcept {
  return *static_cast<T*>(target);
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
    if (type.names[i] == *text) return type.choose(target, i);
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
  // The reference splits a string at commas; other scalars it refuses.
  if (!node.is_scalar() || !std::holds_alternative<std::string_view>(resolve(node))) {
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
    if (hint.empty() && !keys.empty()) hint = fmt::format("known keys: {}", fmt::join(keys, ", "));
  }
  add(entry.key_mark, join_path(path, entry.key), "unknown key", std::move(hint));
}

/// Runs `check()` of a struct and of all below it, where decoding did not fail already.
class Checker {
 public:
  Checker(Problems& problems, size_t first_new) noexcept
      : problems_(problems), first_(first_new), end_(problems.size()) {}

  void check(const TypeInfo& type, const void* value, const Node* node, Mark mark,
             const std::string& path);

 private:
  void check_struct(const TypeInfo& type, const void* value, const Node* node, Mark mark,
                    const std::string& path);
  void run(const TypeInfo& type, const void* value, const Node* node, Mark mark,
           const std::string& path);
  [[nodiscard]] bool failed_before(std::string_view path) const;

  Problems& problems_;
  size_t first_;
  size_t end_;
};

/// Whether `inner` is `outer` or lies below it.
bool is_within(std::string_view inner, std::string_view outer) noexcept {
  if (!inner.starts_with(outer)) return false;
  const std::string_view rest = inner.substr(outer.size());
  return outer.empty() || rest.empty() || rest.starts_with("::") || rest.starts_with('[');
}

bool Checker::failed_before(std::string_view path) const {
  for (size_t i = first_; i < end_; ++i) {
    if (problems_[i].severity != Severity::error) continue;
    if (is_within(problems_[i].path, path) || is_within(path, problems_[i].path)) return true;
  }
  return false;
}

/// The place of `key` (`a::b` goes down) below `node`, as near as the file has it.
Mark locate(const Node* node, std::string_view key, Mark mark) {
  while (node != nullptr && !key.empty()) {
    const size_t end = key.find("::");
    const std::string_view name = key.substr(0, key.find('[') < end ? key.find('[') : end);
    node = node->find(name);
    if (node != nullptr) mark = node->mark;
    key = end == key.npos ? std::string_view() : key.substr(end + 2);
  }
  return mark;
}

void Checker::run(const TypeInfo& type, const void* value, const Node* node, Mark mark,
                  const std::string& path) {
  if (type.check == nullptr) return;
  Problems found;
  type.check(value, found);
  for (const Problem& problem : found) {
    Problem placed = problem;
    placed.path = join_path(path, problem.path);
    if (placed.mark.line == 0) placed.mark = locate(node, problem.path, mark);
    if (!failed_before(placed.path)) problems_.add(std::move(placed));
  }
}

void Checker::check_struct(const TypeInfo& type, const void* value, const Node* node, Mark mark,
                           const std::string& path) {
  run(type, value, node, mark, path);
  for (const FieldInfo& field : type.fields) {
    if (field.type == nullptr) continue;
    const void* const member = member_of(field, value);
    if (field.kind == FieldKind::inlined) {
      check_struct(*field.type, member, node, mark, path);
      continue;
    }
    const Node* const child = node != nullptr ? node->find(field.key) : nullptr;
    check(*field.type, member, child, child != nullptr ? child->mark : mark,
          join_path(path, field.key));
  }
}

void Checker::check(const TypeInfo& type, const void* value, const Node* node, Mark mark,
                    const std::string& path) {
  switch (type.kind) {
    case TypeKind::structure:
      return check_struct(type, value, node, mark, path);
    case TypeKind::optional:
      return type.visit(value, [&](std::string_view, const void* element) {
        check(*type.element, element, node, mark, path);
      });
    case TypeKind::list: {
      size_t i = 0;
      return type.visit(value, [&](std::string_view, const void* element) {
        const bool has_node = node != nullptr && i < node->items.size();
        const Node* const item = has_node ? &node->items[i] : nullptr;
        check(*type.element, element, item, item != nullptr ? item->mark : mark,
              fmt::format("{}[{}]", path, i));
        ++i;
      });
    }
    case TypeKind::map:
      return type.visit(value, [&](std::string_view key, const void* element) {
        const Node* const child = node != nullptr ? node->find(key) : nullptr;
        check(*type.element, element, child, child != nullptr ? child->mark : mark,
              join_path(path, key));
      });
    default:
      return;
  }
}

}  // namespace

void decode(const TypeInfo& type, void* target, const Node& node, std::string_view path,
            Problems& problems) {
  const size_t first_new = problems.size();
  Decoder(problems).decode(type, target, node, std::string(path));
  Checker(problems, first_new).check(type, target, &node, node.mark, std::string(path));
}

}  // namespace telemill::config
