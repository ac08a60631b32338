#include "config/expand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/fake_sources.h"
#include "config/scalar.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using test::flat;
using testing::HasSubstr;

const test::FakeSources& sources() {
  static const test::FakeSources fakes(
      {{"X", "xval"},
       {"NAME", "X"},
       {"EMPTY", ""},
       {"OCT", "0123"},
       {"HEX", "0xff"},
       {"TRUE", "true"},
       {"INT", "7"},
       {"QUOTED", "\"q\""},
       {"MAP", "{a: 1}"},
       {"LIST", "[1, b]"},
       {"BAD", "[a"},
       {"REC", "${env:REC}"},
       {"CHAIN", "${env:X}"},
       {"ESC", "a$$b"},
       {"MAPX", "{a: \"${env:X}\", b: \"p${env:INT}\"}"},
       {"NL", "a\nb"},
       {"NULLTXT", "null"},
       {"DUP", "{a: 1, a: 2}"},
       {"COMMENT", "5 # five"},
       {"PAD", "  pad  "},
       {"TAGGED", "!!str 5"},
       {"REST", "{a: 1} b"},
       {"DOCS", "a\n---\nb"},
       {"DEEP", "{a: \"${env:DEEP}\"}"},
       {"WIDE", "{a: \"${env:WIDE}\", b: \"${env:WIDE}\"}"},
       {"L0", std::string(1000, 'x')},
       {"L1", "${L0}${L0}${L0}${L0}${L0}${L0}${L0}${L0}${L0}${L0}"},
       {"BOMB", "${L1}+${L1} ${L2}"},
       {"L2", "${BOMB}-${BOMB}"}},
      {{"inc.txt", "inc text"}, {"nl.txt", "text\n"}, {"inc.yaml", "p: 1\nq: ${X}\n"}});
  return fakes;
}

/// One value after expansion, and the problems.
struct Expanded {
  explicit Expanded(std::string_view text) {
    node.kind = NodeKind::scalar;
    node.style = ScalarStyle::text;
    node.text = text;
    node.mark = {.source = 0, .line = 3, .column = 5};
    Budget budget;
    expand(node, sources().all(), names, problems, budget);
  }
  [[nodiscard]] std::string as_string_field() const {
    if (node.is_null() && !node.original_text) return "";
    const Read<std::string> text = read_string(node);
    return text ? *text : "error: " + text.error();
  }

  Node node;
  SourceNames names = {"t.yaml"};
  Problems problems;
};

