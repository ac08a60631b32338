#include "load/request_pool.h"

#include <gtest/gtest.h>

#include <set>

#include "load/workload.h"

namespace telemill::load {
namespace {

std::vector<Template> templates(uint32_t count) {
  auto made = make_workload({.items_per_request = 2, .distinct_bodies = count}, 1);
  EXPECT_TRUE(made.has_value());
  return std::move(made).value();
}

TEST(RequestPool, RotatesThroughAllTemplatesWithOneInFlight) {
  const auto sources = templates(16);
  RequestPool pool(sources, RequestPool::Order::any, 1, 5);
  for (int round = 0; round < 3; ++round) {
    std::set<const Template*> seen;
    for (int i = 0; i < 16; ++i) {
      const auto copy = pool.acquire();
      ASSERT_TRUE(copy.has_value());
      seen.insert(&pool.source(*copy));
      pool.release(*copy);
    }
    EXPECT_EQ(seen.size(), 16U);
  }
}

TEST(RequestPool, NeverHandsOutWhatIsInFlightOrStillRead) {
  const auto sources = templates(2);
  RequestPool pool(sources, RequestPool::Order::any, 3, 5);
  std::set<uint32_t> out;
  while (const auto copy = pool.acquire()) EXPECT_TRUE(out.insert(*copy).second);
  EXPECT_EQ(out.size(), 5U);  // bounded: one per template and one per request in flight
  const base::Slice still_read = pool.framed(1);
  pool.release(1);
  EXPECT_FALSE(pool.acquire().has_value());
  pool.release(2);
  EXPECT_EQ(pool.acquire(), 2U);
}

TEST(RequestPool, CapturedRequestsGoInOrderAndWaitForTheirTurn) {
  const auto sources = templates(3);
  RequestPool pool(sources, RequestPool::Order::captured, 10, 0);
  for (uint32_t i = 0; i < 3; ++i) {
    const auto copy = pool.acquire();
    ASSERT_TRUE(copy.has_value());
    EXPECT_EQ(&pool.source(*copy), &sources[i]);
    EXPECT_EQ(pool.round(*copy), 0U);
  }
  EXPECT_FALSE(pool.acquire().has_value());
  pool.release(1);
  EXPECT_FALSE(pool.acquire().has_value());  // the first is still out
  pool.release(0);
  const auto copy = pool.acquire();
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(&pool.source(*copy), &sources[0]);
  EXPECT_EQ(pool.round(*copy), 1U);
}

TEST(RequestPool, FramesLeaveRoomInFront) {
  const auto sources = templates(1);
  RequestPool pool(sources, RequestPool::Order::any, 1, 5);
  const uint32_t copy = *pool.acquire();
  EXPECT_EQ(pool.framed(copy).size(), sources[0].bytes().size() + 5);
  EXPECT_EQ(pool.framed(copy).view().substr(5), sources[0].bytes());
  EXPECT_EQ(pool.framed(copy).data() + 5, pool.message(copy));
}

}  // namespace
}  // namespace telemill::load
