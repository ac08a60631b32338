#include "config/run_checks.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

namespace telemill::config {
namespace {

/// Lives for one decode, whose errors are those from `first_` on at its birth.
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

/// The element that `index`, such as `[3]`, names in a list; null when there is none.
const Node* element_at(const Node& list, std::string_view index) {
  size_t number = 0;
  const auto read = std::from_chars(index.data() + 1, index.data() + index.size(), number);
  const bool is_there = read.ec == std::errc{} && number < list.items.size();
  return is_there ? &list.items[number] : nullptr;
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

Mark locate(const Node* node, std::string_view key, Mark mark) {
  while (node != nullptr && !key.empty()) {
    const size_t end = key.find("::");
    const std::string_view part = key.substr(0, end);
    const size_t bracket = part.find('[');
    node = node->find(part.substr(0, bracket));
    if (node != nullptr) mark = node->mark;
    if (node != nullptr && bracket != part.npos) node = element_at(*node, part.substr(bracket));
    if (node != nullptr) mark = node->mark;
    key = end == key.npos ? std::string_view() : key.substr(end + 2);
  }
  return mark;
}

void run_checks(const TypeInfo& type, const void* value, const Node& node, std::string_view path,
                size_t first, Problems& problems) {
  Checker(problems, first).check(type, value, &node, node.mark, std::string(path));
}

}  // namespace telemill::config
