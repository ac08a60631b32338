#include "components/receivers/otlp_json_file/otlp_json_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "components/receivers/otlp_json_file/document_reader.h"
#include "config/yaml_reader.h"
#include "otlp/views.h"
#include "pipeline/test_support.h"

namespace telemill::components::receivers::otlp_json_file {
namespace {

using pipeline::Outcome;

const std::string span_line =
    R"({"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":{"stringValue":"v"}}]},)"
    R"("scopeSpans":[{"spans":[{"name":"a"}]}]}]})"
    "\n";
const std::string log_line =
    R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"x"},{}]}]}]})"
    "\n";

/// Takes or refuses as the test says.
class Taker final : public pipeline::Consumer {
 public:
  void consume(pipeline::Batch batch) override {
    ++offered;
    last = batch.payload;
    if (refusals > 0) {
      --refusals;
      return batch.done.settle(Outcome::retryable("later"));
    }
    if (refuses_for_good) return batch.done.settle(Outcome::permanent("no"));
    if (holds) {
      held = std::move(batch.done);
      return;
    }
    items += batch.item_count();
    batch.done.settle(Outcome::ok());
  }
  size_t offered = 0;
  size_t items = 0;
  int refusals = 0;
  bool refuses_for_good = false;
  bool holds = false;
  pipeline::Completion held;
  otlp::Payload last{otlp::Signal::traces};
};

class OtlpJsonFileTest : public ::testing::Test {
 protected:
  OtlpJsonFileTest() {
    std::string pattern = ::testing::TempDir() + "json-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OtlpJsonFileTest() override {
    receiver_.reset();
    std::filesystem::remove_all(folder_);
  }
  void append(const std::string& text) const {
    std::ofstream(folder_ + "/f.json", std::ios::app) << text;
  }
  void start(const std::string& more = "") {
    config::Problems problems;
    const auto node = config::read_yaml("include: [" + folder_ +
                                            "/*.json]\nstart_at: beginning\npoll_interval: 10ms\n"
                                            "force_flush_period: 30ms\n" +
                                            more,
                                        0, problems);
    settings_ = factory().parse(*node, "receivers::otlp_json_file", problems);
    ASSERT_FALSE(problems.has_errors()) << problems.render({});
    receiver_ =
        factory().create_receiver({.id = config::parse_component_id("otlp_json_file").value(),
                                   .lane = *lane_,
                                   .budget = budget_,
                                   .worker = worker_,
                                   .metrics = metrics_,
                                   .shared = shared_},
                                  *settings_, {&traces_, nullptr, &logs_, nullptr});
    ASSERT_TRUE(receiver_->start());
  }
  void run_until(const auto& is_true) {
    for (int i = 0; i < 2000 && !is_true(); ++i) lane_->run_turn(std::chrono::milliseconds(5));
    EXPECT_TRUE(is_true());
  }
  void run_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) lane_->run_turn(std::chrono::milliseconds(5));
  }

  std::string folder_;
  Taker traces_;
  Taker logs_;
  runtime::MemoryBudget memory_{64_MiB};
  runtime::LaneBudget budget_{memory_};
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;
  std::unique_ptr<runtime::Lane> lane_ = runtime::Lane::create({}).value();
  runtime::Worker worker_;
  std::unique_ptr<pipeline::ComponentConfig> settings_;
  std::unique_ptr<pipeline::Receiver> receiver_;
};

TEST_F(OtlpJsonFileTest, GivesEachSignalToItsPipelines) {
  append(span_line + "\r\n" + log_line + R"({"resourceMetrics":[]})" + "\n{}\n" + span_line);
  start();
  run_until([&] { return traces_.items == 2 && logs_.items == 2; });
  EXPECT_EQ(metrics_.total("otelcol_receiver_accepted_spans"), 2);
  EXPECT_EQ(metrics_.total("otelcol_receiver_accepted_log_records"), 2);
  EXPECT_EQ(metrics_.total("otelcol_receiver_undecodable_lines"), 0);
}

TEST_F(OtlpJsonFileTest, NamesTheFileInEachResource) {
  append(span_line);
  start("include_file_path: true\n");
  run_until([&] { return traces_.items == 1; });
  const otlp::Part& part = traces_.last.parts()[0];
  const auto content = part.table.resources()[0].content;
  std::string pairs;
  for (const otlp::KeyValueView pair :
       otlp::ResourceEntryView(part.bytes.view().substr(content.offset, content.size))
           .resource()
           .attributes()) {
    pairs += std::string(pair.key()) + "=" + std::string(pair.value().string()) + ";";
  }
  EXPECT_EQ(pairs, "k=v;log.file.name=f.json;log.file.path=" + folder_ + "/f.json;");
}

TEST_F(OtlpJsonFileTest, SkipsAndCountsWhatIsNoDocument) {
  append("no json\n\xff\xfe\n{\"resourceSpans\": 5}\n[1]\n" + span_line);
  start();
  run_until([&] { return traces_.items == 1; });
  EXPECT_EQ(metrics_.total("otelcol_receiver_undecodable_lines"), 4);
}

