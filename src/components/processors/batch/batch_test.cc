#include "components/processors/batch/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_support.h"

namespace telemill::components::processors::batch {
namespace {

using pipeline::FakeConsumer;
using pipeline::make_payload;
using pipeline::Outcome;
using pipeline::OutcomeClass;
using pipeline::Settled;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

constexpr auto signal = otlp::Signal::traces;

class BatchTest : public testing::Test {
 protected:
  Batch& make(BatchConfig config, otlp::Signal kind = signal) {
    batch_.reset();
    config_ = config;
    batch_ = std::make_unique<Batch>(lane_.context("batch"), config_, kind, next_);
    return *batch_;
  }
  void give(size_t items, Settled& settled, otlp::Signal kind = signal) {
    batch_->consume({make_payload(kind, items), settled.completion()});
  }
  void give(size_t items) { batch_->consume({make_payload(signal, items), {}}); }
  [[nodiscard]] int64_t metric(std::string_view name) const {
    return lane_.metric(std::string("otelcol_processor_batch_").append(name));
  }

  pipeline::TestLane lane_;
  FakeConsumer next_;
  BatchConfig config_;
  Settled settled_;
  std::unique_ptr<Batch> batch_;
};

TEST_F(BatchTest, SendsWhenFull) {
  make({.send_batch_size = 10});
  give(4);
  give(5);
  EXPECT_TRUE(next_.held.empty());
  give(3);
  EXPECT_THAT(next_.item_counts, ElementsAre(12));
  EXPECT_EQ(next_.held[0].payload.parts().size(), 3U);
  EXPECT_EQ(metric("batch_size_trigger_send"), 0) << "only what was taken counts";
  next_.settle_first(Outcome::ok());
  EXPECT_EQ(metric("batch_size_trigger_send"), 1);
  lane_.pass(milliseconds(500));
  EXPECT_EQ(metric("timeout_trigger_send"), 0);
}

TEST_F(BatchTest, SendsWhenTimeIsUp) {
  make({});
  give(4, settled_);
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
  lane_.pass(milliseconds(150));
  give(5);
  lane_.pass(milliseconds(49));
  EXPECT_TRUE(next_.held.empty());
  lane_.pass(milliseconds(2));  // the first item counts
  EXPECT_THAT(next_.item_counts, ElementsAre(9));
  next_.settle_first(Outcome::ok());
  EXPECT_EQ(metric("timeout_trigger_send"), 1);
  lane_.pass(milliseconds(500));
  EXPECT_EQ(next_.item_counts.size(), 1U);
}

TEST_F(BatchTest, ZeroTimeoutSendsAtOnceInBoundedPieces) {
  make({.timeout = Duration::zero()});
  give(4);
  give(2);
  EXPECT_THAT(next_.item_counts, ElementsAre(4, 2));
  make({.send_batch_size = 0, .timeout = Duration::zero(), .send_batch_max_size = 3});
  next_.item_counts.clear();
  give(8);
  EXPECT_THAT(next_.item_counts, ElementsAre(3, 3, 2));
}

TEST_F(BatchTest, CutsWhatIsTooLarge) {
  make({.send_batch_size = 5, .send_batch_max_size = 7});
  give(33);
  EXPECT_THAT(next_.item_counts, ElementsAre(7, 7, 7, 7, 5));
  give(4);
  give(4);
  give(1);
  EXPECT_THAT(next_.item_counts, ElementsAre(7, 7, 7, 7, 5, 7));
  lane_.pass(milliseconds(201));
  EXPECT_THAT(next_.item_counts, ElementsAre(7, 7, 7, 7, 5, 7, 2));
}

TEST_F(BatchTest, OffersAgainWhatWasRefusedForTheMoment) {
  make({.send_batch_size = 3});
  next_.answer = Outcome::retryable("full");
  give(3, settled_);
  for (int i = 0; i < 5; ++i) lane_.pass(milliseconds(101));
  EXPECT_EQ(next_.item_counts.size(), 6U);
  next_.answer = Outcome::ok();
  lane_.pass(milliseconds(101));
  lane_.pass(milliseconds(500));
  EXPECT_EQ(next_.item_counts.size(), 7U);
  EXPECT_EQ(lane_.metric(pipeline::lost_items_metric), 0);
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
}

TEST_F(BatchTest, CountsWhatIsRefusedForGood) {
  make({.send_batch_size = 3});
  next_.answer = Outcome::permanent("nonsense");
  give(3);
  lane_.pass(milliseconds(500));
  EXPECT_EQ(next_.item_counts.size(), 1U);
  EXPECT_EQ(lane_.metric(pipeline::lost_items_metric), 3);
}

TEST_F(BatchTest, ClientsWaitWhileTheNextConsumerIsBehind) {
  make({.send_batch_size = 1});
  Settled early[7];
  for (Settled& each : early) {
    give(1, each);
    EXPECT_TRUE(each.is(OutcomeClass::ok));
  }
  Settled late[3];
  for (Settled& each : late) give(1, each);
  for (const Settled& each : late) EXPECT_EQ(each.count(), 0U);
  for (int i = 0; i < 3; ++i) next_.settle_first(Outcome::ok());
  for (const Settled& each : late) EXPECT_TRUE(each.is(OutcomeClass::ok));
}

// More is offered than may be unsettled, one is refused, its time comes while there is no room, and
// then the others are accepted: the refused one must not be forgotten, nor its clients.
TEST_F(BatchTest, DoesNotForgetWhatFoundNoRoom) {
  make({.send_batch_size = 1});
  Settled settled[12];
  for (Settled& each : settled) give(1, each);
  next_.settle_first(Outcome::retryable("full"));
  lane_.pass(milliseconds(150));  // eleven are still out
  while (!next_.held.empty()) next_.settle_first(Outcome::ok());
  lane_.pass(milliseconds(150));
  ASSERT_EQ(next_.held.size(), 1U);
  next_.settle_first(Outcome::ok());
  for (const Settled& each : settled) EXPECT_TRUE(each.is(OutcomeClass::ok));
}

TEST_F(BatchTest, KeepsRequestsOfProfilesApart) {
  make({.send_batch_size = 100}, otlp::Signal::profiles);
  Settled other;
  give(2, settled_, otlp::Signal::profiles);
  give(3, other, otlp::Signal::profiles);
  lane_.pass(milliseconds(201));
  EXPECT_THAT(next_.item_counts, ElementsAre(2, 3));
}

TEST_F(BatchTest, KeepsNothingOfEmptyRequests) {
  make({});
  give(0, settled_);
  EXPECT_TRUE(settled_.is(OutcomeClass::ok));
  give(1);
  lane_.pass(milliseconds(201));
  ASSERT_EQ(next_.held.size(), 1U);
  EXPECT_EQ(next_.held[0].payload.parts().size(), 1U);
}

TEST_F(BatchTest, DrainSendsWhatIsHeldAndWaitsForOutcomes) {
  make({});
  give(4);
  int drains = 0;
  batch_->drain([&] { ++drains; });
  EXPECT_THAT(next_.item_counts, ElementsAre(4));
  EXPECT_EQ(drains, 0);
  next_.settle_first(Outcome::retryable("full"));
  EXPECT_EQ(drains, 0);
  lane_.pass(milliseconds(101));
  ASSERT_EQ(next_.held.size(), 1U);
  next_.settle_first(Outcome::ok());
  EXPECT_EQ(drains, 1);
  give(2, settled_);  // late, but sent on
  EXPECT_THAT(next_.item_counts, ElementsAre(4, 4, 2));
  next_.settle_first(Outcome::ok());
  EXPECT_EQ(drains, 1);
}

TEST_F(BatchTest, StoppedByForceItCountsItsLosses) {
  make({.send_batch_size = 2});
  next_.answer = Outcome::retryable("full");
  give(2);
  next_.answer.reset();
  give(1);
  Settled waiting;
  give(3, waiting);  // sent with the one held before; its client waits
  give(1);
  EXPECT_EQ(waiting.count(), 0U);
  batch_.reset();
  EXPECT_TRUE(waiting.is(OutcomeClass::retryable));
  EXPECT_EQ(lane_.metric(pipeline::lost_items_metric), 3);  // two refused, one held
  next_.settle_first(Outcome::ok());                        // nobody is there to hear it
}

class BatchByMetadata : public BatchTest {
 protected:
  void give_for(const std::string& tenant, size_t items, Settled& settled) {
    auto context = std::make_shared<pipeline::RequestContext>();
    context->client_address = "10.0.0.1";
    if (!tenant.empty()) context->metadata.push_back({"x-tenant", tenant});
    context->metadata.push_back({"x-other", "o"});
    batch_->consume({.payload = make_payload(signal, items),
                     .done = settled.completion(),
                     .context = std::move(context)});
  }
  void give_for(const std::string& tenant, size_t items) { give_for(tenant, items, settled_); }
};

TEST_F(BatchByMetadata, EachCombinationHasItsShard) {
  make({.send_batch_size = 10, .metadata_keys = {"X-Tenant"}});
  give_for("a", 6);
  give_for("b", 6);
  give_for("", 6);
  EXPECT_TRUE(next_.held.empty());
  give_for("a", 6);
  ASSERT_THAT(next_.item_counts, ElementsAre(12));
  const pipeline::RequestContext& context = *next_.held[0].context;
  EXPECT_THAT(context.metadata, ElementsAre(pipeline::ContextEntry{"x-tenant", "a"}));
  EXPECT_TRUE(context.client_address.empty());
  lane_.pass(milliseconds(201));
  EXPECT_THAT(next_.item_counts, ElementsAre(12, 6, 6));
  batch_->consume({make_payload(signal, 3), settled_.completion()});  // of nobody: as without key
  lane_.pass(milliseconds(201));
  EXPECT_TRUE(next_.held.back().context->metadata.empty());
}

TEST_F(BatchByMetadata, TooManyCombinationsAreRefusedForTheMoment) {
  make({.metadata_keys = {"x-tenant"}, .metadata_cardinality_limit = 2});
  give_for("a", 1);
  give_for("b", 1);
  Settled refused, known;
  give_for("c", 1, refused);
  EXPECT_TRUE(refused.is(OutcomeClass::retryable));
  give_for("b", 1, known);
  EXPECT_TRUE(known.is(OutcomeClass::ok));
}

TEST_F(BatchByMetadata, DrainEmptiesEveryShard) {
  make({.metadata_keys = {"x-tenant"}});
  give_for("a", 1);
  give_for("b", 2);
  int drains = 0;
  batch_->drain([&] { ++drains; });
  give_for("c", 3);  // late, of somebody new
  EXPECT_THAT(next_.item_counts, ElementsAre(1, 2, 3));
  while (!next_.held.empty()) next_.settle_first(Outcome::ok());
  EXPECT_EQ(drains, 1);
}

TEST_F(BatchTest, WithoutKeysNoContextGoesOn) {
  make({.send_batch_size = 1});
  auto context = std::make_shared<pipeline::RequestContext>();
  batch_->consume({make_payload(signal, 1), settled_.completion(), context});
  EXPECT_EQ(next_.held.at(0).context, nullptr);
}

TEST(BatchConfig, ChecksItsSettings) {
  EXPECT_EQ((BatchConfig{.metadata_keys = {"a", "A"}}).check().size(), 1U);
  EXPECT_TRUE((BatchConfig{.metadata_keys = {"a", "b"}}).check().empty());
  EXPECT_TRUE(BatchConfig{}.check().empty());
  EXPECT_EQ((BatchConfig{.timeout = milliseconds(-1)}).check().size(), 1U);
  EXPECT_EQ((BatchConfig{.send_batch_size = 5, .send_batch_max_size = 4}).check().size(), 1U);
  EXPECT_TRUE((BatchConfig{.send_batch_size = 5, .send_batch_max_size = 5}).check().empty());
}

}  // namespace
}  // namespace telemill::components::processors::batch
