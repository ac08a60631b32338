#include "config/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fields.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using namespace std::chrono_literals;
using test::flat;
using test::must_read;

enum class Mode : uint8_t { fast, safe };
constexpr auto config_names(Mode) {
  return std::array{EnumName<Mode>{"fast", Mode::fast}, EnumName<Mode>{"safe", Mode::safe}};
}
struct Queue {
  int64_t size = 1000;
  static constexpr auto fields = std::tuple{field("size", &Queue::size, "In requests | items.")};
};
struct Base {
  std::string endpoint = "localhost:4317";
  Secret token;
  static constexpr auto fields = std::tuple{
      field("endpoint", &Base::endpoint, "Where."),
      field("token", &Base::token, "Sent \"as is\"."),
  };
};
struct Sample {
  Base base;
  Duration timeout = 90s;
  Mode mode = Mode::safe;
  std::optional<Queue> queue;
  std::optional<double> ratio;
  std::vector<Queue> queues;
  std::vector<std::string> names = {"a", "b c"};
  std::map<std::string, Queue> by_name;
  static constexpr auto fields = std::tuple{
      inlined(&Sample::base),
      field("timeout", &Sample::timeout, "Per attempt."),
      field("mode", &Sample::mode, "How."),
      field("queue", &Sample::queue, "Off unless given."),
      field("ratio", &Sample::ratio, "Share."),
      field("queues", &Sample::queues, "Several."),
      field("names", &Sample::names, "Names."),
      field("by_name", &Sample::by_name, "Named."),
      accepted("buffer", "sized by itself"),
      not_yet("proxy", "direct only"),
  };
};

TEST(Describe, ListsEveryKeyWithTypeAndDefault) {
  std::string text;
  for (const FieldRow& row : describe<Sample>()) {
    text += row.path + "|" + row.type + "|" + row.default_text + "|" + row.doc + "\n";
  }
  EXPECT_EQ(text,
            "endpoint|string|localhost:4317|Where.\n"
            "token|secret string|\"\"|Sent \"as is\".\n"
            "timeout|duration|1m30s|Per attempt.\n"
            "mode|one of fast, safe|safe|How.\n"
            "queue|struct|absent|Off unless given.\n"
            "queue::size|int|1000|In requests | items.\n"
            "ratio|number|absent|Share.\n"
            "queues|list of struct|[]|Several.\n"
            "queues[]::size|int|1000|In requests | items.\n"
            "names|list of string|[a, \"b c\"]|Names.\n"
            "by_name|map of struct|{}|Named.\n"
            "by_name::<name>::size|int|1000|In requests | items.\n"
            "buffer|||sized by itself\n"
            "proxy|||direct only\n");
}

TEST(Describe, MakesHelpAndPages) {
  const auto rows = describe<Queue>();
  EXPECT_EQ(help_text(rows), "size  int  1000  In requests | items.\n");
  EXPECT_EQ(markdown_table(rows),
            "| Key | Type | Default | Meaning |\n|---|---|---|---|\n"
            "| `size` | int | `1000` | In requests \\| items. |\n");
  EXPECT_THAT(help_text(describe<Sample>()), testing::HasSubstr("Not supported yet: direct only"));
}

TEST(Describe, RedactsSecretDefaults) {
  const Secret secret("hunter2");
  EXPECT_EQ(value_text(type_info<Secret>, &secret), "\"[REDACTED]\"");
}

// JSON is YAML, so our own reader can look into the schema.
TEST(JsonSchema, IsJsonWithEveryKey) {
  const Node schema = must_read(json_schema<Sample>());
  EXPECT_EQ(flat(*schema.find("$schema")), "\"https://json-schema.org/draft/2020-12/schema\"");
  const Node& top = schema.find("allOf")->items[0].find("anyOf")->items[0];
  EXPECT_EQ(flat(*top.find("additionalProperties")), "false");
  const Node& keys = *top.find("properties");
  EXPECT_EQ(keys.entries.size(), 11U);
  EXPECT_EQ(flat(*keys.find("timeout")->find("default")), "\"1m30s\"");
  EXPECT_EQ(flat(*keys.find("token")),
            "{description: \"Sent \\\"as is\\\".\", allOf: [{type: [\"string\", \"null\"]}]}");
  EXPECT_EQ(flat(*keys.find("mode")->find("allOf")->items[0].find("anyOf")->items[0].find("enum")),
            "[\"fast\", \"safe\", null]");
  EXPECT_NE(keys.find("proxy")->find("not"), nullptr);
  const Node& queue = keys.find("queue")->find("allOf")->items[0].find("anyOf")->items[0];
  EXPECT_EQ(flat(*queue.find("properties")->find("size")->find("default")), "1000");
}

}  // namespace
}  // namespace telemill::config
