#include "components/exporters/file/file.h"

#include <gtest/gtest.h>
#include <oracle/logs.pb.h>
#include <oracle/metrics.pb.h>
#include <oracle/profiles.pb.h>
#include <oracle/trace.pb.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "components/exporters/file/file_config.h"
#include "config/yaml_reader.h"
#include "oracle/generate.h"
#include "oracle/json.h"

namespace telemill::components::exporters::file {
namespace {

using google::protobuf::Message;
using pipeline::Outcome;

std::unique_ptr<Message> new_request(otlp::Signal signal) {
  switch (signal) {
    case otlp::Signal::traces:
      return std::make_unique<oracle::trace::ExportTraceServiceRequest>();
    case otlp::Signal::metrics:
      return std::make_unique<oracle::metrics::ExportMetricsServiceRequest>();
    case otlp::Signal::logs:
      return std::make_unique<oracle::logs::ExportLogsServiceRequest>();
    case otlp::Signal::profiles:
      break;
  }
  return std::make_unique<oracle::profiles::ExportProfilesServiceRequest>();
}

otlp::Payload payload_of(otlp::Signal signal, const std::string& bytes) {
  return {signal, otlp::Walker().walk(signal, base::Slice::copy_of(bytes)).value()};
}

config::Node yaml(std::string_view text) {
  config::Problems problems;
  std::optional<config::Node> node = config::read_yaml(text, 0, problems);
  EXPECT_TRUE(node.has_value() && !problems.has_errors());
  return std::move(*node);
}

/// One exporter configuration with instances for some signals, on a lane that the test turns.
class FileTest : public ::testing::Test {
 protected:
  FileTest() {
    std::string pattern = ::testing::TempDir() + "file-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/out";
  }
  ~FileTest() override {
    exporters_.clear();
    std::filesystem::remove_all(folder_);
  }

  void configure(const std::string& settings) {
    exporters_.clear();
    config::Problems problems;
    settings_ =
        factory().parse(yaml("path: " + path_ + "\n" + settings), "exporters::file", problems);
    ASSERT_FALSE(problems.has_errors()) << problems.render({});
  }
  pipeline::Exporter& exporter(otlp::Signal signal) {
    const pipeline::ComponentContext context{.id = config::parse_component_id("file").value(),
                                             .lane = *lane_,
                                             .budget = budget_,
                                             .worker = worker_,
                                             .metrics = metrics_,
                                             .shared = shared_};
    exporters_.push_back(factory().create_exporter(context, *settings_, signal));
    return *exporters_.back();
  }
  void run_until(const auto& is_true) {
    for (int i = 0; i < 1000 && !is_true(); ++i) lane_->run_turn(std::chrono::milliseconds(10));
    ASSERT_TRUE(is_true());
  }
  Outcome send(pipeline::Exporter& to, otlp::Payload payload) {
    std::optional<Outcome> outcome;
    to.consume({.payload = std::move(payload),
                .done = pipeline::Completion([&](Outcome o) { outcome = std::move(o); })});
    run_until([&] { return outcome.has_value(); });
    return *outcome;
  }
  void drain_all() {
    size_t drained = 0;
    for (const auto& each : exporters_) each->drain([&] { ++drained; });
    run_until([&] { return drained == exporters_.size(); });
  }
  [[nodiscard]] std::string written() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  std::string path_;
  runtime::MemoryBudget process_budget_{64_MiB};
  runtime::LaneBudget budget_{process_budget_};
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;
  std::unique_ptr<runtime::Lane> lane_ = runtime::Lane::create({}).value();
  runtime::Worker worker_;
  std::unique_ptr<pipeline::ComponentConfig> settings_;
  std::vector<std::unique_ptr<pipeline::Exporter>> exporters_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t start = 0;
  for (size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    lines.push_back(text.substr(start, end - start));
  }
  EXPECT_EQ(start, text.size()) << "the last line has no end";
  return lines;
}

/// Messages behind their lengths.
std::vector<std::string> messages_of(std::string_view text) {
  std::vector<std::string> messages;
  while (text.size() >= 4) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(text[i]);
    EXPECT_LE(size, text.size() - 4);
    messages.emplace_back(text.substr(4, size));
    text.remove_prefix(4 + size);
  }
  EXPECT_TRUE(text.empty());
  return messages;
}

std::string unzstd(const std::string& bytes) {
  std::string out(ZSTD_getFrameContentSize(bytes.data(), bytes.size()), '\0');
  const size_t size = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  EXPECT_EQ(size, out.size());
  return out;
}

TEST_F(FileTest, WritesEverySignalAsJsonLinesOfOneFile) {
  configure("");
  std::vector<std::unique_ptr<Message>> sent;
  for (const otlp::Signal signal : otlp::all_signals) {
    pipeline::Exporter& to = exporter(signal);
    ASSERT_TRUE(to.start());
    for (uint64_t seed = 0; seed < 8; ++seed) {
      base::Random random(seed);
      auto message = new_request(signal);
      oracle::generate(*message, random);
      EXPECT_TRUE(send(to, payload_of(signal, message->SerializeAsString())).is_ok());
      sent.push_back(std::move(message));
    }
  }
  drain_all();
  const std::vector<std::string> lines = lines_of(written());
  ASSERT_EQ(lines.size(), sent.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    std::unique_ptr<Message> read(sent[i]->New());
    ASSERT_TRUE(oracle::from_json(lines[i], *read)) << lines[i];
    EXPECT_EQ(oracle::canonical_bytes(*read), oracle::canonical_bytes(*sent[i]));
  }
}

TEST_F(FileTest, WritesMergedPartsAsOneDocument) {
  configure("");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  oracle::trace::ExportTraceServiceRequest request;
  request.add_resource_spans()->add_scope_spans()->add_spans()->set_name("a");
  otlp::Payload payload = payload_of(otlp::Signal::traces, request.SerializeAsString());
  payload.append(payload_of(otlp::Signal::traces, request.SerializeAsString()));
  EXPECT_TRUE(send(to, std::move(payload)).is_ok());
  drain_all();
  EXPECT_EQ(written(), R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]},)"
                       R"({"scopeSpans":[{"spans":[{"name":"a"}]}]}]})"
                       "\n");
  EXPECT_EQ(metrics_.total("otelcol_exporter_sent_spans"), 2);
}

