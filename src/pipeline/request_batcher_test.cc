#include "pipeline/request_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_support.h"

namespace telemill::pipeline {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RequestBatcherTest : public testing::Test {
 protected:
  void make(RequestBatcher::Settings settings) {
    batcher_.emplace(*lane_.lane, settings, [this](Outgoing request) {
      sent_.push_back(request.payload.item_count());
      requests_.push_back(std::move(request));
    });
  }
  void add(size_t items, RequestContextPtr context = nullptr,
           otlp::Signal signal = otlp::Signal::traces) {
    batcher_->add(
        {.payload = make_payload(signal, items), .done = {}, .context = std::move(context)});
  }
  static RequestContextPtr client(std::vector<ContextEntry> metadata) {
    auto context = std::make_shared<RequestContext>();
    context->client_address = "10.0.0.1";
    context->metadata = std::move(metadata);
    return context;
  }
  static RequestContextPtr tenant(std::string name) {
    return client({{"tenant", std::move(name)}});
  }

  TestLane lane_;
  std::vector<size_t> sent_;
  std::vector<Outgoing> requests_;
  std::optional<RequestBatcher> batcher_;
};

TEST_F(RequestBatcherTest, ALeastSizeOfZeroWaitsForNothing) {
  make({.min_size = 0, .flush_timeout = milliseconds(100)});
  add(1);
  add(2);
  EXPECT_THAT(sent_, ElementsAre(1, 2));
  EXPECT_TRUE(batcher_->empty());
}

TEST_F(RequestBatcherTest, PartitionsNeverMeetAndVanishWhenTheyHoldNothing) {
  make({.min_size = 4, .flush_timeout = milliseconds(100), .metadata_keys = {"tenant"}});
  add(1, tenant("a"));
  add(2, tenant("b"));
  add(3, tenant("a"));
  EXPECT_THAT(sent_, ElementsAre(4));
  EXPECT_EQ(batcher_->partition_count(), 1U);
  lane_.pass(milliseconds(101));
  EXPECT_THAT(sent_, ElementsAre(4, 2));
  EXPECT_EQ(batcher_->partition_count(), 0U);
}

TEST_F(RequestBatcherTest, EachPartitionHasItsOwnTime) {
  make({.min_size = 100, .flush_timeout = milliseconds(100), .metadata_keys = {"tenant"}});
  add(1, tenant("a"));
  lane_.pass(milliseconds(50));
  add(2, tenant("b"));
  lane_.pass(milliseconds(51));
  EXPECT_THAT(sent_, ElementsAre(1));
  lane_.pass(milliseconds(50));
  EXPECT_THAT(sent_, ElementsAre(1, 2));
}

// Values that look alike when strung together are not alike.
TEST_F(RequestBatcherTest, PartitionsAreSetsOfValues) {
  make({.min_size = 100, .flush_timeout = milliseconds(100), .metadata_keys = {"a", "b"}});
  add(1, client({{"a", "x"}, {"b", "y"}}));
  add(1, client({{"b", "y"}, {"other", "z"}, {"a", "x"}}));  // the same
  add(1, client({{"a", "xy"}}));
  add(1, client({{"a", "x"}, {"a", "y"}}));
  add(1, client({{"b", "x"}, {"a", "y"}}));
  add(1, client({{"a", ""}, {"b", ""}}));
  add(1, client({}));
  add(1, nullptr);
  EXPECT_EQ(batcher_->partition_count(), 7U);
  batcher_->flush();
  EXPECT_THAT(sent_, testing::UnorderedElementsAre(2, 1, 1, 1, 1, 1, 1));
}

TEST_F(RequestBatcherTest, ABatchKnowsOfItsClientsWhatTheyAgreeIn) {
  make({.min_size = 2, .flush_timeout = milliseconds(100), .metadata_keys = {"tenant"}});
  add(1, client({{"tenant", "a"}, {"trace", "1"}}));
  add(1, client({{"tenant", "a"}, {"trace", "2"}}));
  add(2, client({{"tenant", "b"}, {"trace", "3"}}));
  ASSERT_EQ(requests_.size(), 2U);
  ASSERT_NE(requests_[0].context, nullptr);
  EXPECT_EQ(requests_[0].context->metadata, (std::vector<ContextEntry>{{"tenant", "a"}}));
  EXPECT_EQ(requests_[0].context->client_address, "");
  EXPECT_EQ(requests_[1].context->metadata.size(), 2U) << "alone, it keeps its own";
  make({.min_size = 2, .flush_timeout = milliseconds(100)});
  add(1, tenant("a"));
  add(1, tenant("a"));
  EXPECT_EQ(requests_[2].context, nullptr);
}

TEST_F(RequestBatcherTest, ProfilesAreNeverMerged) {
  make({.min_size = 100, .flush_timeout = milliseconds(100)});
  add(2, nullptr, otlp::Signal::profiles);
  add(3, nullptr, otlp::Signal::profiles);
  EXPECT_THAT(sent_, ElementsAre(2, 3));
  EXPECT_TRUE(batcher_->empty());
}

TEST_F(RequestBatcherTest, ByBytesABatchNeverExceedsItsBound) {
  const auto one = static_cast<int64_t>(make_payload(otlp::Signal::traces, 10).byte_count());
  make({.sizer = Sizer::bytes,
        .min_size = 2 * one,
        .max_size = 2 * one + one / 2,
        .flush_timeout = milliseconds(100)});
  add(10);
  EXPECT_THAT(sent_, IsEmpty());
  add(10);
  EXPECT_THAT(sent_, ElementsAre(20));
  add(10);
  add(40);  // does not fit beside the ten, nor into one batch
  batcher_->flush();
  size_t items = 0;
  for (const Outgoing& request : requests_) {
    EXPECT_LE(size_of(request.payload, Sizer::bytes), 2 * one + one / 2);
    items += request.payload.item_count();
  }
  EXPECT_EQ(items, 70U);
}

TEST_F(RequestBatcherTest, AfterTheStopNothingWaits) {
  make({.min_size = 100, .flush_timeout = milliseconds(100)});
  add(1);
  batcher_->stop_waiting();
  batcher_->flush();
  add(2);
  EXPECT_THAT(sent_, ElementsAre(1, 2));
  EXPECT_TRUE(batcher_->empty());
}

}  // namespace
}  // namespace telemill::pipeline
