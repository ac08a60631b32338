#include "config/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "config/fields.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using test::must_read;

TEST(YamlText, QuotesWhateverMightBeSomethingElse) {
  for (const char* const text : {"a", "otlp/2", "localhost:4317", "http://h:1/p", "0.5x"}) {
    EXPECT_EQ(test::flat(must_read("k: " + yaml_text(text))).find("null"), std::string::npos);
  }
  EXPECT_EQ(yaml_text("otlp/2"), "otlp/2");
  EXPECT_EQ(yaml_text("localhost:4317"), "localhost:4317");
  for (const char* const text :
       {"",     "5",    "true", "null", "yes", "Off", "a: b", "a:", "- a", "~",
        "#x",   "a #b", "*x",   "&x",   "!x",  "x y", "<<",   "[",  "---", "...",
        ".inf", "1e3",  "0x1",  "@a",   "%a",  "?",   "\"",   "'"}) {
    EXPECT_EQ(yaml_text(text).front(), '"') << text;
  }
}

TEST(WriteYaml, LaysOutBlocks) {
  EXPECT_EQ(write_yaml(must_read("{a: 1, b: [x, {c: '5'}], d: {}, e: [], f: , g: [[1]]}")),
            "a: 1\nb:\n  - x\n  -\n    c: \"5\"\nd: {}\ne: []\nf: null\ng:\n  -\n    - 1\n");
  EXPECT_EQ(write_yaml(must_read("~")), "null\n");
  EXPECT_EQ(write_json(must_read("{a: 0x10, b: ['5', .inf, 1.5], c: , d: \"\\n\"}")),
            "{\"a\": 16, \"b\": [\"5\", \".inf\", 1.5], \"c\": null, \"d\": \"\\n\"}");
}

// Property: what is written reads back the same, as YAML and, but for .inf and .nan, as JSON.
Node random_node(base::Random& random, int depth) {
  constexpr std::string_view pieces[] = {"a",
                                         "5",
                                         ":",
                                         " ",
                                         "#",
                                         "\n",
                                         "\t",
                                         "'",
                                         "\"",
                                         "\\",
                                         "-",
                                         "?",
                                         "true",
                                         "null",
                                         "~",
                                         "\xc3\xa9",
                                         "\xc2\x85",
                                         "\xe2\x80\xa8",
                                         "\xef\xbb\xbf",
                                         "{",
                                         "]",
                                         ",",
                                         "&",
                                         "*",
                                         "!",
                                         "|",
                                         ">",
                                         "%",
                                         "@",
                                         "<<",
                                         "0x1",
                                         ".",
                                         "\x01",
                                         "\r",
                                         "\xf0\x9f\x98\x80",
                                         "\x7f"};
  const auto text = [&] {
    std::string out;
    for (uint64_t i = random.below(5); i > 0; --i) out += pieces[random.below(std::size(pieces))];
    return out;
  };
  Node node;
  const uint64_t kind = random.below(depth > 0 ? 4 : 2);
  if (kind == 0) return node;
  if (kind == 1) {
    node.kind = NodeKind::scalar;
    node.style = ScalarStyle::text;
    node.text = text();
  } else if (kind == 2) {
    node.kind = NodeKind::sequence;
    for (uint64_t i = random.below(4); i > 0; --i) {
      node.items.push_back(random_node(random, depth - 1));
    }
  } else {
    node.kind = NodeKind::mapping;
    for (uint64_t i = random.below(4); i > 0; --i) {
      const std::string key = text() + std::to_string(i);
      node.entries.push_back({.key = key, .key_mark = {}, .value = random_node(random, depth - 1)});
    }
  }
  return node;
}

TEST(WriteYaml, RoundTrips) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    base::Random random(seed);
    const Node node = random_node(random, 4);
    const std::string yaml = write_yaml(node);
    EXPECT_TRUE(same_content(node, must_read(yaml))) << "seed " << seed << "\n" << yaml;
    const std::string json = write_json(node);
    EXPECT_TRUE(same_content(node, must_read(json))) << "seed " << seed << "\n" << json;
  }
}

TEST(JsonText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(json_text("a\xff\xc0\x80\xed\xa0\x80z"),
            "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

struct Login {
  std::string user;
  Secret password;
  static constexpr auto fields = std::tuple{
      field("user", &Login::user, "Who."),
      field("password", &Login::password, "Proof."),
  };
};
struct Client {
  Login login;
  std::optional<Login> other;
  std::vector<Login> more;
  std::map<std::string, Secret> tokens;
  std::vector<Secret> keys;
  Headers headers;
  static constexpr auto fields = std::tuple{
      inlined(&Client::login),
      field("other", &Client::other, "Another."),
      field("more", &Client::more, "More."),
      field("tokens", &Client::tokens, "Tokens."),
      field("keys", &Client::keys, "Keys."),
      field("headers", &Client::headers, "Headers."),
  };
};

TEST(Redact, HidesEverySecretAndNothingElse) {
  Node node = must_read(R"({user: u, password: s3, other: {user: u, password: s3},
    more: [{user: u, password: s3}], tokens: {a: s3}, keys: [s3, s3], headers: {h: s3}})");
  redact<Client>(node);
  const std::string text = write_json(node);
  EXPECT_EQ(text.find("s3"), std::string::npos) << text;
  EXPECT_EQ(test::flat(*node.find("headers")), "{h: \"[REDACTED]\"}");
  EXPECT_EQ(test::flat(*node.find("user")), "u");
}

TEST(Redact, HidesSecretsInEveryForm) {
  Node node =
      must_read("{keys: 's3,s3', headers: [{name: h, value: s3}, s3], password: {x: [s3]}}");
  redact<Client>(node);
  const std::string text = write_json(node);
  EXPECT_EQ(text.find("s3"), std::string::npos) << text;
  EXPECT_NE(text.find("\"name\": \"h\""), std::string::npos) << text;
}

}  // namespace
}  // namespace telemill::config