TEST_F(FileTest, WritesMessagesBehindTheirLengths) {
  for (const std::string settings :
       {"format: proto\n", "format: proto\ncompression: zstd\n", "compression: zstd\n"}) {
    SCOPED_TRACE(settings);
    configure(settings);
    pipeline::Exporter& to = exporter(otlp::Signal::logs);
    ASSERT_TRUE(to.start());
    std::vector<oracle::logs::ExportLogsServiceRequest> sent(5);
    for (size_t i = 0; i < sent.size(); ++i) {
      base::Random random(i + 100);
      oracle::generate(sent[i], random);
      EXPECT_TRUE(send(to, payload_of(otlp::Signal::logs, sent[i].SerializeAsString())).is_ok());
    }
    drain_all();
    const std::vector<std::string> messages = messages_of(written());
    ASSERT_EQ(messages.size(), sent.size());
    const bool is_compressed = settings.find("zstd") != std::string::npos;
    for (size_t i = 0; i < sent.size(); ++i) {
      const std::string plain = is_compressed ? unzstd(messages[i]) : messages[i];
      oracle::logs::ExportLogsServiceRequest read;
      ASSERT_TRUE(settings.starts_with("format: proto") ? read.ParseFromString(plain)
                                                        : oracle::from_json(plain, read));
      EXPECT_EQ(oracle::canonical_bytes(read), oracle::canonical_bytes(sent[i]));
    }
  }
}

TEST_F(FileTest, KeepsTheFileOnlyWhenItAppends) {
  oracle::trace::ExportTraceServiceRequest request;
  request.add_resource_spans()->set_schema_url("u");
  const std::string bytes = request.SerializeAsString();
  for (const auto& [settings, lines] :
       {std::pair{"", 1U}, {"append: true\n", 2U}, {"append: true\n", 3U}, {"", 1U}}) {
    configure(settings);
    pipeline::Exporter& to = exporter(otlp::Signal::traces);
    ASSERT_TRUE(to.start());
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::traces, bytes)).is_ok());
    drain_all();
    EXPECT_EQ(lines_of(written()).size(), lines);
  }
}

