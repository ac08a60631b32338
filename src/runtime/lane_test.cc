#include "runtime/lane.h"

#include <gtest/gtest.h>

namespace telemill::runtime {
namespace {

TEST(Lane, RunsWhatWasPostedBeforeTheStop) {
  auto lane = Lane::create({});
  ASSERT_TRUE(lane.has_value());
  int runs = 0;
  base::UniqueFunction<void()> task = [&runs] { ++runs; };
  ASSERT_TRUE((*lane)->post(task));
  (*lane)->stop();
  base::UniqueFunction<void()> late = [&runs] { runs += 100; };
  EXPECT_FALSE((*lane)->post(late));
  EXPECT_TRUE(static_cast<bool>(late));
  (*lane)->run();
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace telemill::runtime
