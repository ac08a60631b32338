// A back end that is dead, slow, refuses or resets, behind memory queues: what becomes of each
// item, by ids. The rows are those of "what is lost, by set-up".
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "integration/id_sets.h"
#include "integration/sink_process.h"

namespace telemill::integration {
namespace {

constexpr uint64_t items_each = 10;

/// Quick retries, so that a test does not take five seconds per pause.
constexpr const char* const quick_retry =
    "retry_on_failure: {initial_interval: 50ms, max_interval: 50ms, multiplier: 1}";

class BackEnd : public ::testing::Test {
 protected:
  /// A collector in front of the socket, at which a sink may listen or not.
  void start_collector(const std::string& queue, const std::string& retry = quick_retry,
                       int lanes = 1) {
    collector_ = std::make_unique<CollectorProcess>(
        "receivers:\n  otlp:\n    protocols:\n      grpc: {endpoint: '127.0.0.1:0'}\n"
        "exporters:\n  otlp_grpc:\n    endpoint: 'unix://" +
            socket_ + "'\n    tls: {insecure: true}\n    sending_queue: " + queue + "\n    " +
            retry +
            "\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [otlp_grpc]}\n",
        std::vector<std::string>{"--lanes", std::to_string(lanes)});
  }
  SinkProcess& start_sink(std::vector<std::string> misbehave = {}) {
    sink_ = std::make_unique<SinkProcess>(
        SinkProcess::Options{.grpc = "unix:" + socket_, .arguments = std::move(misbehave)});
    return *sink_;
  }
  /// Requests of ten spans over one connection; waits for the answers.
  Ended send(uint64_t requests, const std::string& streams = "1") {
    ChildProgram load(
        {"gen", "-q", "--endpoint", "127.0.0.1:" + std::to_string(collector_->grpc_port()),
         "--requests", std::to_string(requests), "--items-per-request", std::to_string(items_each),
         "--connections", "1", "--threads", "1", "--streams", streams, "--ids-out", sent_path_});
    return load.wait();
  }
  [[nodiscard]] IdsByStatus sent() const { return read_ids(sent_path_); }
  /// What came, sorted; ends the sink.
  std::vector<uint64_t> received() {
    sink_->stop();
    return read_ids(sink_->ids_path()).acknowledged;
  }

  const Folder folder_;
  const std::string socket_ = folder_.path("sink.sock");
  const std::string sent_path_ = folder_.path("sent");
  std::unique_ptr<SinkProcess> sink_;
  std::unique_ptr<CollectorProcess> collector_;
};

TEST_F(BackEnd, DownWithRoomInTheQueueHoldsAndRecoversInOrder) {
  start_collector("{num_consumers: 1}");
  EXPECT_EQ(send(40).exit_status, 0) << "acknowledged once queued";
  start_sink();
  EXPECT_TRUE(sink_->wait_for_items(40 * items_each));
  const Counts counts = collector_->stop();
  sink_->stop();
  EXPECT_EQ(counts.delivered, 400);
  EXPECT_EQ(counts.lost, 0);
  EXPECT_EQ(read_acknowledged_in_order(sink_->ids_path()), read_acknowledged_in_order(sent_path_));
}

// The limits count for the process: four lanes hold no more than one, and one of them all of it.
TEST_F(BackEnd, DownWithAFullQueueRefusesAndCounts) {
  for (const int lanes : {1, 4}) {
    start_collector("{queue_size: 5, num_consumers: 2}", quick_retry, lanes);
    EXPECT_EQ(send(20).exit_status, 1);
    const IdsByStatus ids = sent();
    EXPECT_EQ(ids.acknowledged.size(), 5 * items_each);
    EXPECT_EQ(ids.refused.size(), 15 * items_each);
    start_sink();
    EXPECT_TRUE(sink_->wait_for_items(5 * items_each));
    const Counts counts = collector_->stop();
    EXPECT_EQ(received(), ids.acknowledged);
    EXPECT_EQ(counts.refused, 150);
    EXPECT_EQ(counts.delivered, 50);
    EXPECT_EQ(counts.lost, 0);
  }
}

TEST_F(BackEnd, DownLongerThanTheRetryBudgetDropsAndCounts) {
  start_collector("{num_consumers: 3}",
                  "retry_on_failure: {initial_interval: 50ms, max_interval: 50ms, "
                  "max_elapsed_time: 300ms}");
  EXPECT_EQ(send(10).exit_status, 0);
  EXPECT_TRUE(collector_->child().wait_for_log("no more retries left"));
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.lost, 100);
  EXPECT_EQ(counts.delivered, 0);
  EXPECT_EQ(counts.received, 100);
}

TEST_F(BackEnd, SigtermWithTheBackEndDownTriesOnceMoreAndCountsTheLoss) {
  start_collector("{num_consumers: 3}",
                  "retry_on_failure: {initial_interval: 1h, max_interval: 1h, "
                  "max_elapsed_time: 0}");
  EXPECT_EQ(send(10).exit_status, 0);
  const Counts counts = collector_->stop();  // does not wait for the hour
  EXPECT_EQ(counts.lost, 100);
  EXPECT_EQ(counts.delivered, 0);
}

TEST_F(BackEnd, SigtermWithARefusingBackEndGivesEachRequestOneAttempt) {
  start_sink({"--refuse", "14"});
  start_collector("{num_consumers: 2}",
                  "retry_on_failure: {initial_interval: 1h, max_interval: 1h, "
                  "max_elapsed_time: 0}");
  EXPECT_EQ(send(10).exit_status, 0);
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.lost, 100);
  EXPECT_TRUE(received().empty());
}

