#include "pipeline/completion.h"

#include <gtest/gtest.h>

#include "pipeline/fan_out.h"
#include "pipeline/test_support.h"

namespace telemill::pipeline {
namespace {

using std::chrono::seconds;

TEST(Completion, SettlesOnce) {
  Settled settled;
  Completion completion = settled.completion();
  EXPECT_TRUE(completion.is_pending());
  completion.settle(Outcome::retryable("later"));
  completion.settle(Outcome::ok());
  EXPECT_FALSE(completion.is_pending());
  EXPECT_TRUE(settled.is(OutcomeClass::retryable));
}

TEST(Completion, IsPermanentWhenDroppedOrOverwritten) {
  Settled dropped;
  Settled overwritten;
  {
    const Completion completion = dropped.completion();
  }
  EXPECT_TRUE(dropped.is(OutcomeClass::permanent));
  Completion completion = overwritten.completion();
  completion = Completion();
  EXPECT_TRUE(overwritten.is(OutcomeClass::permanent));
}

TEST(Completion, MovingHandsThePromiseOn) {
  Settled settled;
  Completion first = settled.completion();
  Completion second = std::move(first);
  EXPECT_EQ(settled.count(), 0U);
  second.settle(Outcome::ok());
  EXPECT_TRUE(settled.is(OutcomeClass::ok));
}

TEST(Completion, MayBeReplacedWhileItSettles) {
  Completion completion;
  int runs = 0;
  completion = Completion([&](Outcome) {
    ++runs;
    completion = Completion([&](Outcome) { ++runs; });
  });
  completion.settle(Outcome::ok());
  EXPECT_EQ(runs, 1);
  completion.settle(Outcome::ok());
  EXPECT_EQ(runs, 2);
}

TEST(Join, TellsEveryPart) {
  Settled a;
  Settled b;
  base::SmallVector<Completion, 2> parts;
  parts.push_back(a.completion());
  parts.emplace_back();
  parts.push_back(b.completion());
  Completion whole = join(std::move(parts));
  whole.settle(Outcome::retryable("later"));
  EXPECT_TRUE(a.is(OutcomeClass::retryable));
  EXPECT_TRUE(b.is(OutcomeClass::retryable));
  EXPECT_FALSE(join({}).is_pending());
}

Outcome settle_fork(std::vector<std::optional<Outcome>> outcomes) {
  Settled settled;
  auto copies = fork(settled.completion(), outcomes.size());
  for (size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(settled.count(), 0U);
    if (outcomes[i]) copies[i].settle(*outcomes[i]);
    if (!outcomes[i]) copies[i] = Completion();
  }
  EXPECT_EQ(settled.count(), 1U);
  return settled.outcomes.front();
}

TEST(Fork, SettlesWithTheWorstOutcome) {
  Outcome slow = Outcome::retryable("slow");
  slow.delay = seconds(7);
  Outcome slower = Outcome::retryable("slower");
  slower.delay = seconds(9);
  const Outcome bad = Outcome::permanent("bad");
  EXPECT_TRUE(settle_fork({Outcome::ok(), Outcome::ok()}).is_ok());
  EXPECT_EQ(settle_fork({slow, Outcome::ok()}).message, "slow");
  EXPECT_EQ(settle_fork({slow, slower, Outcome::ok()}).delay, seconds(9));
  EXPECT_EQ(settle_fork({slower, slow}).delay, seconds(9));
  EXPECT_EQ(settle_fork({slow, bad, slower}).cls, OutcomeClass::permanent);
  EXPECT_EQ(settle_fork({slow, std::nullopt}).cls, OutcomeClass::permanent);
}

TEST(Fork, OfNobodyPromisesNothing) {
  for (const Completion& copy : fork(Completion(), 3)) EXPECT_FALSE(copy.is_pending());
  Settled settled;
  fork(settled.completion(), 0);
  EXPECT_TRUE(settled.is(OutcomeClass::ok));
}

TEST(FanOut, GivesEveryConsumerTheSameBytes) {
  FakeConsumer a;
  FakeConsumer b;
  FanOut fan_out({&a, &b});
  Settled settled;
  fan_out.consume({make_payload(otlp::Signal::logs, 5), settled.completion()});
  ASSERT_EQ(a.held.size(), 1U);
  ASSERT_EQ(b.held.size(), 1U);
  EXPECT_EQ(a.held[0].payload.parts()[0].bytes.data(), b.held[0].payload.parts()[0].bytes.data());
  a.settle_first(Outcome::ok());
  EXPECT_EQ(settled.count(), 0U);
  b.settle_first(Outcome::retryable("full"));
  EXPECT_TRUE(settled.is(OutcomeClass::retryable));
}

}  // namespace
}  // namespace telemill::pipeline