struct Row {
  const char* name;
  const char* value;
  const char* untyped;    // as flat() prints it
  const char* as_string;  // what a string field gets
};
// Each row was put to the reference (v1.65) and gives what it gave.
constexpr Row rows[] = {
    {"env", "${env:X}", "\"xval\"", "xval"},
    {"bare", "${X}", "\"xval\"", "xval"},
    {"unset", "${env:UNSET}", "null", ""},
    {"unset_inside", "a${env:UNSET}b", "\"ab\"", "ab"},
    {"default", "${env:UNSET:-def}", "\"def\"", "def"},
    {"default_empty", "${env:UNSET:-}", "\"\"", ""},
    {"default_not_used", "${env:X:-def}", "\"xval\"", "xval"},
    {"set_but_empty_stays_empty", "${env:EMPTY:-def}", "null", ""},
    {"empty", "${env:EMPTY}", "null", ""},
    {"empty_inside", "a${env:EMPTY}b", "\"ab\"", "ab"},
    {"default_of_default", "${env:UNSET:-${env:X}}", "\"xval\"", "xval"},
    {"default_with_colon", "${env:UNSET:-a:-b}", "\"a:-b\"", "a:-b"},
    {"file", "${file:inc.txt}", "\"inc text\"", "inc text"},
    {"file_keeps_its_last_line_break", "${file:nl.txt}", "\"text\\n\"", "text\n"},
    {"file_inside", "a${file:nl.txt}b", "\"atext\\nb\"", "atext\nb"},
    {"file_mapping", "${file:inc.yaml}", "{p: 1, q: \"xval\"}", "p: 1\nq: xval\n"},
    {"yaml", "${yaml:hello}", "\"hello\"", "hello"},
    {"yaml_mapping_ends_at_first_brace", "${yaml:{a: 1}}", "\"{a: 1}\"", "{a: 1}"},
    {"nested", "${env:${env:NAME}}", "\"xval\"", "xval"},
    {"nested_scheme", "${env:${yaml:X}}", "\"xval\"", "xval"},
    {"chain", "${env:CHAIN}", "\"xval\"", "xval"},
    {"dollars", "$$", "\"$\"", "$"},
    {"dollars_twice", "$$ and $$$$", "\"$ and $$\"", "$ and $$"},
    {"escaped", "$${X}", "\"${X}\"", "${X}"},
    {"escaped_dollar", "$$${X}", "\"$xval\"", "$xval"},
    {"escaped_twice", "$$$${X}", "\"$${X}\"", "$${X}"},
    {"escaped_number", "$${1}", "\"${1}\"", "${1}"},
    {"escape_ends_expansion", "$${NAME} ${X}", "\"${NAME} ${X}\"", "${NAME} ${X}"},
    {"escape_after", "${X} $${NAME}", "\"xval ${NAME}\"", "xval ${NAME}"},
    {"replaces_every_copy_even_escaped", "${X} $${X}", "\"xval $xval\"", "xval $xval"},
    {"escape_in_variable", "${env:ESC}", "\"a$b\"", "a$b"},
    {"escape_in_variable_inside", "a${env:ESC}", "\"aa$b\"", "aa$b"},
    {"no_braces", "$X", "\"$X\"", "$X"},
    {"not_closed", "${X", "\"${X\"", "${X"},
    {"not_closed_after", "${env:X} ${", "\"xval ${\"", "xval ${"},
    {"close_first", "}${X}", "\"}xval\"", "}xval"},
    {"close_after", "${X}}", "\"xval}\"", "xval}"},
    {"brace_before", "{${X}", "\"{xval\"", "{xval"},
    {"twice", "${X}${X}", "\"xvalxval\"", "xvalxval"},
    {"inside", "a-${X}-b", "\"a-xval-b\"", "a-xval-b"},
    {"octal", "${env:OCT}", "0123", "0123"},
    {"octal_inside", "a${env:OCT}b", "\"a0123b\"", "a0123b"},
    {"hexadecimal", "${env:HEX}", "0xff", "0xff"},
    {"boolean", "${env:TRUE}", "true", "true"},
    {"integer", "${env:INT}", "7", "7"},
    {"integer_inside", "a${env:INT}b", "\"a7b\"", "a7b"},
    {"comment", "${env:COMMENT}", "5", "5 # five"},
    {"null_text", "${env:NULLTXT}", "null", "null"},
    {"quotes_stay", "${env:QUOTED}", "\"\\\"q\\\"\"", "\"q\""},
    {"tag_stays", "${env:TAGGED}", "\"!!str 5\"", "!!str 5"},
    {"padding_stays", "${env:PAD}", "\"  pad  \"", "  pad  "},
    {"padding_inside", "x${env:PAD}", "\"x  pad  \"", "x  pad  "},
    {"line_break", "${env:NL}", "\"a\\nb\"", "a\nb"},
    {"mapping", "${env:MAP}", "{a: 1}", "{a: 1}"},
    {"mapping_inside", "a${env:MAP}", "\"a{a: 1}\"", "a{a: 1}"},
    {"mapping_of_placeholders", "${env:MAPX}", "{a: \"xval\", b: \"p7\"}",
     "{a: \"xval\", b: \"p7\"}"},
    {"list", "${env:LIST}", "[1, b]", "[1, b]"},
    {"list_inside", "a${env:LIST}", "\"a[1, b]\"", "a[1, b]"},
    {"no_yaml", "${env:BAD}", "\"[a\"", "[a"},
    {"no_yaml_inside", "x${env:BAD}", "\"x[a\"", "x[a"},
    {"duplicate_keys_are_no_yaml", "${env:DUP}", "\"{a: 1, a: 2}\"", "{a: 1, a: 2}"},
    {"rest_is_ignored", "${env:REST}", "{a: 1}", "{a: 1} b"},
    {"several_documents", "${env:DOCS}", "\"a\\n---\\nb\"", "a\n---\nb"},
};

