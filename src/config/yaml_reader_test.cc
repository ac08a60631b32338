#include "config/yaml_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/test_support.h"

namespace telemill::config {
namespace {

using test::flat;
using test::must_read;
using test::problems_of;
using testing::HasSubstr;
using testing::StartsWith;

struct Reading {
  const char* name;
  const char* yaml;
  const char* tree;
};
// What the reference's YAML library makes of the same text.
constexpr Reading readings[] = {
    {"empty", "", "null"},
    {"comment_only", "# nothing\n", "null"},
    {"null_document", "~", "null"},
    {"nulls", "a:\nb: ~\nc: Null\nd: NULL\ne: null\nf: ''",
     "{a: null, b: null, c: null, d: null, e: null, f: \"\"}"},
    {"styles", "a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\n  y\ne: >\n  x\n  y\n",
     "{a: x, b: \"x\", c: \"x\", d: \"x\\ny\\n\", e: \"x y\\n\"}"},
    {"flow", "{a: [1, {b: 2}], c: {}}", "{a: [1, {b: 2}], c: {}}"},
    {"document_markers", "---\na: 1\n...\n", "{a: 1}"},
    {"byte_order_mark",
     "\xef\xbb\xbf"
     "a: 1",
     "{a: 1}"},
    {"tag_str", "a: !!str 5", "{a: \"5\"}"},
    {"tag_int", "a: !!int \"5\"", "{a: 5}"},
    {"tag_float", "a: !!float 5", "{a: 5}"},
    {"tag_null", "a: !!null ''", "{a: null}"},
    {"tag_none", "a: ! 5", "{a: 5}"},
    {"tag_binary", "a: !!binary aGk=", "{a: \"hi\"}"},
    {"tag_own", "a: !foo bar", "{a: \"bar\"}"},
    {"alias", "a: &x {p: 1}\nb: *x", "{a: {p: 1}, b: {p: 1}}"},
    {"alias_redefined", "[&x 1, *x, &x 2, *x]", "[1, 1, 2, 2]"},
    {"merge", "b: &x {p: 1, q: 2}\nc: {<<: *x, q: 3}", "{b: {p: 1, q: 2}, c: {q: 3, p: 1}}"},
    {"merge_after", "b: &x {p: 1, q: 2}\nc: {q: 3, <<: *x}", "{b: {p: 1, q: 2}, c: {q: 3, p: 1}}"},
    {"merge_list", "b: &x {p: 1}\nd: &y {p: 5, r: 6}\nc: {<<: [*x, *y], z: 3}",
     "{b: {p: 1}, d: {p: 5, r: 6}, c: {z: 3, p: 1, r: 6}}"},
    {"merge_quoted_is_a_key", "{\"<<\": {b: 1}}", "{<<: {b: 1}}"},
    {"scalar_keys", "{1: x, true: y, '': e}", "{1: x, true: y, : e}"},
};

class ReadYaml : public testing::TestWithParam<Reading> {};
TEST_P(ReadYaml, MakesTheTree) { EXPECT_EQ(flat(must_read(GetParam().yaml)), GetParam().tree); }
INSTANTIATE_TEST_SUITE_P(Readings, ReadYaml, testing::ValuesIn(readings),
                         [](const auto& row) { return std::string(row.param.name); });

struct Refusal {
  const char* name;
  const char* yaml;
  const char* problem;
};
constexpr Refusal refusals[] = {
    {"duplicate_key", "a: 1\nb: 2\na: 3",
     "t.yaml:3:1: key \"a\" is given twice, first in line 1, column 1\n"},
    {"duplicate_nested", "x:\n  - {k: 1, k: 2}",
     "t.yaml:2:12: key \"k\" is given twice, first in line 2, column 6\n"},
    {"duplicate_merge", "b: &x {p: 1}\nc: {<<: *x, <<: *x}",
     "t.yaml:2:13: key \"<<\" is given twice, first in line 2 (give it a list: <<: [*a, *b])\n"},
    {"merge_of_scalar", "{<<: 5}", "t.yaml:1:6: \"<<\" takes a mapping or a list of mappings\n"},
    {"unknown_anchor", "a: *x", "t.yaml:1:4: no anchor &x above\n"},
    {"forward_anchor", "a: *x\nb: &x 1", "t.yaml:1:4: no anchor &x above\n"},
    {"self_anchor", "a: &x [*x]", "t.yaml:1:8: anchor &x contains itself\n"},
    {"list_key", "{[a]: x}", "t.yaml:1:2: a key must be a single word or text\n"},
    {"null_key", "a: 1\n~: 2", "t.yaml:2:1: a key is missing (null)\n"},
    {"map_key", "{{a: b}: x}", "t.yaml:1:2: a key must be a single word or text\n"},
    {"wrong_tag", "a: !!int x", "t.yaml:1:4: \"x\" is no !!int\n"},
    {"wrong_binary", "a: !!binary '*'", "t.yaml:1:4: \"*\" is no !!binary\n"},
    {"tab", "a:\n\tb: 1",
     "t.yaml:2:1: not valid YAML: found character that cannot start any token, while scanning for "
     "the next token (indent with spaces, not with tabs)\n"},
    {"rest_of_no_document", "{a: 1}\nb: 2",
     "t.yaml:2:1: this does not belong to the document above it (is it indented as far as its "
     "first line?)\n"},
    {"not_utf8", "a: 1\nb: \xff\xfe",
     "t.yaml:2:4: not valid YAML text: invalid leading UTF-8 octet\n"},
};

class RefuseYaml : public testing::TestWithParam<Refusal> {};
TEST_P(RefuseYaml, NamesThePlace) { EXPECT_EQ(problems_of(GetParam().yaml), GetParam().problem); }
INSTANTIATE_TEST_SUITE_P(Refusals, RefuseYaml, testing::ValuesIn(refusals),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(YamlReader, SkipsAByteOrderMark) {
  Problems problems;
  const auto node = read_yaml(
      "\xef\xbb\xbf"
      "a: 1\nb: 2\n",
      0, problems);
  ASSERT_TRUE(node.has_value()) << problems.render({});
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(node->entries.size(), 2U);
}

TEST(YamlReader, ReportsEveryDuplicateAtOnce) {
  EXPECT_EQ(problems_of("a: 1\na: 2\nb: {c: 1, c: 2}"),
            "t.yaml:3:11: key \"c\" is given twice, first in line 3, column 5\n"
            "t.yaml:2:1: key \"a\" is given twice, first in line 1, column 1\n");
}

TEST(YamlReader, ReadsTheFirstDocumentAndWarnsOfMore) {
  Problems problems;
  const auto node = read_yaml("a: 1\n---\na: 2", 0, problems);
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(flat(*node), "{a: 1}");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].severity, Severity::warning);
  EXPECT_THAT(problems_of("a: 1\n---\n["), StartsWith("t.yaml:2:1: warning: only the first"));
  EXPECT_THAT(problems_of("a: 1\n...\nb: ["),
              StartsWith("t.yaml:3:1: this does not belong to the document above it"));
}

TEST(YamlReader, KeepsTheMarkOfEveryNodeAndKey) {
  const Node root = must_read("a:\n  b: [x,\n   y]\n");
  const Entry& b = root.find("a")->entries[0];
  EXPECT_EQ(b.key_mark, (Mark{.source = 0, .line = 2, .column = 3}));
  EXPECT_EQ(b.value.items[1].mark, (Mark{.source = 0, .line = 3, .column = 4}));
}

TEST(YamlReader, StopsAnAliasBomb) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    yaml += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  EXPECT_THAT(problems_of(yaml), HasSubstr("may hold"));
}

