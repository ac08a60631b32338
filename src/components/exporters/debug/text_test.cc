#include "components/exporters/debug/text.h"

#include <gtest/gtest.h>
#include <oracle/common.pb.h>

#include <limits>
#include <string>

#include "base/random.h"
#include "components/exporters/debug/sampler.h"
#include "oracle/generate.h"
#include "wire/json_text.h"

namespace telemill::components::exporters::debug {
namespace {

using namespace std::string_literals;

std::string escaped(std::string_view text) {
  Text out;
  out.add_text(text);
  return std::move(out).take();
}

std::string typed(const oracle::common::AnyValue& value) {
  const std::string bytes = value.SerializeAsString();
  Text out;
  out.add_typed(otlp::AnyValueView(bytes));
  return std::move(out).take();
}

std::string time_text(UnixNanos time) {
  Text out;
  out.add_time("", time);
  return std::move(out).take();
}

TEST(DebugText, LetsNoCommandReachTheTerminal) {
  EXPECT_EQ(escaped("\x1b[2J\a\n\r\t\0\x7f"s), R"(\x1b[2J\x07\n\r\t\x00\x7f)");
  EXPECT_EQ(escaped("\xc2\x9b"
                    "31m"),
            R"(\u009b31m)");  // CSI in one character
  EXPECT_EQ(escaped("a\xe2\x80\xae"
                    "b"),
            R"(a\u202eb)");                               // turns the direction
  EXPECT_EQ(escaped("\xff\xc0\xaf"), R"(\xff\xc0\xaf)");  // no UTF-8
  EXPECT_EQ(escaped("\xe6\x97\xa5 \xf0\x9f\x98\x80 \"<&>\\"),
            "\xe6\x97\xa5 \xf0\x9f\x98\x80 \"<&>\\");
}

// Property: whatever comes, what leaves is UTF-8 without a control character.
TEST(DebugText, LeavesOnlyPrintableText) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    base::Random random(seed);
    oracle::common::AnyValue value;
    oracle::generate(value, random);
    std::string bytes = value.SerializeAsString();
    for (char& byte : bytes) {
      if (random.chance(0.05)) byte = static_cast<char>(random.u64());
    }
    Text out;
    out.add_typed(otlp::AnyValueView(bytes));
    out.add_text(bytes);
    out.add_hex(bytes);
    const std::string text = std::move(out).take();
    EXPECT_EQ(wire::utf8_error_offset(text), text.size());
    for (const char byte : text) {
      ASSERT_TRUE(static_cast<uint8_t>(byte) >= 0x20 && byte != 0x7f) << seed;
    }
  }
}

TEST(DebugText, CutsLongValuesBetweenCharactersAndSaysHowMuch) {
  const std::string whole(Text::value_bytes_max, 'x');
  EXPECT_EQ(escaped(whole), whole);
  EXPECT_EQ(escaped(whole + "yz"), whole + "... (2 bytes left out)");
  const std::string euro = std::string(Text::value_bytes_max - 1, 'x') + "\xe2\x82\xac";
  EXPECT_EQ(escaped(euro), std::string(Text::value_bytes_max - 1, 'x') + "... (3 bytes left out)");
}

