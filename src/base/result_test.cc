#include "telemill/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace telemill {
namespace {

Result<int> positive(int number) {
  if (number <= 0) return fail("number is not positive", 12, ErrorCode::over_limit);
  return number;
}
Result<void> check(int number) {
  TELEMILL_TRY(positive(number));
  return {};
}
Result<int> sum(int a, int b) {
  TELEMILL_ASSIGN(const int first, positive(a));
  TELEMILL_ASSIGN(const int second, positive(b));
  return first + second;
}
Result<std::unique_ptr<int>, Failure> boxed(bool is_there) {
  if (!is_there) return fail(ErrorCode::unavailable, "there is no box");
  return std::make_unique<int>(1);
}
Result<int, Failure> opened(bool is_there) {
  TELEMILL_ASSIGN(std::unique_ptr<int> box, boxed(is_there));
  return *box;
}

TEST(Result, HoldsAValue) {
  const auto result = positive(3);
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(*result, 3);
}

TEST(Result, HoldsTheReasonWithItsOffset) {
  const auto result = positive(-1);
  ASSERT_FALSE(result.has_value());
  EXPECT_STREQ(result.error().what, "number is not positive");
  EXPECT_EQ(result.error().offset, 12U);
  EXPECT_EQ(result.error().code, ErrorCode::over_limit);
}

TEST(Result, ReturnsTheFirstErrorThroughItsMacros) {
  EXPECT_EQ(sum(1, 2).value(), 3);
  EXPECT_FALSE(sum(0, 2).has_value());
  EXPECT_FALSE(sum(1, 0).has_value());
  EXPECT_TRUE(check(1).has_value());
  EXPECT_EQ(check(0).error().offset, 12U);
}

TEST(Result, MovesItsValueOut) {
  EXPECT_EQ(opened(true).value(), 1);
  const auto failed = opened(false);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().message, "there is no box");
}

TEST(Result, ChangesFromValueToErrorAndBackWithoutLeak) {
  const auto owned = std::make_shared<int>(1);
  Result<std::shared_ptr<int>, Failure> result = std::shared_ptr<int>(owned);
  EXPECT_EQ(owned.use_count(), 2);
  result = fail(ErrorCode::corrupt, std::string(100, 'x'));
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(result.error().message.size(), 100U);
  result = std::shared_ptr<int>(owned);
  EXPECT_EQ(owned.use_count(), 2);
  auto moved = std::move(result);
  EXPECT_EQ(**moved, 1);
  EXPECT_EQ(owned.use_count(), 2);
}

}  // namespace
}  // namespace telemill
