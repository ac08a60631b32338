#include "pipeline/sending_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/sending_queue_fixture.h"

namespace telemill::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr auto signal = otlp::Signal::traces;

TEST_F(SendingQueueTest, AcknowledgesOnceQueued) {
  make();
  give(settled_, 3);
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 1);
  sender_.answer(Outcome::permanent("no"));
  EXPECT_EQ(settled_.count(), 1U);
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 3);
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
}

TEST_F(SendingQueueTest, WaitsForTheResultWhenAsked) {
  for (const SendingQueueConfig& config :
       {SendingQueueConfig{.wait_for_result = true}, SendingQueueConfig{.enabled = false}}) {
    make(config);
    Settled good;
    Settled bad;
    give(good, 3);
    give(bad);
    EXPECT_EQ(good.count(), 0U);
    sender_.answer(Outcome::ok());
    EXPECT_TRUE(good.is(OutcomeClass::ok));
    sender_.answer(Outcome::permanent("no"));
    EXPECT_TRUE(bad.is(OutcomeClass::permanent));
  }
  EXPECT_EQ(lane_.metric("otelcol_exporter_sent_spans"), 6);
}

TEST_F(SendingQueueTest, RefusesWhatDoesNotFit) {
  make({.queue_size = 3, .num_consumers = 2});
  Settled in[3];
  for (Settled& settled : in) give(settled);
  give(settled_, 5);
  EXPECT_TRUE(settled_.is(OutcomeClass::retryable));
  EXPECT_EQ(lane_.metric("otelcol_exporter_enqueue_failed_spans"), 5);
  EXPECT_EQ(sender_.requests.size(), 2U);
  sender_.answer(Outcome::ok());
  Settled next;
  give(next);
  EXPECT_TRUE(next.is(OutcomeClass::ok));
}

TEST_F(SendingQueueTest, BoundsWhatIsInFlight) {
  make({.num_consumers = 4});
  Settled settled[20];
  for (Settled& each : settled) give(each);
  size_t answered = 0;
  while (!sender_.requests.empty()) {
    EXPECT_LE(sender_.requests.size(), 4U);
    sender_.answer(Outcome::ok());
    ++answered;
  }
  EXPECT_EQ(answered, 20U);
}

TEST_F(SendingQueueTest, RetriesUntilThePeerAccepts) {
  make({.wait_for_result = true});
  give(settled_);
  for (int i = 0; i < 3; ++i) {
    sender_.answer(Outcome::retryable("busy"));
    EXPECT_TRUE(sender_.requests.empty());
    lane_.pass(seconds(2));  // never before half of the first interval
    EXPECT_TRUE(sender_.requests.empty());
    lane_.pass(seconds(43));  // and never later than one and a half of the longest
    ASSERT_EQ(sender_.requests.size(), 1U);
  }
  sender_.answer(Outcome::ok());
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
}

TEST_F(SendingQueueTest, GivesUpInTheEnd) {
  make({.wait_for_result = true});
  give(settled_, 2);
  int attempts = 0;
  while (!sender_.requests.empty()) {
    ++attempts;
    sender_.answer(Outcome::retryable("busy"));
    lane_.pass(seconds(45));
  }
  EXPECT_THAT(attempts, testing::AllOf(testing::Ge(4), testing::Le(9)));
  ASSERT_TRUE(settled_.is(OutcomeClass::retryable));
  EXPECT_EQ(settled_.outcomes[0].message, "no more retries left: busy");
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 2);
}

TEST_F(SendingQueueTest, WaitsAsLongAsThePeerAsks) {
  make();
  give(settled_);
  Outcome busy = Outcome::retryable("busy");
  busy.delay = minutes(4);
  sender_.answer(busy);
  lane_.pass(seconds(239));
  EXPECT_TRUE(sender_.requests.empty());
  lane_.pass(seconds(2));
  EXPECT_EQ(sender_.requests.size(), 1U);
}

TEST_F(SendingQueueTest, WithoutRetriesTheFirstFailureIsFinal) {
  make({.wait_for_result = true}, {.enabled = false});
  give(settled_);
  sender_.answer(Outcome::retryable("busy"));
  ASSERT_TRUE(settled_.is(OutcomeClass::retryable));
  EXPECT_EQ(settled_.outcomes[0].message, "busy");
}

TEST_F(SendingQueueTest, SendsThePartsOfARefusedRequestAlone) {
  make({.num_consumers = 1, .wait_for_result = true});
  otlp::Payload merged = make_payload(signal, 1);
  merged.append(make_payload(signal, 2));
  merged.append(make_payload(signal, 3));
  queue_->consume({std::move(merged), settled_.completion()});
  EXPECT_EQ(sender_.requests.front().parts, 3U);
  sender_.answer(Outcome::permanent("nonsense"));
  sender_.answer(Outcome::ok());
  sender_.answer(Outcome::permanent("nonsense"));
  EXPECT_EQ(settled_.count(), 0U);
  sender_.answer(Outcome::ok());
  EXPECT_THAT(sender_.sent, ElementsAre(6, 1, 2, 3));
  EXPECT_TRUE(settled_.is(OutcomeClass::permanent));
  EXPECT_EQ(lane_.metric("otelcol_exporter_sent_spans"), 4);
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 2);
}