TEST_F(BackEnd, SigtermWithASlowBackEndDrains) {
  start_sink({"--delay", "30ms"});
  start_collector("{num_consumers: 2}");
  EXPECT_EQ(send(30).exit_status, 0);
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.delivered, 300);
  EXPECT_EQ(counts.lost, 0);
  EXPECT_EQ(received(), sent().acknowledged);
}

TEST_F(BackEnd, RefusingForAWhileCostsNothing) {
  start_sink({"--refuse", "14:7"});
  start_collector("{num_consumers: 2}");
  EXPECT_EQ(send(20).exit_status, 0);
  EXPECT_TRUE(sink_->wait_for_items(200));
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.lost, 0);
  EXPECT_EQ(received(), sent().acknowledged) << "once each";
}

TEST_F(BackEnd, RefusingForGoodLosesAndCounts) {
  start_sink({"--refuse", "3"});
  start_collector("{}");
  EXPECT_EQ(send(20).exit_status, 0);
  EXPECT_EQ(collector_->stop().lost, 200);
}

TEST_F(BackEnd, RefusingForGoodIsHeardByClientsThatWait) {
  start_sink({"--refuse", "3"});
  start_collector("{wait_for_result: true, batch: {min_size: 50, flush_timeout: 20ms}}");
  EXPECT_EQ(send(20, "8").exit_status, 1);
  EXPECT_EQ(sent().refused.size(), 200U);
  EXPECT_EQ(collector_->stop().refused, 200);
}

TEST_F(BackEnd, ResettingLosesNothing) {
  start_sink({"--reset-every", "7"});
  start_collector("{num_consumers: 3}");
  EXPECT_EQ(send(40, "4").exit_status, 0);
  EXPECT_TRUE(sink_->wait_for_items(400));
  EXPECT_EQ(collector_->stop().lost, 0);
  EXPECT_EQ(count_missing(sent().acknowledged, received()), 0U);
}

TEST_F(BackEnd, SlowWithBlockingLetsClientsWait) {
  start_sink({"--delay", "5ms"});
  start_collector("{queue_size: 3, num_consumers: 1, block_on_overflow: true}");
  EXPECT_EQ(send(60, "20").exit_status, 0) << "nobody is refused";
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.refused, 0);
  EXPECT_EQ(counts.lost, 0);
  EXPECT_EQ(received(), sent().acknowledged);
}

// Batches of the exporter's own: larger requests at the back end, every item once.
TEST_F(BackEnd, MergedRequestsArriveWholeAndOnce) {
  start_sink();
  start_collector(
      "{wait_for_result: true, sizer: items, batch: {min_size: 70, max_size: 80, "
      "flush_timeout: 50ms}}");
  EXPECT_EQ(send(100, "30").exit_status, 0);
  EXPECT_EQ(collector_->stop().delivered, 1000);
  EXPECT_EQ(received(), sent().acknowledged);
}

}  // namespace
}  // namespace telemill::integration
