// SIGTERM under load, with the back end up: what a client was told is delivered is delivered, what
// is delivered was sent, and nothing is delivered twice. By the ids of the items, exactly.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "integration/collector_process.h"
#include "integration/id_sets.h"
#include "integration/sink_process.h"

namespace telemill::integration {
namespace {

/// Seeds to run; TELEMILL_SIGTERM_RUNS asks for more, for hunting.
int run_count() {
  const char* const asked = std::getenv("TELEMILL_SIGTERM_RUNS");
  return asked == nullptr ? 20 : std::atoi(asked);
}

/// Of load before the signal.
constexpr uint64_t load_ms_min = 30;
constexpr uint64_t load_ms_max = 900;

template <class T>
T pick(base::Random& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

/// One way to run. What matters most is spread evenly over the seeds, the rest is left to chance.
struct Trial {
  explicit Trial(uint64_t seed) {
    base::Random random(seed);
    lanes = std::vector<int>{1, 2, 4}[seed % 3];
    protocol = std::vector<std::string>{"grpc", "http", "grpc", "http-json"}[seed % 4];
    has_batch = seed / 2 % 2 == 0;
    items = std::vector<int>{10, 100, 1000}[seed / 3 % 3];
    exports_grpc = seed % 5 < 3;
    compression_in = pick<std::string>(random, {"none", "gzip"});
    compression_out = pick<std::string>(random, {"none", "gzip", "zstd"});
    signal = pick<std::string>(random, {"traces", "traces", "metrics", "logs"});
    queue = pick<std::string>(
        random, {"", "sending_queue: {enabled: false}", "sending_queue: {wait_for_result: true}"});
    connections = pick<int>(random, {1, 2, 5});
    streams = pick<int>(random, {1, 8, 30});
    wait = std::chrono::milliseconds(load_ms_min + random.below(load_ms_max - load_ms_min));
  }

  [[nodiscard]] std::string config(const SinkProcess& sink) const {
    const std::string port = std::to_string(exports_grpc ? sink.grpc_port() : sink.http_port());
    const std::string exporter =
        exports_grpc
            ? "  otlp_grpc:\n    endpoint: '127.0.0.1:" + port + "'\n    tls: {insecure: true}\n"
            : "  otlp_http:\n    endpoint: 'http://127.0.0.1:" + port + "'\n";
    return "receivers:\n  otlp:\n    protocols:\n"
           "      grpc: {endpoint: '127.0.0.1:0'}\n      http: {endpoint: '127.0.0.1:0'}\n"
           "processors: {batch: {send_batch_size: 2000, timeout: 100ms}}\nexporters:\n" +
           exporter + "    compression: " + compression_out + "\n    " + queue +
           "\nservice:\n  pipelines:\n    " + signal + ": {receivers: [otlp]" +
           (has_batch ? ", processors: [batch]" : "") + ", exporters: [" +
           (exports_grpc ? "otlp_grpc" : "otlp_http") + "]}\n";
  }

  [[nodiscard]] std::vector<std::string> load(const CollectorProcess& collector,
                                              const std::string& ids_path) const {
    const uint16_t port = protocol == "grpc" ? collector.grpc_port() : collector.http_port();
    return {"gen",
            "-q",
            "--endpoint",
            "127.0.0.1:" + std::to_string(port),
            "--protocol",
            protocol,
            "--signal",
            signal,
            "--compression",
            compression_in,
            "--items-per-request",
            std::to_string(items),
            "--connections",
            std::to_string(connections),
            "--streams",
            std::to_string(streams),
            "--timeout",
            "60s",
            "--ids-out",
            ids_path};
  }

  friend std::ostream& operator<<(std::ostream& out, const Trial& trial) {
    return out << trial.signal << " by " << trial.protocol << " " << trial.compression_in << ", "
               << trial.items << " items, " << trial.connections << "x" << trial.streams << "; "
               << trial.lanes << " lanes" << (trial.has_batch ? ", batch" : "") << ", out by "
               << (trial.exports_grpc ? "grpc " : "http ") << trial.compression_out << " "
               << trial.queue << "; SIGTERM after " << trial.wait.count() << " ms";
  }

  int lanes;
  std::string protocol;
  bool has_batch;
  int items;
  bool exports_grpc;
  std::string compression_in;
  std::string compression_out;
  std::string signal;
  std::string queue;
  int connections;
  int streams;
  std::chrono::milliseconds wait;
};

class Sigterm : public ::testing::TestWithParam<int> {};

TEST_P(Sigterm, LosesAndRepeatsNothingThatWasAcknowledged) {
  const Trial trial(static_cast<uint64_t>(GetParam()));
  SCOPED_TRACE(trial);
  const Folder folder;
  const std::string ids_path = folder.path("sent");
  SinkProcess sink;
  CollectorProcess collector(trial.config(sink), {"--lanes", std::to_string(trial.lanes)});
  ChildProgram load(trial.load(collector, ids_path));
  // Time runs from the first delivery, however slowly programs start here.
  ASSERT_TRUE(sink.wait_for_items());
  std::this_thread::sleep_for(trial.wait);
  const Counts counts = collector.stop();
  load.send_signal(SIGTERM);
  const Ended load_ended = load.wait();
  EXPECT_EQ(load_ended.exit_status, 1) << "it lost its server, and says so\n" << load_ended.log;
  const std::string summary = sink.stop();
  SCOPED_TRACE(load_ended.output + summary + collector.child().log());

  const IdsByStatus sent = read_ids(ids_path);
  const std::vector<uint64_t> all = sent.all();
  const std::vector<uint64_t> delivered = read_ids(sink.ids_path()).acknowledged;
  EXPECT_FALSE(sent.acknowledged.empty()) << "there was no load";
  EXPECT_FALSE(sent.unknown.empty()) << "the load did not notice the end";
  EXPECT_EQ(count_missing(sent.acknowledged, delivered), 0U) << "acknowledged and not delivered";
  EXPECT_EQ(count_missing(delivered, all), 0U) << "delivered and never sent";
  EXPECT_EQ(count_repeated(delivered), 0U) << "delivered twice";
  EXPECT_EQ(count_repeated(all), 0U) << "the generator repeats ids";
  EXPECT_EQ(counts.lost, 0);
  EXPECT_EQ(counts.delivered, static_cast<int64_t>(delivered.size()));
}

INSTANTIATE_TEST_SUITE_P(Runs, Sigterm, ::testing::Range(0, run_count()));

}  // namespace
}  // namespace telemill::integration
