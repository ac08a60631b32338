// What each action means, row by row. The rows are the promise; whatever runs actions in the future
// has to keep it.
#include "components/shared/attribute_actions/action_program.h"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "components/shared/any_value/any_value.h"
#include "config/yaml_reader.h"
#include "otlp/value_text.h"
#include "wire/writer.h"

namespace telemill::components::shared {
namespace {

constexpr uint32_t attributes_field = 9;

config::Node yaml(std::string_view text) {
  config::Problems problems;
  config::Node node = config::read_yaml(text, 0, problems).value_or(config::Node{});
  EXPECT_FALSE(problems.has_errors()) << text;
  return node;
}

struct ActionList {
  std::vector<AttributeAction> actions;
  static constexpr auto fields =
      std::tuple{config::field("actions", &ActionList::actions, "Actions.")};
};

/// A message with these attributes, between two fields of another kind.
std::string message_of(const config::Node& attributes) {
  base::Buffer out;
  wire::Writer writer(out);
  writer.bytes(1, "before");
  for (const config::Entry& entry : attributes.entries) {
    const size_t attribute = writer.open(attributes_field);
    writer.bytes(1, entry.key);
    writer.bytes(2, any_value(entry.value));
    writer.close(attribute);
  }
  writer.fixed64(7, 7);
  return std::string(out.view());
}

std::string run(const std::vector<AttributeAction>& actions, const std::string& message,
                const pipeline::RequestContext* context) {
  ActionProgram program(actions);
  program.begin_batch(context);
  otlp::AttributeList list;
  list.begin_part();
  list.begin_item();
  EXPECT_TRUE(list.read(message, 0, attributes_field));
  program.run(list);
  std::vector<otlp::TextEdit> edits;
  list.take_edits(edits);
  base::Buffer edited;
  append_edited(message, edits, edited);
  return std::string(edited.view());
}

/// As `key=kind:text`, in their order.
std::string describe(std::string_view message) {
  static constexpr std::array<std::string_view, 9> kinds = {
      "none", "str", "bool", "int", "double", "array", "map", "bytes", "index"};
  std::string text;
  for (const auto attribute : otlp::AttributesView(message, attributes_field)) {
    base::Buffer value;
    append_value_text(attribute.value(), value);
    if (!text.empty()) text += ' ';
    text.append(attribute.key()).append("=");
    text.append(kinds[static_cast<size_t>(attribute.value().kind())]).append(":");
    text.append(value.view());
  }
  return text;
}

struct Row {
  const char* name;
  const char* actions;
  const char* before;
  const char* after;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }
};

class Action : public testing::TestWithParam<Row> {};

TEST_P(Action, DoesWhatItsRowSays) {
  const Row& row = GetParam();
  config::Problems problems;
  const auto list =
      config::decode<ActionList>(yaml("actions: " + std::string(row.actions)), "", problems);
  ASSERT_FALSE(problems.has_errors()) << problems[0].path << ": " << problems[0].message;
  const pipeline::RequestContext context{
      .client_address = "10.1.2.3",
      .metadata = {{"tenant", "a"}, {"x-id", "1"}, {"tenant", "b"}},
      .auth = {{"username", "joe"}}};
  const std::string message = message_of(yaml(row.before));
  const std::string edited = run(list.actions, message, &context);
  EXPECT_EQ(describe(edited), row.after);
  EXPECT_TRUE(edited.starts_with(message.substr(0, 8))) << "what stands before stays";
  EXPECT_NE(edited.find(message.substr(message.size() - 9)), edited.npos)
      << "and what stands behind";
}

constexpr Row rows[] = {
    {"insert_adds_behind_the_others", "[{key: n, value: v, action: insert}]", "{a: 1, b: 2}",
     "a=int:1 b=int:2 n=str:v"},
    {"insert_leaves_what_is_there", "[{key: a, value: v, action: insert}]", "{a: 1}", "a=int:1"},
    {"insert_into_nothing", "[{key: a, value: v, action: insert}]", "{}", "a=str:v"},
    {"update_changes_what_is_there", "[{key: a, value: v, action: update}]", "{a: 1, b: 2}",
     "a=str:v b=int:2"},
    {"update_adds_nothing", "[{key: n, value: v, action: update}]", "{a: 1}", "a=int:1"},
    {"upsert_changes_what_is_there", "[{key: b, value: v, action: upsert}]", "{a: 1, b: 2, c: 3}",
     "a=int:1 b=str:v c=int:3"},
    {"upsert_adds", "[{key: n, value: v, action: upsert}]", "{a: 1}", "a=int:1 n=str:v"},
    {"action_in_any_case", "[{key: n, value: v, action: UpSert}]", "{}", "n=str:v"},
    {"value_int", "[{key: n, value: -7, action: insert}]", "{}", "n=int:-7"},
    {"value_double", "[{key: n, value: 1.5, action: insert}]", "{}", "n=double:1.5"},
    {"value_bool", "[{key: n, value: true, action: insert}]", "{}", "n=bool:true"},
    {"value_quoted_is_a_string", "[{key: n, value: '7', action: insert}]", "{}", "n=str:7"},
    {"value_list", "[{key: n, value: [1, a, true], action: insert}]", "{}",
     "n=array:[1,\"a\",true]"},
    {"value_map", "[{key: n, value: {b: 1, a: [x]}, action: insert}]", "{}",
     "n=map:{\"a\":[\"x\"],\"b\":1}"},
    {"from_attribute_copies_type_and_all", "[{key: n, from_attribute: a, action: insert}]",
     "{a: [1, 2]}", "a=array:[1,2] n=array:[1,2]"},
    {"from_attribute_absent_is_no_op", "[{key: a, from_attribute: x, action: upsert}]", "{a: 1}",
     "a=int:1"},
    {"from_context_metadata_joins_values",
     "[{key: n, from_context: metadata.Tenant, action: insert}]", "{}", "n=str:a;b"},
    {"from_context_without_prefix_is_metadata", "[{key: n, from_context: x-id, action: insert}]",
     "{}", "n=str:1"},
    {"from_context_auth", "[{key: n, from_context: auth.username, action: insert}]", "{}",
     "n=str:joe"},
    {"from_context_client_address", "[{key: n, from_context: client.address, action: insert}]",
     "{}", "n=str:10.1.2.3"},
    {"from_context_absent_is_no_op", "[{key: a, from_context: metadata.no, action: upsert}]",
     "{a: 1}", "a=int:1"},
    {"delete_by_key", "[{key: b, action: delete}]", "{a: 1, b: 2, c: 3}", "a=int:1 c=int:3"},
    {"delete_absent", "[{key: x, action: delete}]", "{a: 1}", "a=int:1"},
    {"delete_by_pattern", "[{pattern: '^http\\.', action: delete}]",
     "{http.a: 1, b: 2, http.c: 3, xhttp.: 4}", "b=int:2 xhttp.=int:4"},
    {"delete_by_key_and_pattern", "[{key: b, pattern: '^a', action: delete}]",
     "{a1: 1, b: 2, a2: 3, c: 4}", "c=int:4"},
    {"hash_string", "[{key: a, action: hash}]", "{a: hello}",
     "a=str:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
    {"hash_true_is_one_byte", "[{key: a, action: hash}]", "{a: true}",
     "a=str:4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"},
    {"hash_false_is_one_byte", "[{key: a, action: hash}]", "{a: false}",
     "a=str:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"hash_int_is_eight_bytes_little_endian", "[{key: a, action: hash}]", "{a: 1}",
     "a=str:7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8"},
    {"hash_empty_string_is_empty", "[{key: a, action: hash}]", "{a: ''}", "a=str:"},
    {"hash_list_is_empty", "[{key: a, action: hash}]", "{a: [1]}", "a=str:"},
    {"hash_by_pattern", "[{pattern: '^a', action: hash}]", "{b: hello, a1: hello}",
     "b=str:hello a1=str:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
    {"extract_named_groups",
     "[{key: u, pattern: '^(?P<proto>\\w+)://(?P<host>[^/]+)', action: extract}]",
     "{u: 'http://h/p'}", "u=str:http://h/p proto=str:http host=str:h"},
    {"extract_takes_go_group_names", "[{key: u, pattern: '(?<x>b+)', action: extract}]",
     "{u: abbc}", "u=str:abbc x=str:bb"},
    {"extract_overwrites_targets", "[{key: u, pattern: '(?P<x>b+)', action: extract}]",
     "{x: 5, u: abbc}", "x=str:bb u=str:abbc"},
    {"extract_overwrites_its_own_source", "[{key: u, pattern: '(?P<u>b+)', action: extract}]",
     "{u: abbc}", "u=str:bb"},
    {"extract_group_that_took_no_part_is_empty",
     "[{key: u, pattern: 'a(?P<x>b)?(?P<y>c)', action: extract}]", "{u: ac}",
     "u=str:ac x=str: y=str:c"},
    {"extract_without_match", "[{key: u, pattern: '(?P<x>z)', action: extract}]", "{u: abc}",
     "u=str:abc"},
    {"extract_from_strings_only", "[{key: u, pattern: '(?P<x>1)', action: extract}]", "{u: 1}",
     "u=int:1"},
    {"convert_to_int_from_string", "[{key: a, converted_type: int, action: convert}]", "{a: '-12'}",
     "a=int:-12"},
    {"convert_to_int_truncates", "[{key: a, converted_type: int, action: convert}]", "{a: -1.9}",
     "a=int:-1"},
    {"convert_to_int_from_bool", "[{key: a, converted_type: int, action: convert}]", "{a: true}",
     "a=int:1"},
    {"convert_to_int_unparsable_stays", "[{key: a, converted_type: int, action: convert}]",
     "{a: '1.5'}", "a=str:1.5"},
    {"convert_to_int_list_stays", "[{key: a, converted_type: int, action: convert}]", "{a: [1]}",
     "a=array:[1]"},
    {"convert_to_double_from_string", "[{key: a, converted_type: double, action: convert}]",
     "{a: '1e2'}", "a=double:100"},
    {"convert_to_double_as_go_reads", "[{key: a, converted_type: double, action: convert}]",
     "{a: '+.5'}", "a=double:0.5"},
    {"convert_to_double_from_hex", "[{key: a, converted_type: double, action: convert}]",
     "{a: '0x1p-1'}", "a=double:0.5"},
    {"convert_to_double_from_int", "[{key: a, converted_type: double, action: convert}]", "{a: 3}",
     "a=double:3"},
    {"convert_to_double_out_of_range_stays", "[{key: a, converted_type: double, action: convert}]",
     "{a: '1e999'}", "a=str:1e999"},
    {"convert_to_string_from_int", "[{key: a, converted_type: string, action: convert}]", "{a: 3}",
     "a=str:3"},
    {"convert_to_string_from_double", "[{key: a, converted_type: string, action: convert}]",
     "{a: 0.0000001}", "a=str:1e-7"},
    {"convert_to_string_from_large_double", "[{key: a, converted_type: string, action: convert}]",
     "{a: 1.0e+21}", "a=str:1e+21"},
    {"convert_to_string_from_map", "[{key: a, converted_type: string, action: convert}]",
     "{a: {b: <x>, a: 1}}", "a=str:{\"a\":1,\"b\":\"<x>\"}"},
    {"actions_see_what_those_before_did",
     "[{key: n, value: 5, action: insert}, {key: n, converted_type: string, action: convert}, "
     "{key: m, from_attribute: n, action: insert}, {key: n, action: delete}]",
     "{a: 1}", "a=int:1 m=str:5"},
    {"insert_again_after_delete", "[{key: a, action: delete}, {key: a, value: 2, action: insert}]",
     "{a: 1, b: 1}", "b=int:1 a=int:2"},
};
INSTANTIATE_TEST_SUITE_P(Rows, Action, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

struct Mistake {
  const char* name;
  const char* action;
  const char* path;
  const char* message;  // a part of it

  friend std::ostream& operator<<(std::ostream& out, const Mistake& row) { return out << row.name; }
};

class ActionMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ActionMistake, IsNamedAtItsPlace) {
  config::Problems problems;
  const std::string text = "actions:\n  - {key: ok, value: 1, action: insert}\n  - " +
                           std::string(GetParam().action) + "\n";
  static_cast<void>(config::decode<ActionList>(yaml(text), "", problems));
  ASSERT_EQ(problems.error_count(), 1U);
  EXPECT_EQ(problems[0].path, GetParam().path);
  EXPECT_NE(problems[0].message.find(GetParam().message), std::string::npos) << problems[0].message;
  EXPECT_EQ(problems[0].mark.line, 3U);
}

constexpr Mistake mistakes[] = {
    {"no_action", "{key: k, value: 1}", "actions[1]::action", "is required"},
    {"unknown_action", "{key: k, action: inserted}", "actions[1]::action", "\"inserted\""},
    {"no_key", "{value: 1, action: insert}", "actions[1]::key", "needs a key"},
    {"delete_without_key_or_pattern", "{action: delete}", "actions[1]::key", "a key or a pattern"},
    {"no_source", "{key: k, action: upsert}", "actions[1]", "key \"k\" needs value"},
    {"two_sources", "{key: k, value: 1, from_attribute: a, action: update}", "actions[1]",
     "more than one of"},
    {"value_of_delete", "{key: k, value: 1, action: delete}", "actions[1]::value",
     "action \"delete\" of key \"k\" does not use this field"},
    {"from_context_of_hash", "{key: k, from_context: a, action: hash}", "actions[1]::from_context",
     "does not use this field"},
    {"pattern_of_insert", "{key: k, value: 1, pattern: a, action: insert}", "actions[1]::pattern",
     "does not use this field"},
    {"converted_type_of_extract",
     "{key: k, pattern: '(?P<a>b)', converted_type: int, action: extract}",
     "actions[1]::converted_type", "does not use this field"},
    {"extract_without_pattern", "{key: k, action: extract}", "actions[1]::pattern",
     "needs a pattern"},
    {"extract_without_groups", "{key: k, pattern: a, action: extract}", "actions[1]::pattern",
     "has no named group"},
    {"extract_with_unnamed_group", "{key: k, pattern: '(?P<a>b)(c)', action: extract}",
     "actions[1]::pattern", "without a name"},
    {"broken_pattern", "{pattern: '(', action: delete}", "actions[1]::pattern",
     "no regular expression"},
    {"look_ahead_is_not_re2", "{pattern: 'a(?=b)', action: delete}", "actions[1]::pattern",
     "no regular expression"},
    {"convert_without_type", "{key: k, action: convert}", "actions[1]::converted_type",
     "needs a converted_type"},
    {"convert_to_bool", "{key: k, converted_type: bool, action: convert}",
     "actions[1]::converted_type", "\"bool\""},
};
INSTANTIATE_TEST_SUITE_P(Rows, ActionMistake, testing::ValuesIn(mistakes),
                         [](const auto& row) { return std::string(row.param.name); });

std::string attribute(std::string_view key, std::string_view value) {
  base::Buffer out;
  wire::Writer writer(out);
  const size_t field = writer.open(attributes_field);
  writer.bytes(1, key);
  writer.bytes(2, any_string(value));
  writer.close(field);
  return std::string(out.view());
}

std::vector<AttributeAction> actions_of(std::string_view text) {
  config::Problems problems;
  auto list = config::decode<ActionList>(yaml("actions: " + std::string(text)), "", problems);
  EXPECT_FALSE(problems.has_errors());
  return std::move(list.actions);
}

TEST(ActionProgram, OfEqualKeysTheFirstIsUpdatedAndAllAreDeletedOrHashed) {
  const std::string twice = attribute("a", "x") + attribute("a", "y");
  EXPECT_EQ(describe(run(actions_of("[{key: a, value: 1, action: update}]"), twice, nullptr)),
            "a=int:1 a=str:y");
  EXPECT_EQ(run(actions_of("[{key: a, action: delete}]"), twice, nullptr), "");
  const std::string hashed = run(actions_of("[{key: a, action: hash}]"), twice, nullptr);
  EXPECT_EQ(hashed.find("\x0a\x01x"), std::string::npos);
  EXPECT_EQ(hashed.find("\x0a\x01y"), std::string::npos);
}

TEST(ActionProgram, TheSameValueAgainIsNoEdit) {
  const std::string message = attribute("a", "x");
  ActionProgram program(actions_of("[{key: a, value: x, action: upsert}]"));
  program.begin_batch(nullptr);
  otlp::AttributeList list;
  list.begin_part();
  ASSERT_TRUE(list.read(message, 0, attributes_field));
  program.run(list);
  EXPECT_FALSE(list.is_changed());
}

TEST(ActionProgram, WithoutContextOnlyTheAddressIsKnownAndEmpty) {
  EXPECT_EQ(describe(run(actions_of("[{key: a, from_context: client.address, action: insert}, "
                                    "{key: b, from_context: metadata.x, action: insert}]"),
                         "", nullptr)),
            "a=str:");
}

}  // namespace
}  // namespace telemill::components::shared
