#include "load/identity.h"

#include <gtest/gtest.h>

#include <array>
#include <unordered_set>

#include "base/random.h"

namespace telemill::load {
namespace {

TEST(Identity, ScramblingIsUndone) {
  base::Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t value = random.skewed_u64();
    ASSERT_EQ(unscramble(scramble(value)), value);
  }
}

TEST(Identity, NumbersOfRunsLanesAndCountersNeverMeet) {
  std::unordered_set<uint64_t> numbers;
  for (const uint16_t run : {uint16_t{1}, uint16_t{2}, uint16_t{65535}}) {
    for (const uint8_t lane : {uint8_t{0}, uint8_t{1}, uint8_t{255}}) {
      for (const uint64_t counter : {uint64_t{0}, uint64_t{1}, Series::counter_mask}) {
        const uint64_t number = Series{.run = run, .lane = lane}.number(counter);
        EXPECT_TRUE(is_number(number));
        EXPECT_TRUE(numbers.insert(number).second);
      }
    }
  }
  EXPECT_FALSE(is_number(0));
  EXPECT_FALSE(is_number(~uint64_t{0}));
}

TEST(Identity, ReadsBackItsOwnIdsAndNoOthers) {
  const uint64_t number = Series{.run = 77, .lane = 3}.number(12345);
  std::array<char, 16> trace{};
  std::array<char, 8> span{};
  write_trace_id(number, trace.data());
  write_id(scramble(number), span.data());
  const std::string_view trace_view(trace.data(), trace.size());
  const std::string_view span_view(span.data(), span.size());
  ASSERT_TRUE(read_id(trace_view, span_view).has_value());
  EXPECT_EQ(unscramble(*read_id(trace_view, span_view)), number);
  EXPECT_FALSE(read_id(trace_view.substr(1), span_view).has_value());
  EXPECT_FALSE(read_id(trace_view, span_view.substr(1)).has_value());
  trace[9] = static_cast<char>(trace[9] ^ 1);
  EXPECT_FALSE(read_id(trace_view, span_view).has_value());
}

TEST(Identity, StartTimesCarryTheNumberAndAreInThePast) {
  constexpr UnixNanos year_2022 = 1'640'995'200'000'000'000;
  const Series last{.run = 65535, .lane = 255};
  const UnixNanos start = start_time_of(last.number(Series::counter_mask));
  EXPECT_LT(start, year_2022);
  EXPECT_EQ(number_in_start_time(start), last.number(Series::counter_mask));
  EXPECT_FALSE(number_in_start_time(0).has_value());
  EXPECT_FALSE(number_in_start_time(year_2022).has_value());
}

TEST(Identity, EverySeedHasARun) {
  for (uint64_t seed = 0; seed < 200'000; ++seed) ASSERT_NE(run_of_seed(seed), 0);
}

}  // namespace
}  // namespace telemill::load
