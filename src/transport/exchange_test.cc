#include <gtest/gtest.h>

#include <vector>

#include "transport/server.h"

namespace telemill::transport {
namespace {

struct RecordingTarget final : Exchange::Target {
  void respond(uint64_t stream, Response&& response) override {
    answers.emplace_back(stream, response.status);
  }
  void give_up(uint64_t stream) override { given_up.push_back(stream); }
  using Target::abandon_exchange;
  using Target::abandon_exchanges;

  std::vector<std::pair<uint64_t, int>> answers;
  std::vector<uint64_t> given_up;
};

TEST(Exchange, AnswersOnce) {
  RecordingTarget target;
  Exchange exchange(target, 7);
  EXPECT_TRUE(exchange.is_open());
  exchange.respond({.status = 204});
  EXPECT_FALSE(exchange.is_open());
  exchange.respond({.status = 205});
  EXPECT_EQ(target.answers, (std::vector<std::pair<uint64_t, int>>{{7, 204}}));
}

TEST(Exchange, TellsWhenItIsDropped) {
  RecordingTarget target;
  {
    const Exchange exchange(target, 7);
  }
  Exchange first(target, 8);
  first = Exchange(target, 9);  // ends the former one
  EXPECT_EQ(target.given_up, (std::vector<uint64_t>{7, 8}));
  EXPECT_TRUE(first.is_open());
  target.abandon_exchanges();
}

TEST(Exchange, MovesWithItsDuty) {
  RecordingTarget target;
  std::vector<Exchange> held;
  for (uint64_t i = 0; i < 100; ++i) held.emplace_back(target, i);
  std::swap(held[3], held[50]);
  held[3].respond({.status = 200});
  EXPECT_EQ(target.answers.at(0).first, 50U);
  EXPECT_TRUE(target.given_up.empty());
  target.abandon_exchange(3);
  EXPECT_FALSE(held[50].is_open());
  EXPECT_TRUE(held[51].is_open());
  held.clear();
  EXPECT_EQ(target.given_up.size(), 98U);
}

TEST(Exchange, OutlivesItsTarget) {
  Exchange exchange;
  EXPECT_FALSE(exchange.is_open());
  {
    RecordingTarget target;
    exchange = Exchange(target, 1);
    EXPECT_TRUE(exchange.is_open());
  }
  EXPECT_FALSE(exchange.is_open());
  exchange.respond({});
}

}  // namespace
}  // namespace telemill::transport
