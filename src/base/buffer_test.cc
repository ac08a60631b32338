#include "base/buffer.h"

#include <gtest/gtest.h>

#include <string>

namespace telemill::base {
namespace {

TEST(Buffer, KeepsItsBytesWhenItGrows) {
  Buffer buffer(8);
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    buffer.push_back(static_cast<char>(i));
    expected.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(buffer.view(), expected);
}

TEST(Buffer, FreezesWithoutCopying) {
  Buffer buffer(16);
  buffer.append("hello");
  const char* const where = buffer.data();
  const Slice slice = std::move(buffer).freeze();
  EXPECT_EQ(slice.view(), "hello");
  EXPECT_EQ(slice.data(), where);
}

TEST(Slice, LivesAsLongAsAnyPartOfIt) {
  Slice part;
  {
    const Slice whole = Slice::copy_of("a longer piece of text");
    part = whole.sub(2, 6);
  }
  EXPECT_EQ(part.view(), "longer");
}

TEST(Rope, LinksAndFlattens) {
  const Slice slice = Slice::copy_of("abc");
  Rope rope(slice);
  rope.append(Slice::of_static("def"));
  rope.append(Slice{});
  EXPECT_EQ(rope.size(), 6U);
  EXPECT_EQ(rope.slices().size(), 2U);
  EXPECT_EQ(rope.slices().front().data(), slice.data());
  EXPECT_EQ(rope.flatten().view(), "abcdef");
}

TEST(Slab, RefundsItsPayerOnceWhenTheLastSliceGoes) {
  struct Purse final : Payer {
    void refund(size_t bytes) noexcept override { refunded += bytes; }
    size_t refunded = 0;
  } purse;
  {
    Buffer buffer(100);
    buffer.append("paid for");
    buffer.charge(purse, 8);
    Slice part;
    {
      const Slice whole = std::move(buffer).freeze();
      part = whole.sub(1, 2);
    }
    EXPECT_EQ(purse.refunded, 0U);
  }
  EXPECT_EQ(purse.refunded, 8U);
  {
    const Buffer reused(100);
  }
  EXPECT_EQ(purse.refunded, 8U);
}

TEST(SlabPool, ReusesTheSlabGivenBackLast) {
  slab_pool_trim();
  const char* where = nullptr;
  {
    Buffer buffer(5000);
    where = buffer.data();
  }
  EXPECT_GT(slab_pool_bytes(), 0U);
  const Buffer again(5000);
  EXPECT_EQ(again.data(), where);
}

TEST(SlabPool, HoldsNoMoreThanItsLimit) {
  slab_pool_trim();
  {
    SmallVector<Buffer, 2> buffers;
    for (int i = 0; i < 64; ++i) buffers.emplace_back(Buffer(900'000));
  }
  EXPECT_LE(slab_pool_bytes(), limits::pool_bytes_max);
  slab_pool_trim();
  EXPECT_EQ(slab_pool_bytes(), 0U);
}

TEST(SmallVector, MovesBetweenInlineAndHeap) {
  SmallVector<std::string, 2> few{"a", "b"};
  SmallVector<std::string, 2> moved = std::move(few);
  for (int i = 0; i < 10; ++i) moved.push_back(std::to_string(i));
  const SmallVector<std::string, 2> copy = moved;
  EXPECT_EQ(copy.size(), 12U);
  EXPECT_EQ(copy[0], "a");
  EXPECT_EQ(copy.back(), "9");
  moved = SmallVector<std::string, 2>{"x"};
  EXPECT_EQ(moved.size(), 1U);
}

}  // namespace
}  // namespace telemill::base