TEST_F(FileTest, AppendsCompressedMessagesToCompressedMessages) {
  oracle::logs::ExportLogsServiceRequest request;
  request.add_resource_logs()->set_schema_url("u");
  const std::string bytes = request.SerializeAsString();
  for (size_t runs = 1; runs <= 3; ++runs) {
    configure("append: true\nformat: proto\ncompression: zstd\n");
    pipeline::Exporter& to = exporter(otlp::Signal::logs);
    ASSERT_TRUE(to.start());
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::logs, bytes)).is_ok());
    drain_all();
    const std::vector<std::string> messages = messages_of(written());
    ASSERT_EQ(messages.size(), runs);
    EXPECT_EQ(unzstd(messages.back()), bytes);
  }
}

TEST_F(FileTest, TellsTheCallerWhatTheDiskRefused) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  path_ = "/dev/full";
  configure("append: true\n");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  oracle::trace::ExportTraceServiceRequest request;
  request.add_resource_spans();
  const Outcome outcome = send(to, payload_of(otlp::Signal::traces, request.SerializeAsString()));
  EXPECT_EQ(outcome.cls, pipeline::OutcomeClass::retryable);
  EXPECT_NE(outcome.message.find("/dev/full"), std::string::npos) << outcome.message;
}

std::string request_of(const std::vector<std::pair<std::string, std::string>>& resources) {
  oracle::trace::ExportTraceServiceRequest request;
  for (const auto& [segment, name] : resources) {
    auto* entry = request.add_resource_spans();
    if (!segment.empty()) {
      auto* attribute = entry->mutable_resource()->add_attributes();
      attribute->set_key("fileexporter.path_segment");
      attribute->mutable_value()->set_string_value(segment);
    }
    entry->add_scope_spans()->add_spans()->set_name(name);
  }
  return request.SerializeAsString();
}

TEST_F(FileTest, CollectsRecordsForTheFlushInterval) {
  configure("flush_interval: 300ms\n");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  for (const std::string name : {"first", "second", "third"}) {
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::traces, request_of({{"", name}}))).is_ok());
  }
  EXPECT_EQ(lines_of(written()).size(), 1U) << "the first goes at once, the others wait";
  run_until([&] { return lines_of(written()).size() == 3; });
}

TEST_F(FileTest, WritesWhatWaitsWhenItStops) {
  configure("flush_interval: 1h\n");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::traces, request_of({{"", "s"}}))).is_ok());
  }
  drain_all();
  EXPECT_EQ(lines_of(written()).size(), 3U);
}

TEST_F(FileTest, FollowsItsPathWhenSomebodyMovesTheFile) {
  configure("flush_interval: 1\n");  // a nanosecond: every record at once
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  const auto send_one = [&] {
    return send(to, payload_of(otlp::Signal::traces, request_of({{"", "s"}}))).is_ok();
  };
  EXPECT_TRUE(send_one());
  std::filesystem::rename(path_, path_ + ".1");
  EXPECT_TRUE(send_one());
  EXPECT_EQ(lines_of(written()).size(), 1U);
  std::filesystem::remove(path_);
  EXPECT_TRUE(send_one());
  EXPECT_EQ(lines_of(written()).size(), 1U);
  std::filesystem::resize_file(path_, 0);  // copied away and cut short
  EXPECT_TRUE(send_one());
  EXPECT_EQ(written().find('\0'), std::string::npos);
  drain_all();
}

TEST_F(FileTest, RotatesBySizeAndKeepsTheNewestBackups) {
  path_ = folder_ + "/data.json";
  configure("rotation: {max_megabytes: 1, max_backups: 2}\n");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  const std::string request = request_of({{"", std::string(700'000, 'x')}});
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::traces, request)).is_ok());
  }
  drain_all();
  size_t backup_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_LE(entry.file_size(), 1_MiB);
    if (entry.path().filename() != "data.json") {
      ++backup_count;
      EXPECT_TRUE(entry.path().filename().string().starts_with("data-20"));
    }
  }
  EXPECT_EQ(backup_count, 2U);
}

