#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace telemill::config {

enum class NodeKind : uint8_t { null, scalar, sequence, mapping };

/// Whether a scalar's text may turn out to be a number or a boolean.
enum class ScalarStyle : uint8_t {
  plain,  // its text decides, by the rules of scalar.h
  text,   // a string whatever it looks like: quoted, tagged !!str, or put together by expansion
};

struct Entry;

/// One node of a YAML document: a plain value that owns its children. Aliases are already copied,
/// merge keys already merged, tags already applied, keys unique and in the order of the file.
struct Node {
  NodeKind kind = NodeKind::null;
  ScalarStyle style = ScalarStyle::plain;
  Mark mark;
  std::string text;  // of a scalar
  /// What a whole-value `${...}` said before it was parsed. A string field takes this, so that
  /// `0123` and `true` reach it unchanged.
  std::optional<std::string> original_text;
  /// It came out of a `${...}`, maybe out of a secret one: messages do not show it.
  bool is_expanded = false;
  std::vector<Node> items;     // of a sequence
  std::vector<Entry> entries;  // of a mapping

  [[nodiscard]] bool is_null() const noexcept { return kind == NodeKind::null; }
  [[nodiscard]] bool is_scalar() const noexcept { return kind == NodeKind::scalar; }
  [[nodiscard]] bool is_sequence() const noexcept { return kind == NodeKind::sequence; }
  [[nodiscard]] bool is_mapping() const noexcept { return kind == NodeKind::mapping; }
  /// The value of `key` in a mapping, or null. Linear in the number of keys.
  [[nodiscard]] const Node* find(std::string_view key) const noexcept;
  [[nodiscard]] Node* find(std::string_view key) noexcept;
};

struct Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

/// What a tree costs, itself included.
struct Extent {
  size_t nodes = 0;
  size_t bytes = 0;  // of keys and scalars
  size_t depth = 0;  // one for a leaf
};
[[nodiscard]] Extent measure(const Node& node);

/// Makes the whole tree point at `mark`, for text that has no file of its own.
void move_marks(Node& node, Mark mark);
void mark_expanded(Node& node);

/// Same kinds, values, keys and order; marks and the way text is quoted do not count.
[[nodiscard]] bool same_content(const Node& a, const Node& b);

}  // namespace telemill::config
