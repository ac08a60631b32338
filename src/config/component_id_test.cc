#include "config/component_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace telemill::config {
namespace {

TEST(ParseComponentId, SplitsAtTheFirstSlashAndTrims) {
  EXPECT_EQ(parse_component_id("otlp").value(), (ComponentId{"otlp", ""}));
  EXPECT_EQ(parse_component_id("otlp/2").value(), (ComponentId{"otlp", "2"}));
  EXPECT_EQ(parse_component_id(" otlp / a/b-c.d ").value(), (ComponentId{"otlp", "a/b-c.d"}));
  EXPECT_EQ(parse_component_id("otlp/\xc3\xa9\xe4\xbd\xa0").value().text(),
            "otlp/\xc3\xa9\xe4\xbd\xa0");
}

TEST(ParseComponentId, TakesTheLongestOfBoth) {
  EXPECT_TRUE(parse_component_id(std::string(63, 'a')).has_value());
  EXPECT_FALSE(parse_component_id(std::string(64, 'a')).has_value());
  EXPECT_TRUE(parse_component_id("a/" + std::string(1024, 'b')).has_value());
  EXPECT_FALSE(parse_component_id("a/" + std::string(1025, 'b')).has_value());
  std::string accents;
  for (int i = 0; i < 1024; ++i) accents += "\xc3\xa9";
  EXPECT_TRUE(parse_component_id("a/" + accents).has_value()) << "characters count, not bytes";
}

TEST(ParseComponentId, RefusesAndNamesTheWholeId) {
  for (const char* const text :
       {"", "/", "/x", "otlp/", "otlp/ ", "1otlp", "_x", "ot-lp", "ot lp", "otlp/a+b", "otlp/$x",
        "otlp/a=b", "otlp/a b", "otlp/a\x01", "otlp/\xe2\x82\xac",
        "otlp/\xe2\x80\x83x\xe2\x80\x83y", "otlp/\xff", "\xc3\xa9"}) {
    const auto id = parse_component_id(text);
    EXPECT_FALSE(id.has_value()) << text;
  }
  EXPECT_THAT(parse_component_id("otlp/a+b").error().message,
              testing::StartsWith("\"otlp/a+b\" is no component id"));
}

}  // namespace
}  // namespace telemill::config