TEST_F(FileTest, WritesAFilePerGroupBelowThePrefix) {
  path_ = folder_ + "/in/*.json";
  configure("group_by: {enabled: true, max_open_files: 2}\n");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  const std::string request = request_of(
      {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"../../../up", "4"}, {"sub/c", "5"}, {"", "dropped"}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(send(to, payload_of(otlp::Signal::traces, request)).is_ok());
  }
  drain_all();
  const auto lines_in = [&](const std::string& name) {
    path_ = folder_ + name;
    return lines_of(written()).size();
  };
  for (const std::string name : {"/in/a.json", "/in/b.json", "/in/up.json", "/in/sub/c.json"}) {
    EXPECT_EQ(lines_in(name), 2U) << name;
  }
  path_ = folder_ + "/in/a.json";
  EXPECT_NE(written().find("\"1\""), std::string::npos);
  EXPECT_NE(written().find("\"3\""), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, CreatesItsDirectory) {
  path_ = folder_ + "/one/two/out";
  configure("create_directory: true\ndirectory_permissions: '0700'\n");
  ASSERT_TRUE(exporter(otlp::Signal::traces).start());
  EXPECT_EQ(std::filesystem::status(folder_ + "/one").permissions(), std::filesystem::perms(0700));
  drain_all();
}

TEST_F(FileTest, RefusesADirectoryAsItsFile) {
  path_ = folder_;
  configure("");
  const auto started = exporter(otlp::Signal::traces).start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find(folder_), std::string::npos);
}

TEST_F(FileTest, RefusesForGoodWhatJsonCannotSay) {
  configure("");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  oracle::trace::ExportTraceServiceRequest request;
  request.add_resource_spans()->add_scope_spans()->add_spans()->set_trace_id("short");
  const Outcome outcome = send(to, payload_of(otlp::Signal::traces, request.SerializeAsString()));
  EXPECT_EQ(outcome.cls, pipeline::OutcomeClass::permanent);
  drain_all();
  EXPECT_EQ(written(), "");
}

TEST_F(FileTest, FailsToStartWithoutItsFolder) {
  path_ = folder_ + "/missing/out";
  configure("");
  const auto started = exporter(otlp::Signal::traces).start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("/missing/out"), std::string::npos);
}

TEST_F(FileTest, ADestroyedExporterSettlesWhatItHeld) {
  configure("");
  pipeline::Exporter& to = exporter(otlp::Signal::traces);
  ASSERT_TRUE(to.start());
  oracle::trace::ExportTraceServiceRequest request;
  request.add_resource_spans();
  std::optional<Outcome> outcome;
  to.consume({.payload = payload_of(otlp::Signal::traces, request.SerializeAsString()),
              .done = pipeline::Completion([&](Outcome o) { outcome = std::move(o); })});
  exporters_.clear();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_FALSE(outcome->is_ok());
}

TEST(FileConfig, RefusesWhatTheReferenceRefuses) {
  for (const std::string_view text :
       {"format: json", "path: ''", "path: /f\nflush_interval: -1s", "path: /f\nformat: xml",
        "path: /f\ncompression: gzip", "path: /f\nappend: true\nrotation: {max_megabytes: 1}",
        "path: /f\nrotation: {max_megabytes: -1}", "path: /f\nencoding: x",
        "path: /f\ngroup_by: {enabled: true}", "path: /*/*\ngroup_by: {enabled: true}",
        "path: '*f'\ngroup_by: {enabled: true}",
        "path: /*\ngroup_by: {enabled: true, resource_attribute: ''}",
        "path: /*\ngroup_by: {enabled: true, max_open_files: 0}",
        "path: /f\ndirectory_permissions: '0755'",
        "path: /f\ncreate_directory: true\ndirectory_permissions: '0999'",
        "path: /f\ncreate_directory: true\ndirectory_permissions: '7777'"}) {
    config::Problems problems;
    (void)factory().parse(yaml(text), "exporters::file", problems);
    EXPECT_TRUE(problems.has_errors()) << text;
  }
}

TEST(FileConfig, AcceptsWhatTheReferenceAccepts) {
  for (const std::string_view text :
       {"path: /f\nflush_interval: 0s", "path: /f\nflush_interval: 500000000",
        "path: /f\nrotation:", "path: /f\nrotation: {max_days: 3, localtime: true}",
        "path: /d/*.json\ngroup_by: {enabled: true, resource_attribute: a}",
        "path: /f*\ngroup_by: {enabled: false}",
        "path: /f\ncreate_directory: true\ndirectory_permissions: '0700'"}) {
    config::Problems problems;
    (void)factory().parse(yaml(text), "exporters::file", problems);
    EXPECT_FALSE(problems.has_errors()) << text << problems.render({});
  }
}

}  // namespace
}  // namespace telemill::components::exporters::file
