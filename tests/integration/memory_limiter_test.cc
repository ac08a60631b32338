// A small memory limit, a back end that does not answer, and clients that never stop: data is
// refused, memory stays bounded, and once the back end is there everything that was acknowledged
// arrives and new data is taken again. By ids.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "integration/id_sets.h"
#include "integration/sink_process.h"

namespace telemill::integration {
namespace {

constexpr size_t mebibyte = size_t{1} << 20;
constexpr size_t limit_mib = 120;

class MemoryLimiter : public ::testing::Test {
 protected:
  [[nodiscard]] std::string config() const {
    return "receivers:\n  otlp:\n    protocols:\n      grpc: {endpoint: '127.0.0.1:0'}\n"
           "      http: {endpoint: '127.0.0.1:0'}\n"
           "processors:\n  memory_limiter: {check_interval: 100ms, limit_mib: " +
           std::to_string(limit_mib) +
           "}\n"
           "exporters:\n  otlp_grpc:\n    endpoint: 'unix://" +
           socket_ +
           "'\n    tls: {insecure: true}\n    sending_queue: {queue_size: 1000000}\n"
           "    retry_on_failure: {initial_interval: 50ms, max_interval: 50ms}\n"
           "service:\n  pipelines:\n    traces: {receivers: [otlp], processors: [memory_limiter], "
           "exporters: [otlp_grpc]}\n";
  }
  /// Requests of a thousand spans; the ids go to the file `name`.
  [[nodiscard]] Ended load(const std::string& name, const std::string& protocol,
                           const std::vector<std::string>& how_much) const {
    const bool is_grpc = protocol == "grpc";
    const uint16_t port = is_grpc ? collector_->grpc_port() : collector_->http_port();
    std::vector<std::string> arguments = {"gen",
                                          "-q",
                                          "--endpoint",
                                          "127.0.0.1:" + std::to_string(port),
                                          "--protocol",
                                          protocol,
                                          "--items-per-request",
                                          "1000",
                                          "--connections",
                                          "2",
                                          "--streams",
                                          "4",
                                          "--seed",
                                          std::to_string(name.size()),
                                          "--ids-out",
                                          folder_.path(name)};
    arguments.insert(arguments.end(), how_much.begin(), how_much.end());
    return ChildProgram(arguments).wait();
  }

  const Folder folder_;
  const std::string socket_ = folder_.path("sink.sock");
  std::unique_ptr<CollectorProcess> collector_;
};

TEST_F(MemoryLimiter, RefusesUnderPressureRecoversAndLosesNothing) {
  if (!can_measure_memory) {
    GTEST_SKIP() << "the sanitizer's own memory is above any limit; release builds run this test";
  }
  collector_ =
      std::make_unique<CollectorProcess>(config(), std::vector<std::string>{"--lanes", "2"});
  const Ended flood = load("sent", "grpc", {"--duration", "3s"});
  SCOPED_TRACE(flood.output);
  EXPECT_TRUE(collector_->child().wait_for_log("Memory usage is above soft limit. Refusing data."));
  const Ended knock = load("http", "http", {"--requests", "20"});
  EXPECT_LT(collector_->peak_bytes(), limit_mib * mebibyte * 5 / 4);
  const IdsByStatus sent = read_ids(folder_.path("sent"));
  EXPECT_FALSE(sent.acknowledged.empty());
  EXPECT_FALSE(sent.refused.empty());
  EXPECT_TRUE(sent.unknown.empty()) << "a refusal is an answer";
  EXPECT_TRUE(read_ids(folder_.path("http")).unknown.empty());
  EXPECT_FALSE(read_ids(folder_.path("http")).refused.empty()) << knock.output;

  SinkProcess sink(SinkProcess::Options{.grpc = "unix:" + socket_});
  EXPECT_TRUE(collector_->child().wait_for_log(
      "Memory usage back within limits. Resuming normal operation."));
  const Ended again = load("after it", "grpc", {"--requests", "20"});
  EXPECT_EQ(again.exit_status, 0) << again.output;
  const Counts counts = collector_->stop();
  EXPECT_EQ(counts.lost, 0);
  sink.stop();
  const std::vector<uint64_t> delivered = read_ids(sink.ids_path()).acknowledged;
  EXPECT_EQ(count_missing(sent.acknowledged, delivered), 0U) << "acknowledged and not delivered";
  const std::vector<uint64_t> later = read_ids(folder_.path("after it")).acknowledged;
  EXPECT_EQ(later.size(), 20'000U);
  EXPECT_EQ(count_missing(later, delivered), 0U);
  RecordProperty("acknowledged", static_cast<int>(sent.acknowledged.size()));
}

}  // namespace
}  // namespace telemill::integration
