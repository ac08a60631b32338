#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace telemill::base {
namespace {

TEST(Arena, KeepsEverythingInPlaceUntilCleared) {
  Arena arena(1024);
  std::vector<std::string_view> kept;
  for (int i = 0; i < 1000; ++i) kept.push_back(arena.keep("text " + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(kept[static_cast<size_t>(i)], "text " + std::to_string(i));
  }
  EXPECT_GT(arena.block_count(), 1U);
}

TEST(Arena, AlignsAndNeverGivesNull) {
  Arena arena;
  for (const size_t size : {0U, 1U, 15U, 16U, 17U, 5000U}) {
    const char* const piece = arena.allocate(size);
    ASSERT_NE(piece, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(piece) % 16, 0U);
  }
}

TEST(Arena, ReusesItsFirstBlock) {
  Arena arena(1024);
  const char* const first = arena.allocate(10);
  for (int i = 0; i < 100; ++i) (void)arena.allocate(500);
  arena.clear();
  EXPECT_EQ(arena.block_count(), 1U);
  EXPECT_EQ(arena.allocate(10), first);
}

TEST(Arena, GivesLargePiecesABlockOfTheirOwn) {
  Arena arena(1024);
  const std::string large(100'000, 'x');
  EXPECT_EQ(arena.keep(large), large);
}

}  // namespace
}  // namespace telemill::base