TEST(YamlReader, StopsABombOfText) {
  const std::string big(1'000'000, 'x');
  std::string yaml = "a: &a " + big + "\nb: [";
  for (int i = 0; i < 100; ++i) yaml += "*a, ";
  EXPECT_THAT(problems_of(yaml + "]"), HasSubstr("aliases expand to more than"));
}

TEST(YamlReader, StopsADepthBomb) {
  const std::string message = "nested deeper than 100 levels";
  EXPECT_THAT(problems_of(std::string(10'000, '[')), HasSubstr(message));
  std::string block;
  for (size_t i = 0; i < 300; ++i) block += std::string(i, ' ') + "a:\n";
  EXPECT_THAT(problems_of(block), HasSubstr(message));
  std::string keys;
  for (size_t i = 0; i < 300; ++i) keys += "? ";
  EXPECT_THAT(problems_of(keys), HasSubstr(message));
  std::string aliases = "a0: &a0 [x]\n";
  for (int i = 1; i < 120; ++i) aliases += fmt::format("a{0}: &a{0} [*a{1}]\n", i, i - 1);
  EXPECT_THAT(problems_of(aliases), HasSubstr(message));
}

TEST(YamlReader, TakesExactlyTheDepthItPromises) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(measure(must_read(nested(depth_max))).depth, depth_max);
  EXPECT_NE(problems_of(nested(depth_max + 1)), "");
}

// Quadratic work would take minutes here.
TEST(YamlReader, MergesManyMappingsInLinearTime) {
  std::string yaml = "a: &a {p: 1}\nb:\n  <<: [";
  for (int i = 0; i < 30'000; ++i) yaml += "*a,";
  yaml += "]\n";
  for (int i = 0; i < 30'000; ++i) yaml += fmt::format("  k{}: 1\n", i);
  EXPECT_EQ(must_read(yaml).find("b")->entries.size(), 30'001U);
}

TEST(YamlReader, BoundsItsInput) {
  EXPECT_THAT(problems_of(std::string(document_bytes_max + 1, ' ')), HasSubstr("exceed the limit"));
  std::string many = "[";
  for (size_t i = 0; i < expanded_nodes_max; ++i) many += "1,";
  EXPECT_THAT(problems_of(many + "]"), HasSubstr("too many values"));
}

TEST(YamlReader, SurvivesTruncationAtEveryByte) {
  const std::string sample =
      "%YAML 1.2\n---\nreceivers: &r\n  otlp: {protocols: {grpc: , http: {endpoint: \"a:1\"}}}\n"
      "  # comment \xc3\xa9\nprocessors: {<<: *r, 'q\\uote': !!str 5}\nlist:\n- |2-\n   block\n- "
      ">\n"
      "  folded\n\n- \"esc \\x41 \\u00e9\"\n- ? complex\n  : value\n...\n";
  must_read(sample);
  for (size_t size = 0; size < sample.size(); ++size) {
    for (const char* const tail : {"", "\xff", "[", "*r", "&", "\""}) {
      Problems problems;
      const auto node = read_yaml(sample.substr(0, size) + tail, 0, problems);
      EXPECT_EQ(node.has_value(), !problems.has_errors()) << size;
    }
  }
}

}  // namespace
}  // namespace telemill::config
