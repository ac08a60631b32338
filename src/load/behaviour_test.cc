#include "load/behaviour.h"

#include <gtest/gtest.h>

namespace telemill::load {
namespace {

TEST(Behaviour, ReadsEveryName) {
  const auto read = parse_behaviour(
      "refuse=503:7&retry_after=1.5s&delay=250us&stall_after=3&stall_for=2m&reset_every=9&"
      "partial_success=4");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const Behaviour wanted{.refuse_code = 503,
                         .refuse_requests = 7,
                         .retry_after = std::chrono::milliseconds(1500),
                         .delay = std::chrono::microseconds(250),
                         .stall_after = 3,
                         .stall_for = std::chrono::minutes(2),
                         .reset_every = 9,
                         .partial_success = 4};
  EXPECT_EQ(*read, wanted);
}

TEST(Behaviour, NothingNamedIsWellBehaved) {
  ASSERT_TRUE(parse_behaviour("").has_value());
  EXPECT_EQ(*parse_behaviour(""), Behaviour{});
}

TEST(Behaviour, RefusesNonsense) {
  for (const char* query : {"refuse",
                            "refuse=",
                            "refuse=0",
                            "refuse=17",
                            "refuse=200",
                            "refuse=600",
                            "refuse=14:",
                            "refuse=14:x",
                            "refuse=-3",
                            "delay=5",
                            "delay=ms",
                            "delay=1e3s",
                            "delay=99999999h",
                            "delay=1.2.3s",
                            "delay=-1s",
                            "stall_after=many",
                            "unknown=1",
                            "&",
                            "=",
                            "delay=1s&&"}) {
    EXPECT_FALSE(parse_behaviour(query).has_value()) << query;
  }
}

TEST(ParseDuration, KnowsItsUnits) {
  EXPECT_EQ(*parse_duration("10ns"), Duration(10));
  EXPECT_EQ(*parse_duration("3us"), Duration(3'000));
  EXPECT_EQ(*parse_duration("250ms"), Duration(250'000'000));
  EXPECT_EQ(*parse_duration("0s"), Duration(0));
  EXPECT_EQ(*parse_duration("1h"), Duration(std::chrono::hours(1)));
}

}  // namespace
}  // namespace telemill::load