TEST_F(SendingQueueTest, DrainGivesEachRequestOneAttempt) {
  make({.num_consumers = 2, .wait_for_result = true});
  Settled settled[5];
  for (Settled& each : settled) give(each);
  sender_.answer(Outcome::retryable("busy"));  // pauses
  EXPECT_FALSE(drain_is_done());
  size_t attempts = sender_.sent.size();
  EXPECT_EQ(attempts, 2U);
  for (int i = 0; i < 20 && !drain_is_done(); ++i) {
    lane_.pass(std::chrono::milliseconds(2));
    if (!sender_.requests.empty()) sender_.answer(Outcome::retryable("busy"));
  }
  EXPECT_TRUE(drain_is_done());
  EXPECT_EQ(sender_.sent.size(), 6U);  // five, and the one that paused once more
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::retryable));
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
}

TEST_F(SendingQueueTest, DrainOfNothingIsDoneAtOnce) {
  make();
  EXPECT_TRUE(drain_is_done());
  give(settled_);  // late, but still sent
  EXPECT_EQ(sender_.requests.size(), 1U);
  sender_.answer(Outcome::retryable("busy"));
  EXPECT_EQ(drains_, 1);
}

TEST_F(SendingQueueTest, DropsEmptyRequests) {
  make();
  queue_->consume({otlp::Payload(signal), settled_.completion()});
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
  EXPECT_TRUE(sender_.sent.empty());
}

TEST_F(SendingQueueTest, MayDieWithRequestsInFlight) {
  make({.num_consumers = 1, .wait_for_result = true});
  Settled waiting;
  give(settled_);
  give(waiting);
  queue_.reset();
  EXPECT_EQ(settled_.count(), 1U);
  EXPECT_EQ(waiting.count(), 1U);
  sender_.answer(Outcome::ok());  // nobody is there to hear it
}

// queue_size counts what waits and what is in flight, in units of the sizer.
TEST_F(SendingQueueTest, MeasuresInTheUnitsOfItsSizer) {
  const auto size = static_cast<int64_t>(make_payload(signal, 7).byte_count());
  struct Row {
    Sizer sizer;
    int64_t units;
  };
  for (const Row row : {Row{Sizer::requests, 1}, Row{Sizer::items, 7}, Row{Sizer::bytes, size}}) {
    make({.sizer = row.sizer, .queue_size = 2 * row.units, .num_consumers = 1});
    EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
    Settled in_flight;
    Settled waiting;
    Settled over;
    give(in_flight, 7);
    EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), row.units);
    give(waiting, 7);
    EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 2 * row.units);
    give(over, 7);
    EXPECT_TRUE(waiting.is(OutcomeClass::ok));
    EXPECT_TRUE(over.is(OutcomeClass::retryable));
    EXPECT_EQ(over.outcomes[0].message, "sending queue is full");
    sender_.answer(Outcome::ok());
    sender_.answer(Outcome::ok());
  }
}

// It could never be taken: "later" would be a lie, and whoever holds it would offer it for ever.
TEST_F(SendingQueueTest, RefusesForGoodWhatIsLargerThanTheQueue) {
  for (const bool blocks : {false, true}) {
    make({.sizer = Sizer::items, .queue_size = 4, .block_on_overflow = blocks});
    Settled large;
    Settled exact;
    give(large, 5);
    give(exact, 4);
    ASSERT_TRUE(large.is(OutcomeClass::permanent));
    EXPECT_EQ(large.outcomes[0].message, "request is too large for the queue");
    EXPECT_TRUE(exact.is(OutcomeClass::ok));
    sender_.answer(Outcome::ok());
  }
  EXPECT_EQ(lane_.metric("otelcol_exporter_enqueue_failed_spans"), 10);
}

TEST_F(SendingQueueTest, LetsCallersWaitForRoomInTheirOrder) {
  make({.sizer = Sizer::items, .queue_size = 10, .num_consumers = 1, .block_on_overflow = true});
  Settled settled[4];
  give(settled[0], 6);
  give(settled[1], 8);  // does not fit
  give(settled[2], 2);  // would fit, but came later
  give(settled[3], 9);
  EXPECT_TRUE(settled[0].is(OutcomeClass::ok));
  EXPECT_EQ(settled[1].count() + settled[2].count() + settled[3].count(), 0U);
  sender_.answer(Outcome::ok());
  lane_.turn();
  EXPECT_TRUE(settled[1].is(OutcomeClass::ok));
  EXPECT_TRUE(settled[2].is(OutcomeClass::ok));
  EXPECT_EQ(settled[3].count(), 0U);
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(sender_.requests.empty());
    sender_.answer(Outcome::ok());
    lane_.turn();
  }
  EXPECT_TRUE(settled[3].is(OutcomeClass::ok));
  EXPECT_THAT(sender_.sent, ElementsAre(6, 8, 2, 9));
  EXPECT_EQ(lane_.metric("otelcol_exporter_enqueue_failed_spans"), 0);
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_size"), 0);
}

