#include "components/exporters/debug/debug.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "base/log.h"
#include "components/exporters/debug/detailed.h"
#include "components/exporters/debug/normal.h"
#include "components/exporters/debug/sample_payloads.h"
#include "config/yaml_reader.h"
#include "oracle/generate.h"

namespace telemill::components::exporters::debug {
namespace {

// The log is process-wide, and so is what catches it; the worker's lines are read after its answer.
std::string logged;

class DebugTest : public ::testing::Test {
 protected:
  DebugTest() {
    logged.clear();
    log::configure({.lines_initial = 1,
                    .lines_thereafter = 0,
                    .write = [](std::string_view line) { logged += line; },
                    .unix_nanos = [] { return uint64_t{0}; }});
    std::string pattern = ::testing::TempDir() + "debug-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~DebugTest() override {
    log::configure({});
    std::filesystem::remove_all(folder_);
  }

  /// What a configuration logs of `payload`, sent `times` times.
  void show(const std::string& yaml, const otlp::Payload& payload, int times = 1) {
    config::Problems problems;
    const auto node = config::read_yaml(yaml, 0, problems);
    const auto settings = factory().parse(*node, "exporters::debug", problems);
    ASSERT_FALSE(problems.has_errors()) << problems.render({});
    const pipeline::ComponentContext context{
        .id = config::parse_component_id("debug/x").value(),
        .lane = *lane_,
        .budget = budget_,
        .worker = worker_,
        .metrics = metrics_,
        .shared = shared_,
        .logger =
            pipeline::logger_of(pipeline::ComponentKind::exporter,
                                config::parse_component_id("debug/x").value(), payload.signal())};
    const auto exporter = factory().create_exporter(context, *settings, payload.signal());
    ASSERT_TRUE(exporter->start());
    int ok = 0;
    for (int i = 0; i < times; ++i) {
      exporter->consume({.payload = payload, .done = pipeline::Completion([&](pipeline::Outcome o) {
                                               ok += o.is_ok() ? 1 : 0;
                                             })});
    }
    bool is_drained = false;
    exporter->drain([&] { is_drained = true; });
    for (int i = 0; i < 1000 && !is_drained; ++i) lane_->run_turn(std::chrono::milliseconds(10));
    EXPECT_TRUE(is_drained);
    EXPECT_EQ(ok, times);
  }

  std::string folder_;
  runtime::MemoryBudget process_budget_{64_MiB};
  runtime::LaneBudget budget_{process_budget_};
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;
  std::unique_ptr<runtime::Lane> lane_ = runtime::Lane::create({}).value();
  runtime::Worker worker_;
};

constexpr std::string_view stamp = "1970-01-01T00:00:00.000Z\tinfo\t";
const std::string who(std::string_view signal) {
  return R"({"otelcol.component.id":"debug/x","otelcol.component.kind":"exporter","otelcol.signal":")" +
         std::string(signal) + "\"";
}

TEST_F(DebugTest, SummarizesEachSignal) {
  show("{}", payload_of(otlp::Signal::traces, traces()));
  show("{}", payload_of(otlp::Signal::metrics, metrics()));
  show("{}", payload_of(otlp::Signal::logs, logs()));
  show("{}", payload_of(otlp::Signal::profiles, profiles()));
  const std::string start(stamp);
  EXPECT_EQ(logged, start + "Traces\t" + who("traces") + ",\"resource spans\":1,\"spans\":2}\n" +
                        start + "Metrics\t" + who("metrics") +
                        ",\"resource metrics\":1,\"metrics\":5,\"data points\":5}\n" + start +
                        "Logs\t" + who("logs") + ",\"resource logs\":1,\"log records\":1}\n" +
                        start + "Profiles\t" + who("profiles") +
                        ",\"resource profiles\":1,\"sample records\":2}\n");
  EXPECT_EQ(metrics_.total("otelcol_exporter_sent_spans"), 2);
}

TEST_F(DebugTest, LogsTheTextThenTheFields) {
  const otlp::Payload payload = payload_of(otlp::Signal::logs, logs());
  show("verbosity: Detailed", payload);  // in any case
  EXPECT_EQ(logged, std::string(stamp) + "Logs\t" + who("logs") +
                        ",\"resource logs\":1,\"log records\":1}\n" + std::string(stamp) +
                        detailed_text(payload) + "\t" + who("logs") + "}\n");
}

TEST_F(DebugTest, SamplesSummariesButNeverItems) {
  const otlp::Payload payload = payload_of(otlp::Signal::logs, logs());
  show("{verbosity: normal, sampling_initial: 2, sampling_thereafter: 0}", payload, 50);
  const auto count = [](std::string_view what) {
    size_t found = 0;
    for (size_t at = 0; (at = logged.find(what, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("\"log records\""), 2U);
  EXPECT_EQ(count("ScopeLog #0\n"), 50U);
}

TEST_F(DebugTest, WritesToFilesInsteadOfTheLog) {
  const otlp::Payload payload = payload_of(otlp::Signal::traces, traces());
  const std::string settings = "{verbosity: normal, use_internal_logger: false, output_paths: [" +
                               folder_ + "/a, " + folder_ + "/b]}";
  show(settings, payload);
  show(settings, payload);
  EXPECT_EQ(logged, "");
  const std::string once = "Traces\t{\"resource spans\": 1, \"spans\": 2}\n" + normal_text(payload);
  for (const char* const name : {"/a", "/b"}) {
    std::ifstream in(folder_ + name);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), once + "\n" + once + "\n");
  }
}

TEST_F(DebugTest, ShowsRandomAndDamagedPayloadsWithoutHarm) {
  int shown = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    base::Random random(seed);
    oracle::metrics::ExportMetricsServiceRequest request;
    oracle::generate(request, random, {.list_max = 2, .with_unknown_fields = true});
    std::string bytes = request.SerializeAsString();
    if (bytes.empty()) continue;
    bytes[random.below(bytes.size())] = static_cast<char>(random.u64());
    for (const otlp::Signal signal : otlp::all_signals) {
      auto part = otlp::Walker().walk(signal, base::Slice::copy_of(bytes));
      if (!part) continue;
      const otlp::Payload payload(signal, *std::move(part));
      ++shown;
      EXPECT_EQ(detailed_text(payload).find('\x1b'), std::string::npos);
      EXPECT_EQ(normal_text(payload).find('\x1b'), std::string::npos);
    }
  }
  EXPECT_GT(shown, 100);
}

TEST(DebugConfig, NeedsOutputPathsWithoutTheLogger) {
  for (const auto& [text, is_good] : {std::pair{"{}", true},
                                      {"{use_internal_logger: false}", true},
                                      {"{output_paths: []}", false},
                                      {"{use_internal_logger: false, output_paths: []}", false},
                                      {"{verbosity: loud}", false},
                                      {"{sampling_initial: -1}", false}}) {
    config::Problems problems;
    const auto node = config::read_yaml(text, 0, problems);
    (void)factory().parse(*node, "exporters::debug", problems);
    EXPECT_EQ(!problems.has_errors(), is_good) << text;
  }
}

}  // namespace
}  // namespace telemill::components::exporters::debug