class Expand : public testing::TestWithParam<Row> {};
TEST_P(Expand, GivesWhatTheReferenceGives) {
  const Expanded expanded(GetParam().value);
  EXPECT_FALSE(expanded.problems.has_errors()) << test::rendered(expanded.problems);
  EXPECT_EQ(flat(expanded.node), GetParam().untyped);
  EXPECT_EQ(expanded.as_string_field(), GetParam().as_string);
}
INSTANTIATE_TEST_SUITE_P(Rows, Expand, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

struct Refusal {
  const char* name;
  const char* value;
  const char* problem;
};
constexpr Refusal refusals[] = {
    {"number", "${1}",
     "t.yaml:3:5: environment variable \"1\" has invalid name: must match regex "
     "^[a-zA-Z_][a-zA-Z0-9_]*$ (a literal is written $${1})\n"},
    {"dash", "${env:A-B}",
     "t.yaml:3:5: environment variable \"A-B\" has invalid name: must match regex "
     "^[a-zA-Z_][a-zA-Z0-9_]*$\n"},
    {"nothing", "${}",
     "t.yaml:3:5: environment variable \"\" has invalid name: must match regex "
     "^[a-zA-Z_][a-zA-Z0-9_]*$\n"},
    {"spaces", "${ X }",
     "t.yaml:3:5: environment variable \" X \" has invalid name: must match regex "
     "^[a-zA-Z_][a-zA-Z0-9_]*$\n"},
    {"bare_default", "${UNSET:-def}",
     "t.yaml:3:5: scheme \"UNSET\" in \"${UNSET:-def}\" is none of env, file, yaml (a default is "
     "written ${env:UNSET:-def})\n"},
    {"bare_default_of_one_letter", "${X:-def}",
     "t.yaml:3:5: \"X:-def\" is no URI (a default is written ${env:X:-def})\n"},
    {"scheme", "${foo:bar}",
     "t.yaml:3:5: scheme \"foo\" in \"${foo:bar}\" is none of env, file, yaml\n"},
    {"no_uri", "${env :X}", "t.yaml:3:5: \"env :X\" is no URI\n"},
    {"dollar_in_uri", "${env:$X}", "t.yaml:3:5: the URI \"env:$X\" contains a '$'\n"},
    {"two_dollars_in_uri", "${env:X$$}", "t.yaml:3:5: the URI \"env:X$$\" contains a '$'\n"},
    {"no_file", "${file:nope}", "t.yaml:3:5: cannot read file nope\n"},
    {"itself", "${env:REC}",
     "t.yaml:3:5: still changes after 1000 expansions; does \"${env:REC}\" refer to itself?\n"},
    {"deeper_and_deeper", "${env:DEEP}", "t.yaml:3:5: a::"},
    {"wider_and_wider", "${env:WIDE}", "t.yaml:3:5: a::"},
};

class RefuseExpansion : public testing::TestWithParam<Refusal> {};
TEST_P(RefuseExpansion, NamesThePlace) {
  const Expanded expanded(GetParam().value);
  EXPECT_TRUE(expanded.problems.has_errors());
  EXPECT_THAT(test::rendered(expanded.problems), testing::StartsWith(GetParam().problem));
}
INSTANTIATE_TEST_SUITE_P(Refusals, RefuseExpansion, testing::ValuesIn(refusals),
                         [](const auto& row) { return std::string(row.param.name); });

std::string placeholders(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "${env:UNSET:-" + std::to_string(i) + "}";
  return text;
}

TEST(Expand, StopsAfterAThousandRounds) {
  EXPECT_TRUE(Expanded(placeholders(999)).problems.empty());
  EXPECT_THAT(test::rendered(Expanded(placeholders(1000)).problems), HasSubstr("1000 expansions"));
}

TEST(Expand, BoundsTextThatGrowsByItself) {
  const Expanded bomb("a ${env:BOMB}");
  EXPECT_TRUE(bomb.problems.has_errors());
  EXPECT_LE(bomb.node.text.size(), expanded_bytes_max);
}

TEST(Expand, WarnsOfUnsetVariables) {
  EXPECT_EQ(test::rendered(Expanded("${env:UNSET}").problems),
            "t.yaml:3:5: warning: \"env:UNSET\" is not set and becomes null\n");
}

TEST(Expand, LeavesKeysAlone) {
  Node root = test::must_read("{'${X}': '${X}'}");
  SourceNames names;
  Problems problems;
  Budget budget;
  expand(root, sources().all(), names, problems, budget);
  EXPECT_EQ(flat(root), "{${X}: \"xval\"}");
}

TEST(Expand, PointsIntoTheFileItCameFromAndElseAtThePlaceholder) {
  const Expanded file("${file:inc.yaml}");
  EXPECT_EQ(file.names, (SourceNames{"t.yaml", "inc.yaml"}));
  EXPECT_EQ(file.node.find("q")->mark, (Mark{.source = 1, .line = 2, .column = 4}));
  const Expanded variable("${env:MAP}");
  EXPECT_EQ(variable.node.find("a")->mark, (Mark{.source = 0, .line = 3, .column = 5}));
}

TEST(Expand, NamesThePathOfTheValue) {
  Node root = test::must_read("a: {b: [x, '${1}']}");
  SourceNames names;
  Problems problems;
  Budget budget;
  expand(root, sources().all(), names, problems, budget);
  EXPECT_THAT(test::rendered(problems), testing::StartsWith("t.yaml:1:12: a::b[1]: environment"));
}

}  // namespace
}  // namespace telemill::config