TEST_F(OtlpJsonFileTest, OffersAgainWhatIsRefusedForTheMoment) {
  append(span_line);
  traces_.refusals = 3;
  start();
  run_until([&] { return traces_.items == 1; });
  EXPECT_EQ(traces_.offered, 4U);
  EXPECT_EQ(metrics_.total("otelcol_receiver_accepted_spans"), 1);
  EXPECT_EQ(metrics_.total("otelcol_receiver_refused_spans"), 0);
}

TEST_F(OtlpJsonFileTest, ReadsNoFurtherWhileTheLastIsHeld) {
  append(span_line);
  traces_.holds = true;
  start();
  run_until([&] { return traces_.offered == 1; });
  append(span_line);
  run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(traces_.offered, 1U);
  traces_.holds = false;
  traces_.held.settle(Outcome::ok());
  run_until([&] { return traces_.offered == 2; });
}

TEST_F(OtlpJsonFileTest, DropsWhatIsRefusedForGood) {
  append(span_line);
  traces_.refuses_for_good = true;
  start();
  run_until([&] { return metrics_.total("otelcol_receiver_refused_spans") == 1; });
  EXPECT_EQ(traces_.offered, 1U);
}

TEST_F(OtlpJsonFileTest, WaitsForRoomInTheMemoryBudget) {
  append(span_line);
  runtime::Admission all;
  ASSERT_TRUE(budget_.try_admit(64_MiB, all));
  start();
  run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(traces_.offered, 0U);
  all.reset();
  run_until([&] { return traces_.items == 1; });
}

TEST_F(OtlpJsonFileTest, TakesAWholeLastLineWithoutItsBreakAndWaitsForAHalf) {
  append(span_line.substr(0, span_line.size() - 1));
  start();
  run_until([&] { return traces_.items == 1; });
  append("\n" + span_line.substr(0, 20));
  run_for(std::chrono::milliseconds(200));
  append(span_line.substr(20));
  run_until([&] { return traces_.items == 2; });
  EXPECT_EQ(metrics_.total("otelcol_receiver_undecodable_lines"), 0);
}

TEST_F(OtlpJsonFileTest, LosesNothingWhileAFileIsWrittenAndRotated) {
  start("fingerprint_size: 200\n");
  constexpr int count = 400;
  std::thread writer([&] {
    for (int i = 0; i < count; ++i) {
      std::string line = span_line;
      line.replace(line.find("\"v\""), 3, "\"" + std::to_string(i) + "\"");
      append(line.substr(0, 30));
      append(line.substr(30));
      if (i % 100 == 99) {
        std::filesystem::rename(folder_ + "/f.json", folder_ + "/f" + std::to_string(i) + ".json");
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  run_until([&] { return traces_.items == count; });
  writer.join();
  run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(traces_.items, static_cast<size_t>(count)) << "and nothing twice";
}

TEST_F(OtlpJsonFileTest, ReplaysAFile) {
  append(span_line);
  start("replay_file: true\n");
  run_until([&] { return traces_.items >= 3; });
}

TEST_F(OtlpJsonFileTest, DrainsWhatIsRefusedWithoutWaiting) {
  append(span_line);
  traces_.refusals = 1000;
  start("retry_on_failure: {enabled: true, initial_interval: 1h}\n");
  run_until([&] { return traces_.offered == 1; });
  bool is_drained = false;
  receiver_->drain([&] { is_drained = true; });
  run_until([&] { return is_drained; });
  EXPECT_EQ(metrics_.total("otelcol_receiver_refused_spans"), 1);
}

TEST(OtlpJsonFileConfig, RefusesWhatCannotWork) {
  for (const std::string_view text :
       {"{}", "include: []", "include: ['/a[']", "include: [/a]\nstart_at: middle",
        "include: [/a]\nfingerprint_size: 8", "include: [/a]\nmax_log_size: many",
        "include: [/a]\nencoding: utf-16le", "include: [/a]\nstorage: file_storage",
        "include: [/a]\ndelete_after_read: true", "include: [/a]\npoll_interval: 0s",
        "include: [/a]\nmax_concurrent_files: 1", "include: [/a]\ncompression: zip"}) {
    config::Problems problems;
    const auto node = config::read_yaml(text, 0, problems);
    (void)factory().parse(*node, "receivers::otlp_json_file", problems);
    EXPECT_TRUE(problems.has_errors()) << text;
  }
}

TEST(OtlpJsonFileConfig, AcceptsSizesWithAndWithoutUnits) {
  config::Problems problems;
  const auto node = config::read_yaml(
      "include: [/a]\nfingerprint_size: 1kb\nmax_log_size: 1048576\ninitial_buffer_size: 16KiB\n"
      "compression: auto\ndelete_after_read: false\npolls_to_archive: 5\nexclude: ['/**/b']",
      0, problems);
  (void)factory().parse(*node, "receivers::otlp_json_file", problems);
  EXPECT_FALSE(problems.has_errors()) << problems.render({});
}

TEST(SignalOf, ReadsTheFirstKey) {
  EXPECT_EQ(signal_of(R"( { "resourceLogs" : [)"), otlp::Signal::logs);
  EXPECT_EQ(signal_of(R"({"resource_spans":[)"), otlp::Signal::traces);
  for (const std::string_view line : {"", "{", "{\"", "{}", "[]", R"({"dictionary":{})"}) {
    EXPECT_FALSE(signal_of(line)) << line;
  }
}

}  // namespace
}  // namespace telemill::components::receivers::otlp_json_file
