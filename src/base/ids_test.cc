#include "telemill/ids.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "base/random.h"

namespace telemill {
namespace {

static_assert(!std::is_convertible_v<TraceId, SpanId>);
static_assert(SpanId::from_hex("00f067aa0ba902b7")->is_valid());
static_assert(sizeof(TraceId) == 16 && sizeof(SpanId) == 8);

TEST(Id, RefusesTextThatIsNoId) {
  for (const char* text : {"", "00f067aa0ba902b", "00f067aa0ba902b77", "00f067aa0ba902bg",
                           "00f067aa0ba902-7", " 0f067aa0ba902b7", "0x00f067aa0ba902"}) {
    EXPECT_FALSE(SpanId::from_hex(text).has_value()) << text;
  }
}

TEST(Id, RefusesBytesOfAnotherLength) {
  EXPECT_FALSE(TraceId::from_bytes(std::string(15, 'x')).has_value());
  EXPECT_FALSE(TraceId::from_bytes(std::string(17, 'x')).has_value());
  EXPECT_FALSE(TraceId::from_bytes("").has_value());
}

TEST(Id, ReadsAnyCaseAndWritesLower) {
  const auto id = TraceId::from_hex("4BF92f3577b34da6A3CE929D0E0E4736");
  ASSERT_TRUE(id.has_value());
  const auto hex = id->to_hex();
  EXPECT_EQ(std::string_view(hex.data(), hex.size()), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(id->bytes()[0], 0x4b);
  EXPECT_EQ(id->bytes()[15], 0x36);
}

TEST(Id, TakesAllZerosForNone) {
  EXPECT_FALSE(TraceId{}.is_valid());
  EXPECT_FALSE(SpanId::from_hex("0000000000000000")->is_valid());
  EXPECT_TRUE(SpanId::from_hex("0000000000000001")->is_valid());
}

TEST(Id, OrdersByItsBytes) {
  EXPECT_LT(*SpanId::from_hex("00000000000000ff"), *SpanId::from_hex("0100000000000000"));
  EXPECT_EQ(*SpanId::from_hex("00000000000000ff"), *SpanId::from_hex("00000000000000FF"));
}

// Property: bytes and digits both come back as they went in.
TEST(Id, RoundTripsEveryId) {
  base::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    std::string raw(TraceId::size_bytes, '\0');
    for (char& c : raw) c = static_cast<char>(random.u64());
    const auto id = TraceId::from_bytes(raw);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->view(), raw);
    const auto hex = id->to_hex();
    EXPECT_EQ(TraceId::from_hex({hex.data(), hex.size()}), id);
  }
}

}  // namespace
}  // namespace telemill
