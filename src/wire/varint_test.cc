#include "wire/varint.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "base/random.h"
#include "wire/writer.h"

namespace telemill::wire {
namespace {

std::string varint(uint64_t value) {
  char bytes[varint_bytes_max];
  return {bytes, write_varint(value, bytes)};
}

TEST(ReadVarint, RefusesElevenBytesAndMovesNothing) {
  Cursor in{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
  const auto value = read_varint(in);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code, ErrorCode::corrupt);
  EXPECT_EQ(in.offset(), 0U);
}

TEST(ReadVarint, RefusesEveryTruncation) {
  const std::string whole = varint(UINT64_MAX);
  for (size_t size = 0; size < whole.size(); ++size) {
    Cursor in{std::string_view(whole).substr(0, size)};
    EXPECT_FALSE(read_varint(in).has_value()) << size;
  }
}

TEST(ReadVarint, RoundTripsEveryWidth) {
  base::Random random(7);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t value = random.skewed_u64();
    const std::string bytes = varint(value);
    EXPECT_EQ(bytes.size(), varint_size(value));
    Cursor in{bytes};
    EXPECT_EQ(read_varint(in).value(), value);
    EXPECT_TRUE(in.at_end());
  }
}

TEST(ReadTag, RefusesFieldZeroAndUnknownTypes) {
  for (const std::string_view bytes : {"\x02", "\x0e", "\x0f", "\xff\xff\xff\xff\x1f"}) {
    Cursor in{bytes};
    EXPECT_FALSE(read_tag(in).has_value());
  }
}

TEST(SkipValue, PassesNestedGroups) {
  // field 1 group { field 2 varint 5, field 3 group {} }
  Cursor in{std::string_view("\x0b\x10\x05\x1b\x1c\x0c", 6)};
  const Tag tag = read_tag(in).value();
  EXPECT_TRUE(skip_value(in, tag).has_value());
  EXPECT_TRUE(in.at_end());
}

TEST(SkipValue, BoundsTheDepthOfGroups) {
  const std::string deep(100'000, '\x0b');
  Cursor in{deep};
  const Tag tag = read_tag(in).value();
  const auto skipped = skip_value(in, tag);
  ASSERT_FALSE(skipped.has_value());
  EXPECT_EQ(skipped.error().code, ErrorCode::over_limit);
}

TEST(SkipValue, RefusesMismatchedGroupsAndCutValues) {
  for (const std::string_view bytes :
       {std::string_view("\x0b\x14", 2), std::string_view("\x0c", 1),
        std::string_view("\x09\x01", 2), std::string_view("\x0d\x01", 2),
        std::string_view("\x0a\x05\x01", 3)}) {
    Cursor in{bytes};
    const Tag tag = read_tag(in).value();
    EXPECT_FALSE(skip_value(in, tag).has_value());
  }
}

TEST(Writer, WritesMinimalLengthsForNestedMessages) {
  for (const size_t size :
       std::initializer_list<size_t>{0, 1, 126, 127, 128, 16'000, 20'000, 3'000'000}) {
    base::Buffer out;
    Writer writer(out);
    const size_t outer = writer.open(1);
    writer.bytes(2, std::string(size, 'x'));
    writer.close(outer);
    Cursor in{out.view()};
    EXPECT_EQ(read_tag(in).value(), (Tag{1, WireType::length_delimited}));
    Cursor inner{read_bytes(in).value()};
    EXPECT_TRUE(in.at_end());
    EXPECT_EQ(read_tag(inner).value().field, 2U);
    EXPECT_EQ(read_bytes(inner).value().size(), size);
    const size_t inner_size = 1 + varint_size(size) + size;
    EXPECT_EQ(out.size(), 1 + varint_size(inner_size) + inner_size);
  }
}

}  // namespace
}  // namespace telemill::wire