TEST_F(SendingQueueTest, DrainsThoseWhoWaitOutside) {
  make({.queue_size = 1, .block_on_overflow = true, .wait_for_result = true});
  Settled settled[3];
  for (Settled& each : settled) give(each);
  EXPECT_FALSE(drain_is_done());
  for (int i = 0; i < 3; ++i) {
    sender_.answer(Outcome::ok());
    lane_.turn();
  }
  EXPECT_TRUE(drain_is_done());
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::ok));
}

TEST_F(SendingQueueTest, CountsWhatItGivesUpWhenItIsClosed) {
  make({.queue_size = 3, .num_consumers = 2, .block_on_overflow = true, .wait_for_result = true});
  Settled settled[4];
  for (size_t i = 0; i < 4; ++i) give(settled[i], i + 1);
  sender_.answer(Outcome::retryable("busy"));  // the first one pauses, the second is in flight
  queue_->close();
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 1 + 3);
  EXPECT_EQ(lane_.metric("otelcol_exporter_enqueue_failed_spans"), 4);
  sender_.answer(Outcome::retryable("the client is closed"));
  EXPECT_EQ(lane_.metric("otelcol_exporter_send_failed_spans"), 1 + 2 + 3);
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::retryable));
  give(settled_);
  EXPECT_TRUE(settled_.is(OutcomeClass::retryable));
}

TEST_F(SendingQueueTest, TellsItsCapacityAndWhatIsInFlight) {
  make({.sizer = Sizer::bytes, .queue_size = 123456, .num_consumers = 1});
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_capacity"), 123456);
  give(settled_);
  Settled waiting;
  give(waiting);
  EXPECT_EQ(lane_.metric("otelcol_exporter_in_flight_requests"), 1);
  sender_.answer(Outcome::retryable("busy"));
  EXPECT_EQ(lane_.metric("otelcol_exporter_in_flight_requests"), 1) << "a pause keeps the place";
  EXPECT_TRUE(sender_.requests.empty());
}

// Two instances of one exporter, as on two lanes.
TEST_F(SendingQueueTest, InstancesShareWhatYamlStates) {
  const SendingQueue::Settings settings{
      {.queue_size = 3, .num_consumers = 2, .wait_for_result = true}, {}};
  Settled settled[5];
  TestLane other;
  FakeSender other_sender;
  ComponentContext other_context{.id = lane_.context("otlp_grpc").id,
                                 .lane = *other.lane,
                                 .budget = other.budget,
                                 .worker = other.worker,
                                 .metrics = lane_.metrics,
                                 .shared = lane_.shared,
                                 .is_first_lane = false};
  SendingQueue here(lane_.context("otlp_grpc"), signal, settings, sender_);
  SendingQueue there(other_context, signal, settings, other_sender);
  SendingQueue metrics_of_it(lane_.context("otlp_grpc"), otlp::Signal::metrics, settings, sender_);
  const auto send_to = [&](SendingQueue& queue, Settled& each) {
    queue.consume({make_payload(signal, 1), each.completion()});
  };
  for (size_t i = 0; i < 3; ++i) send_to(here, settled[i]);
  EXPECT_EQ(sender_.requests.size(), 2U);
  send_to(there, settled[3]);
  EXPECT_TRUE(settled[3].is(OutcomeClass::retryable)) << "one lane may fill the queue";
  metrics_of_it.consume({make_payload(otlp::Signal::metrics, 1), {}});
  EXPECT_EQ(sender_.requests.size(), 3U) << "each signal has a queue of its own";
  sender_.answer(Outcome::ok());
  send_to(there, settled[4]);
  EXPECT_EQ(sender_.requests.size() + other_sender.requests.size(), 3U);
  EXPECT_TRUE(other_sender.requests.empty()) << "both consumers are at work on the other lane";
  sender_.answer(Outcome::ok());
  other.turn();
  EXPECT_EQ(other_sender.requests.size(), 1U) << "word came by mailbox";
  EXPECT_EQ(lane_.metric("otelcol_exporter_queue_capacity"), 3 + 3) << "once per signal";
  here.close();
  there.close();
  metrics_of_it.close();
}

}  // namespace
}  // namespace telemill::pipeline
