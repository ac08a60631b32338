#include "pipeline/sending_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_support.h"

namespace telemill::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr auto signal = otlp::Signal::traces;

/// A peer that answers when the test says so.
class FakeSender final : public Sender {
 public:
  struct Request {
    size_t items;
    size_t parts;
    base::UniqueFunction<void(Outcome)> done;
  };
  std::deque<Request> requests;
  std::vector<size_t> sent;  // items of every request ever

  void send(const otlp::Payload& payload, base::UniqueFunction<void(Outcome)> done) override {
    sent.push_back(payload.item_count());
    requests.push_back({payload.item_count(), payload.parts().size(), std::move(done)});
  }
  void answer(Outcome outcome) {
    Request request = std::move(requests.front());
    requests.pop_front();
    request.done(std::move(outcome));
  }
};

class SendingQueueTest : public testing::Test {
 protected:
  SendingQueue& make(SendingQueueConfig config = {}, RetryConfig retry = {}) {
    queue_ =
        std::make_unique<SendingQueue>(lane_.context("otlp_grpc"), signal, config, retry, sender_);
    return *queue_;
  }
  void give(Settled& settled, size_t items = 1) {
    queue_->consume({make_payload(signal, items), settled.completion()});
  }
  bool drain_is_done() {
    if (!is_draining_) queue_->drain([this] { ++drains_; });
    is_draining_ = true;
    EXPECT_LE(drains_, 1);
    return drains_ == 1;
  }

  TestLane lane_;
  FakeSender sender_;
  std::unique_ptr<SendingQueue> queue_;
  Settled settled_;
  bool is_draining_ = false;
  int drains_ = 0;
};

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
  for (const SendingQueueConfig config :
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

}  // namespace
}  // namespace telemill::pipeline
