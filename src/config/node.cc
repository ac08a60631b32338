#include "config/node.h"

#include <algorithm>

#include "config/scalar.h"

namespace telemill::config {
namespace {

bool is_string(const Node& node) { return std::holds_alternative<std::string_view>(resolve(node)); }

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) noexcept {
  for (Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Extent measure(const Node& node) {
  Extent extent{.nodes = 1, .bytes = node.text.size(), .depth = 0};
  if (node.original_text) extent.bytes += node.original_text->size();
  const auto add = [&extent](const Node& child) {
    const Extent inner = measure(child);
    extent.nodes += inner.nodes;
    extent.bytes += inner.bytes;
    extent.depth = std::max(extent.depth, inner.depth);
  };
  for (const Node& item : node.items) add(item);
  for (const Entry& entry : node.entries) {
    extent.bytes += entry.key.size();
    add(entry.value);
  }
  ++extent.depth;
  return extent;
}

void move_marks(Node& node, Mark mark) {
  node.mark = mark;
  for (Node& item : node.items) move_marks(item, mark);
  for (Entry& entry : node.entries) {
    entry.key_mark = mark;
    move_marks(entry.value, mark);
  }
}

void mark_expanded(Node& node) {
  node.is_expanded = true;
  for (Node& item : node.items) mark_expanded(item);
  for (Entry& entry : node.entries) mark_expanded(entry.value);
}

bool same_content(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text) return false;
  if (a.is_scalar() && a.style != b.style && !(is_string(a) && is_string(b))) return false;
  return std::ranges::equal(a.items, b.items, same_content) &&
         std::ranges::equal(a.entries, b.entries, [](const Entry& x, const Entry& y) {
           return x.key == y.key && same_content(x.value, y.value);
         });
}

}  // namespace telemill::config
