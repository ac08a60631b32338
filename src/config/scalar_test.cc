#include "config/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "config/test_support.h"

namespace telemill::config {
namespace {

using namespace std::chrono_literals;
using std::string_view_literals::operator""sv;

Node plain(std::string_view text) {
  Node node;
  node.kind = NodeKind::scalar;
  node.text = text;
  return node;
}

struct Resolution {
  const char* text;
  ScalarValue value;
};
// Seen with the reference: its YAML library decoding into an untyped value.
const Resolution resolutions[] = {
    {"5", int64_t{5}},
    {"+5", int64_t{5}},
    {"-5", int64_t{-5}},
    {"100_000", int64_t{100'000}},
    {"1_", int64_t{1}},
    {"1__0", int64_t{10}},
    {"0x_ff", int64_t{255}},
    {"0xff", int64_t{255}},
    {"-0x10", int64_t{-16}},
    {"0o17", int64_t{15}},
    {"017", int64_t{15}},
    {"0123", int64_t{83}},
    {"0b11", int64_t{3}},
    {"-0b11", int64_t{-3}},
    {"0", int64_t{0}},
    {"-9223372036854775808", std::numeric_limits<int64_t>::min()},
    {"9223372036854775808", uint64_t{1} << 63},
    {"18446744073709551616", 0x1p64},
    {"089", 89.0},
    {"5.7", 5.7},
    {".5", 0.5},
    {".1_0", ".1_0"sv},
    {"-.1_0", -0.1},
    {"1.", 1.0},
    {"1e3", 1000.0},
    {"-1.5E-3", -0.0015},
    {"1_000.5", 1000.5},
    {".inf", std::numeric_limits<double>::infinity()},
    {"+.inf", std::numeric_limits<double>::infinity()},
    {"-.INF", -std::numeric_limits<double>::infinity()},
    {"true", true},
    {"True", true},
    {"FALSE", false},
    {"tRue", "tRue"sv},
    {"yes", "yes"sv},
    {"on", "on"sv},
    {"y", "y"sv},
    {"_1", "_1"sv},
    {"0x", "0x"sv},
    {"0b2", "0b2"sv},
    {"0o9", "0o9"sv},
    {"0x1p3", "0x1p3"sv},
    {"1e400", "1e400"sv},
    {"12:30", "12:30"sv},
    {"2001-01-01", "2001-01-01"sv},
    {"inf", "inf"sv},
    {"nan", "nan"sv},
    {"=", "="sv},
    {"-", "-"sv},
    {"+", "+"sv},
    {".", "."sv},
    {"1.2.3", "1.2.3"sv},
    {"0.0.0.0:4317", "0.0.0.0:4317"sv},
    {"1e", "1e"sv},
};

TEST(Resolve, GivesPlainTextTheTypeTheReferenceGives) {
  for (const auto& [text, value] : resolutions) {
    const Node node = plain(text);
    EXPECT_TRUE(resolve(node) == value) << text << " is " << describe_value(node);
  }
  EXPECT_TRUE(std::isnan(std::get<double>(resolve(plain(".NaN")))));
}

TEST(Resolve, LeavesQuotedTextAlone) {
  Node node = plain("5");
  node.style = ScalarStyle::text;
  EXPECT_TRUE(resolve(node) == ScalarValue("5"sv));
}

struct DurationRow {
  const char* text;
  Duration value;
};
constexpr DurationRow durations[] = {
    {"1m30s", 90s},
    {"1.5h", 90min},
    {"-1s", -1s},
    {"+1s", 1s},
    {"10ns", 10ns},
    {"10us", 10us},
    {"10\xc2\xb5s", 10us},
    {"10\xce\xbcs", 10us},
    {".5s", 500ms},
    {"1.s", 1s},
    {"0", 0s},
    {"0s", 0s},
    {"1h2m3s4ms5us6ns", 1h + 2min + 3s + 4ms + 5us + 6ns},
    {"9223372036854775807ns", Duration::max()},
    {"0.1s", 100ms},
    {"1s1s", 2s},
};

TEST(ParseDuration, ReadsWhatTheReferenceReads) {
  for (const auto& [text, value] : durations) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* const text :
       {"", "5", "1d", "1h30", "us", "1 s", "1m 30s", "9999999h", "9223372036854775808ns", "-", "+",
        ".s", "s", "--1s", "1s-1s", "1.2.3s", "99999999999999999999s", "1S", "1\xc2s"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(FormatDuration, WritesWhatReadsBack) {
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(200ms), "200ms");
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(-1500us), "-1ms500us");
  for (const auto& [text, value] : durations) {
    EXPECT_EQ(parse_duration(format_duration(value)).value(), value) << text;
  }
}

TEST(ReadDuration, TakesBareIntegersAsNanoseconds) {
  EXPECT_EQ(read_duration(plain("100_000")).value(), 100us);
  EXPECT_EQ(read_duration(plain("1e9")).value(), 1s);
  EXPECT_EQ(read_duration(plain("1h30")).error(),
            "expected a duration such as 1m30s or 200ms, got the string \"1h30\": "
            "its unit is missing (ns, us, ms, s, m or h)");
  EXPECT_FALSE(read_duration(plain("true")).has_value());
  EXPECT_FALSE(read_duration(plain("5.5")).has_value());
}

TEST(ReadBool, TakesTheWordsOfOldYamlOnlyWhenPlain) {
  EXPECT_TRUE(read_bool(plain("yes")).value());
  EXPECT_TRUE(read_bool(plain("On")).value());
  EXPECT_FALSE(read_bool(plain("off")).value());
  EXPECT_FALSE(read_bool(plain("No")).value());
  Node word = plain("yes");
  word.style = ScalarStyle::text;
  EXPECT_EQ(read_bool(word).error(), "expected true or false, got the string \"yes\"");
  EXPECT_EQ(read_bool(plain("1")).error(), "expected true or false, got the integer 1");
}

TEST(ReadNumbers, ConvertsNothingWeakly) {
  Node five = plain("5");
  five.style = ScalarStyle::text;
  EXPECT_EQ(read_integer(five, 0, 9).error(), "expected an integer, got the string \"5\"");
  EXPECT_EQ(read_integer(plain("10"), 0, 9).error(),
            "expected an integer from 0 to 9, got the integer 10");
  EXPECT_EQ(read_integer(plain("5.0"), 0, 9).value(), 5);
  EXPECT_EQ(read_integer(plain("1.5"), 0, 9).error(), "expected an integer, got the number 1.5");
  EXPECT_EQ(read_integer(plain("1e300"), 0, 9).error(),
            "expected an integer, got the number 1e300");
  EXPECT_EQ(read_unsigned(plain("-1"), 9).error(),
            "expected an integer from 0 to 9, got the integer -1");
  EXPECT_EQ(read_unsigned(plain("18446744073709551615"), UINT64_MAX).value(), UINT64_MAX);
  EXPECT_FALSE(read_integer(plain("18446744073709551615"), INT64_MIN, INT64_MAX).has_value());
  EXPECT_EQ(read_real(plain("5")).value(), 5.0);
  EXPECT_FALSE(read_real(five).has_value());
  EXPECT_EQ(read_string(plain("5")).error(),
            "expected a string, got the integer 5; put it in quotes");
}

TEST(ReadString, TakesTheOriginalTextOfAnExpansion) {
  Node node = plain("83");
  node.original_text = "0123";
  EXPECT_EQ(read_string(node).value(), "0123");
}

TEST(DescribeValue, HidesWhatCameFromAnExpansion) {
  Node node = plain("hunter2");
  node.is_expanded = true;
  EXPECT_EQ(describe_value(node), "a string");
  EXPECT_EQ(describe_value(plain("5"), false), "an integer");
}

}  // namespace
}  // namespace telemill::config
