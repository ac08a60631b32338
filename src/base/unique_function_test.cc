#include "base/unique_function.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace telemill::base {
namespace {

TEST(UniqueFunction, IsEmptyUntilGivenSomething) {
  UniqueFunction<void()> function;
  EXPECT_FALSE(static_cast<bool>(function));
  function = [] {};
  EXPECT_TRUE(static_cast<bool>(function));
  function = {};
  EXPECT_FALSE(static_cast<bool>(function));
}

TEST(UniqueFunction, PassesArgumentsAndResults) {
  UniqueFunction<std::string(std::string, std::unique_ptr<int>, int&)> function =
      [](std::string text, std::unique_ptr<int> number, int& out) {
        out = *number;
        return text + "!";
      };
  int out = 0;
  EXPECT_EQ(function("hello", std::make_unique<int>(7), out), "hello!");
  EXPECT_EQ(out, 7);
}

TEST(UniqueFunction, KeepsStateBetweenCalls) {
  UniqueFunction<int()> function = [count = 0]() mutable { return ++count; };
  function();
  EXPECT_EQ(function(), 2);
}

/// Moves a function that captures `Padding` bytes beside a shared value, and counts owners.
template <size_t Padding>
void expect_one_owner() {
  auto value = std::make_shared<int>(5);
  {
    UniqueFunction<int()> first = [value, padding = std::array<char, Padding>{}] {
      return *value + padding[0];
    };
    EXPECT_EQ(value.use_count(), 2);
    UniqueFunction<int()> second = std::move(first);
    EXPECT_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(value.use_count(), 2) << "moved, not copied";
    UniqueFunction<int()> third = [value] { return 0; };
    EXPECT_EQ(value.use_count(), 3);
    third = std::move(second);
    EXPECT_EQ(value.use_count(), 2) << "what it held before is gone";
    EXPECT_EQ(third(), 5);
    UniqueFunction<int()>& same = third;
    third = std::move(same);
    EXPECT_EQ(third(), 5);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(UniqueFunction, OwnsSmallCapturesInline) { expect_one_owner<8>(); }
TEST(UniqueFunction, OwnsLargeCapturesOnTheHeap) { expect_one_owner<200>(); }

TEST(UniqueFunction, TakesMoveOnlyCaptures) {
  UniqueFunction<int()> function = [number = std::make_unique<int>(3)] { return *number; };
  UniqueFunction<int()> moved = std::move(function);
  EXPECT_EQ(moved(), 3);
}

TEST(UniqueFunction, TakesPlainFunctions) {
  UniqueFunction<int(int)> function = +[](int n) { return n + 1; };
  EXPECT_EQ(function(1), 2);
}

/// Aligned more strictly than the storage inside.
struct alignas(64) Aligned {
  bool is_aligned() const { return reinterpret_cast<uintptr_t>(this) % 64 == 0; }
};
TEST(UniqueFunction, RespectsStrictAlignment) {
  UniqueFunction<bool()> function = [value = Aligned{}] { return value.is_aligned(); };
  UniqueFunction<bool()> moved = std::move(function);
  EXPECT_TRUE(moved());
}

}  // namespace
}  // namespace telemill::base
