#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/test_support.h"
#include "config/yaml_reader.h"

namespace telemill::config::test {

std::string rendered(const Problems& problems) { return problems.render({"t.yaml"}); }

Node must_read(std::string_view text) {
  Problems problems;
  std::optional<Node> node = read_yaml(text, 0, problems);
  EXPECT_TRUE(problems.empty()) << rendered(problems);
  return node.value_or(Node{});
}

std::string problems_of(std::string_view text) {
  Problems problems;
  const std::optional<Node> node = read_yaml(text, 0, problems);
  EXPECT_EQ(node.has_value(), !problems.has_errors());
  return rendered(problems);
}

std::string flat(const Node& node) {
  std::string text;
  switch (node.kind) {
    case NodeKind::null:
      return "null";
    case NodeKind::scalar:
      return node.style == ScalarStyle::text ? in_quotes(node.text) : node.text;
    case NodeKind::sequence:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + flat(item);
      return "[" + text + "]";
    case NodeKind::mapping:
      for (const Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + ": " + flat(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

}  // namespace telemill::config::test