TEST(DebugText, BoundsItemsAndTheWhole) {
  Text out;
  const std::string value(60'000, 'v');
  out.begin_item();
  for (int i = 0; i < 30; ++i) out.add_line("", value);
  EXPECT_TRUE(out.is_dropping());
  out.end_item();
  out.begin_item();
  EXPECT_FALSE(out.is_dropping());
  out.add("next item\n");
  out.end_item();
  int items = 2;
  for (; !out.is_full(); ++items) {
    ASSERT_LT(items, 200);
    out.begin_item();
    for (int i = 0; i < 17; ++i) out.add_line("", value);
    out.end_item();
  }
  const std::string text = std::move(out).take();
  EXPECT_LE(text.size(), Text::bytes_max + 100);
  EXPECT_NE(text.find("    ... (the rest of this item is left out)\nnext item\n"),
            std::string::npos);
  EXPECT_TRUE(text.ends_with("... (the rest of this payload is left out)\n"));
}

TEST(DebugText, WritesEachTypeAsTheReferenceDoes) {
  oracle::common::AnyValue value;
  EXPECT_EQ(typed(value), "Empty()");
  value.set_string_value("a \"b\" <c>");
  EXPECT_EQ(typed(value), "Str(a \"b\" <c>)");
  value.set_bool_value(false);
  EXPECT_EQ(typed(value), "Bool(false)");
  value.set_int_value(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(typed(value), "Int(-9223372036854775808)");
  value.set_bytes_value("\x01\x02\x03");
  EXPECT_EQ(typed(value), "Bytes(AQID)");
  for (const auto& [real, text] : {std::pair{1.0, "Double(1)"},
                                   {0.1, "Double(0.1)"},
                                   {1e20, "Double(100000000000000000000)"},
                                   {1e21, "Double(1e+21)"},
                                   {1e-6, "Double(0.000001)"},
                                   {2.5e-7, "Double(2.5e-7)"},
                                   {1e-10, "Double(1e-10)"},
                                   {-0.0, "Double(-0)"},
                                   {std::numeric_limits<double>::infinity(), "Double(+Inf)"}}) {
    value.set_double_value(real);
    EXPECT_EQ(typed(value), text);
  }
  auto& list = *value.mutable_array_value();
  list.add_values()->set_string_value("<\n\xc2\x9b");
  list.add_values();
  list.add_values()->set_bytes_value("\x01");
  EXPECT_EQ(typed(value), R"(Slice(["<\n\u009b",null,"AQ=="]))");
}

TEST(DebugText, SortsKeysOfMapsAndTakesTheLastOfEqualOnes) {
  oracle::common::AnyValue value;
  for (const auto& [key, number] : {std::pair{"b", 1}, {"a", 2}, {"b", 3}}) {
    auto& entry = *value.mutable_kvlist_value()->add_values();
    entry.set_key(key);
    entry.mutable_value()->set_int_value(number);
  }
  EXPECT_EQ(typed(value), R"(Map({"a":2,"b":3}))");
}

TEST(DebugText, EndsVeryDeepValues) {
  oracle::common::AnyValue value;
  oracle::common::AnyValue* inner = &value;
  for (int i = 0; i < 500; ++i) inner = inner->mutable_array_value()->add_values();
  const std::string text = typed(value);
  EXPECT_TRUE(text.starts_with("Slice([[["));
  EXPECT_NE(text.find("[\"...\"]"), std::string::npos);
}

TEST(DebugText, WritesTimeWithoutTrailingZeros) {
  EXPECT_EQ(time_text(0), "1970-01-01 00:00:00 +0000 UTC\n");
  EXPECT_EQ(time_text(1'581'452'772'000'000'321), "2020-02-11 20:26:12.000000321 +0000 UTC\n");
  EXPECT_EQ(time_text(1'699'678'143'509'493'770), "2023-11-11 04:49:03.50949377 +0000 UTC\n");
  EXPECT_EQ(time_text(UINT64_MAX), "1969-12-31 23:59:59.999999999 +0000 UTC\n");
  EXPECT_EQ(time_text(uint64_t{1} << 63), "1677-09-21 00:12:43.145224192 +0000 UTC\n");
}

TEST(DebugSampler, PassesTheFirstOfEachSecondAndThenEveryNth) {
  const auto passed = [](uint32_t initial, uint32_t thereafter) {
    Sampler sampler(initial, thereafter);
    std::string pattern;
    for (const int milliseconds : {0, 0, 0, 0, 0, 0, 999, 1000, 1000, 1000}) {
      pattern += sampler.passes(TimePoint(std::chrono::milliseconds(milliseconds))) ? 'x' : '.';
    }
    return pattern;
  };
  EXPECT_EQ(passed(2, 1), "xxxxxxxxxx");
  EXPECT_EQ(passed(2, 3), "xx..x..xx.");
  EXPECT_EQ(passed(1, 0), "x......x..");
  EXPECT_EQ(passed(0, 2), ".x.x.x..x.");
}

}  // namespace
}  // namespace telemill::components::exporters::debug
