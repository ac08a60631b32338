// `sending_queue::batch`: what becomes of requests that leave together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/sending_queue_fixture.h"

namespace telemill::pipeline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr auto signal = otlp::Signal::traces;

class SendingQueueBatch : public SendingQueueTest {};

SendingQueueConfig batching(QueueBatchConfig batch, bool waits = true) {
  return {.wait_for_result = waits, .batch = std::move(batch)};
}

TEST_F(SendingQueueBatch, MergesUntilABatchIsFull) {
  make(batching({.min_size = 5}));
  Settled settled[3];
  give(settled[0], 2);
  give(settled[1], 2);
  EXPECT_TRUE(sender_.sent.empty());
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 2) << "held requests count";
  give(settled[2], 3);
  ASSERT_THAT(sender_.sent, ElementsAre(7));
  sender_.answer(Outcome::ok());
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::ok));
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
  EXPECT_EQ(lane_.metric("otelcol_exporter_sent_spans"), 7);
}

TEST_F(SendingQueueBatch, BatchesLeaveAWhileAfterTheirFirstRequest) {
  Settled late;
  make(batching({.flush_timeout = std::chrono::milliseconds(100), .min_size = 50}));
  give(settled_, 2);
  lane_.pass(std::chrono::milliseconds(60));
  give(late, 2);
  EXPECT_TRUE(sender_.sent.empty());
  lane_.pass(std::chrono::milliseconds(41));
  EXPECT_THAT(sender_.sent, ElementsAre(4));
  lane_.pass(seconds(1));
  EXPECT_THAT(sender_.sent, ElementsAre(4));
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(late.is(OutcomeClass::ok));
}

// A request that is cut hears the worst of its pieces; its neighbours hear their own batch only.
TEST_F(SendingQueueBatch, CutsAtTheLargestSizeAndTellsEachRequestItsOwn) {
  make(batching({.min_size = 4, .max_size = 4}));
  Settled settled[3];
  give(settled[0], 3);
  give(settled[1], 6);  // fills the first batch, makes one of its own and begins a third
  give(settled[2], 3);
  EXPECT_THAT(sender_.sent, ElementsAre(4, 4, 4));
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(settled[0].is(OutcomeClass::ok));
  EXPECT_EQ(settled[1].count(), 0U);
  sender_.answer(Outcome::permanent("no"));
  EXPECT_EQ(settled[1].count(), 0U);
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(settled[1].is(OutcomeClass::permanent));
  EXPECT_TRUE(settled[2].is(OutcomeClass::ok));
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
}

// The refused batch is sent again part by part, so one request's nonsense costs its sender only.
TEST_F(SendingQueueBatch, APermanentRefusalOfABatchIsRepeatedPartByPart) {
  make(batching({.min_size = 6}));
  Settled good;
  Settled bad;
  Settled merged_before;
  give(good, 1);
  give(bad, 2);
  otlp::Payload merged = make_payload(signal, 1);
  merged.append(make_payload(signal, 2));
  queue_->consume({std::move(merged), merged_before.completion()});
  ASSERT_THAT(sender_.sent, ElementsAre(6));
  sender_.answer(Outcome::permanent("nonsense"));
  EXPECT_THAT(sender_.sent, ElementsAre(6, 1, 2, 1, 2));
  sender_.answer(Outcome::ok());
  sender_.answer(Outcome::permanent("nonsense"));
  sender_.answer(Outcome::ok());
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(good.is(OutcomeClass::ok));
  EXPECT_TRUE(bad.is(OutcomeClass::permanent));
  EXPECT_TRUE(merged_before.is(OutcomeClass::ok));
  EXPECT_EQ(lane_.metric("otelcol_exporter_sent_spans"), 4);
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 2);
}

TEST_F(SendingQueueBatch, DrainSendsABatchThatIsNotFull) {
  make(batching({.min_size = 100}, false));
  give(settled_, 3);
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
  EXPECT_FALSE(drain_is_done());
  ASSERT_THAT(sender_.sent, ElementsAre(3));
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(drain_is_done());
}

TEST_F(SendingQueueBatch, AClosedQueueCountsTheBatchItHolds) {
  make(batching({.min_size = 100}, false));
  give(settled_, 3);
  queue_->close();
  EXPECT_TRUE(sender_.sent.empty());
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 3);
}

}  // namespace
}  // namespace telemill::pipeline
