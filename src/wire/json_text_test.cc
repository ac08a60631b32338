#include "wire/json_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "base/random.h"
#include "wire/json_number.h"

namespace telemill::wire {
namespace {

TEST(PlainPrefix, EqualsItsPortableTwin) {
  base::Random random(3);
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random.below(40), '\0');
    const bool is_mostly_plain = random.chance(0.7);
    for (char& c : text) {
      c = static_cast<char>(is_mostly_plain && random.chance(0.97) ? 'a' + random.below(26)
                                                                   : random.u64());
    }
    for (const bool and_utf8 : {false, true}) {
      ASSERT_EQ(plain_prefix(text, and_utf8), plain_prefix_portable(text, and_utf8)) << text;
    }
  }
}

TEST(PlainPrefix, StopsAtEveryByteThatNeedsCare) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = "0123456789a" + std::string(1, static_cast<char>(byte)) + "bcdef";
    const bool is_special = byte < 0x20 || byte == '"' || byte == '\\';
    EXPECT_EQ(plain_prefix(text, true), is_special ? 11U : 17U) << byte;
    EXPECT_EQ(plain_prefix(text, false), is_special || byte >= 0x80 ? 11U : 17U) << byte;
  }
}

TEST(CopyUnlessEscaped, FindsABackslashAnywhere) {
  for (size_t size = 0; size < 40; ++size) {
    for (size_t escape = 0; escape <= size; ++escape) {
      std::string text(size, '\x80');
      if (escape < size) text[escape] = '\\';
      std::string copy(size, '\0');
      ASSERT_EQ(copy_unless_escaped(text, copy.data()), escape == size);
      ASSERT_EQ(copy.substr(0, escape / 8 * 8), text.substr(0, escape / 8 * 8));
    }
  }
}

TEST(Utf8Sequence, AcceptsExactlyUnicodeScalars) {
  for (uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
    std::string text;
    if (code_point < 0x80) {
      text = {static_cast<char>(code_point)};
    } else if (code_point < 0x800) {
      text = {static_cast<char>(0xc0 | code_point >> 6),
              static_cast<char>(0x80 | (code_point & 63))};
    } else if (code_point < 0x10000) {
      text = {static_cast<char>(0xe0 | code_point >> 12),
              static_cast<char>(0x80 | (code_point >> 6 & 63)),
              static_cast<char>(0x80 | (code_point & 63))};
    } else {
      text = {static_cast<char>(0xf0 | code_point >> 18),
              static_cast<char>(0x80 | (code_point >> 12 & 63)),
              static_cast<char>(0x80 | (code_point >> 6 & 63)),
              static_cast<char>(0x80 | (code_point & 63))};
    }
    const bool is_scalar = code_point < 0x110000 && (code_point < 0xd800 || code_point > 0xdfff);
    ASSERT_EQ(utf8_sequence(text), is_scalar ? text.size() : 0) << code_point;
    if (text.size() > 1) {
      ASSERT_EQ(utf8_sequence(text.substr(0, text.size() - 1)), 0U);
    }
  }
  for (const std::string_view overlong :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_EQ(utf8_sequence(overlong), 0U);
  }
}

TEST(Hex, WritesEveryByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t size = 1; size < 20; ++size) {
      const std::string bytes(size, static_cast<char>(byte));
      base::Buffer hex;
      append_hex(bytes, hex);
      char digits[3];
      std::snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned>(byte));
      std::string expected;
      for (size_t i = 0; i < size; ++i) expected += digits;
      ASSERT_EQ(hex.view(), expected);
      std::string decoded(size, '\0');
      ASSERT_TRUE(decode_hex(hex.view(), decoded.data()));
      ASSERT_EQ(decoded, bytes);
    }
  }
}

TEST(Base64, RoundTripsEverySize) {
  base::Random random(5);
  for (size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.u64());
    base::Buffer text;
    append_base64(bytes, text);
    EXPECT_EQ(text.size(), (size + 2) / 3 * 4);
    base::Buffer again;
    again.append("x");
    ASSERT_TRUE(decode_base64(text.view(), again));
    EXPECT_EQ(again.view().substr(1), bytes);
  }
}

TEST(Base64, LeavesTheBufferAloneWhenItRefuses) {
  base::Buffer out;
  out.append("x");
  for (const std::string_view bad : {"A", "AA", "AAA", "A===", "AA=A", "A A=", "AA\xc3="}) {
    EXPECT_FALSE(decode_base64(bad, out)) << bad;
    EXPECT_EQ(out.view(), "x");
  }
}

TEST(ParseInteger, KnowsItsBounds) {
  EXPECT_EQ(parse_integer("18446744073709551615")->magnitude, UINT64_MAX);
  EXPECT_FALSE(parse_integer("18446744073709551616").has_value());
  EXPECT_EQ(parse_integer("-9223372036854775808")->as_signed(64), INT64_MIN);
  EXPECT_FALSE(parse_integer("-9223372036854775809")->as_signed(64).has_value());
  EXPECT_FALSE(parse_integer("9223372036854775808")->as_signed(64).has_value());
  EXPECT_EQ(parse_integer("-0")->as_unsigned(64), 0U);
  EXPECT_EQ(parse_integer("1.8446744073709550e19")->magnitude, 18446744073709549568U);
  EXPECT_FALSE(parse_integer("1.8446744073709552e19").has_value());
  for (const std::string_view bad : {"", "-", "+1", "1 ", "0x1", "1e", "e1", ".0", "1..0", "--1"}) {
    EXPECT_FALSE(parse_integer(bad).has_value()) << bad;
  }
}

TEST(ParseReal, TellsUnderflowFromOverflow) {
  EXPECT_EQ(parse_real("1e-999999999999999999", false), 0.0);
  EXPECT_EQ(parse_real("0." + std::string(400, '0') + "1", false), 0.0);
  EXPECT_EQ(parse_real("0." + std::string(400, '0') + "1e401", false), 1.0);
  EXPECT_FALSE(parse_real("1e999999999999999999", false).has_value());
  EXPECT_FALSE(parse_real("1" + std::string(400, '0'), false).has_value());
  EXPECT_FALSE(parse_real("0.001e400", false).has_value());
  EXPECT_EQ(parse_real("0e999999", false), 0.0);
  EXPECT_EQ(parse_real("1000e-400", false), 0.0);
  EXPECT_FALSE(parse_real("NaN", false).has_value());
}

}  // namespace
}  // namespace telemill::wire
