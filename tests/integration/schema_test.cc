// The schema for editors says of a configuration what the program says of it, as far as a schema
// can: judged by an implementation of JSON schema that is not ours.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "integration/shared_configs.h"
#include "transport/client_fixture.h"

namespace telemill::integration {
namespace {

namespace fs = std::filesystem;

const std::string script = TELEMILL_SOURCE_ROOT "/tests/integration/schema_check.py";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

class Schema : public ::testing::Test {
 protected:
  void SetUp() override {
    python_ = transport::testing::find_program("python3");
    if (python_.empty()) GTEST_SKIP() << "no python3 here";
    const Ended probe = ChildProgram({"-c", "import jsonschema, yaml"}, python_).wait();
    if (probe.exit_status != 0) {
      GTEST_SKIP() << "python3 has no jsonschema or no yaml (python3-jsonschema, python3-yaml)";
    }
    const Ended ended = ChildProgram({"schema"}).wait();
    ASSERT_EQ(ended.exit_status, 0) << ended.log;
    schema_ = folder_.write("schema.json", ended.output);
  }

  /// What the schema says of each file.
  std::vector<std::string> verdicts(const std::vector<std::string>& paths) {
    std::vector<std::string> arguments = {script, schema_};
    arguments.insert(arguments.end(), paths.begin(), paths.end());
    const Ended ended = ChildProgram(arguments, python_).wait();
    EXPECT_EQ(ended.exit_status, 0) << ended.log;
    std::vector<std::string> verdicts = lines_of(ended.output);
    EXPECT_EQ(verdicts.size(), paths.size());
    verdicts.resize(paths.size());
    return verdicts;
  }

  Folder folder_;

 private:
  std::string python_;
  std::string schema_;
};

TEST_F(Schema, AcceptsOurExamples) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(TELEMILL_SOURCE_ROOT "/examples")) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  ASSERT_FALSE(paths.empty());
  const std::vector<std::string> said = verdicts(paths);
  for (size_t i = 0; i < paths.size(); ++i) EXPECT_EQ(said[i], "good") << paths[i];
}

TEST_F(Schema, AgreesWithValidateAboutRealConfigurations) {
  const std::vector<std::string> paths = shared_configs();
  if (paths.empty()) GTEST_SKIP() << no_shared_configs();
  set_variables_of_shared_configs();
  const std::vector<std::string> said = verdicts(paths);
  for (size_t i = 0; i < paths.size(); ++i) {
    const Ended validated = ChildProgram({"validate", "--config", paths[i]}).wait();
    EXPECT_EQ(said[i] == "good", validated.exit_status == 0)
        << paths[i] << "\nschema: " << said[i] << "\nvalidate: " << validated.log;
  }
}

/// A whole configuration whose receiver, exporter and service may be replaced.
struct Parts {
  const char* receivers = "{otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}";
  const char* exporters = "{nop: }";
  const char* service = "{pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}";
};
struct Row {
  const char* name;
  Parts parts;
  bool is_good;
};
const Row rows[] = {
    {"as_it_is", {}, true},
    {"named_components", {.receivers = "{otlp/a/b: {protocols: {http: }}}"}, true},
    {"old_names",
     {.exporters = "{nop: , otlp: {endpoint: 'a:1'}, otlphttp/x: {endpoint: e}}"},
     true},
    {"placeholder_for_a_number",
     {.exporters = "{otlp_grpc: {endpoint: 'a:1', sending_queue: {queue_size: '${env:SIZE}'}}}"},
     true},
    {"placeholder_for_a_mapping", {.receivers = "{otlp: '${env:OTLP}'}"}, true},
    {"duration_as_text", {.exporters = "{otlp_grpc: {endpoint: 'a:1', timeout: 1m30s}}"}, true},
    {"headers_as_a_list",
     {.exporters = "{otlp_grpc: {endpoint: 'a:1', headers: [{name: a, value: b}]}}"},
     true},
    {"pipeline_names",
     {.service = "{pipelines: {logs/a-b: {receivers: [otlp], exporters: [nop]}}}"},
     true},
    {"unknown_component", {.receivers = "{otpl: }"}, false},
    {"type_that_only_begins_right", {.receivers = "{otlpx: }"}, false},
    {"unknown_key", {.receivers = "{otlp: {protocols: {grpc: {endpont: 'a:1'}}}}"}, false},
    {"list_for_a_mapping", {.receivers = "{otlp: [1]}"}, false},
    {"text_for_a_number",
     {.receivers = "{otlp: {protocols: {grpc: {max_recv_msg_size_mib: 'four'}}}}"},
     false},
    {"number_for_a_text", {.receivers = "{otlp: {protocols: {grpc: {endpoint: 4317}}}}"}, false},
    {"negative_size",
     {.receivers = "{otlp: {protocols: {grpc: {max_concurrent_streams: -1}}}}"},
     false},
    {"broken_duration", {.exporters = "{otlp_grpc: {endpoint: 'a:1', timeout: 5 apples}}"}, false},
    {"unknown_enumerator",
     {.exporters = "{otlp_http: {endpoint: 'http://a', compression: brotli}}"},
     false},
    {"no_pipelines", {.service = "{pipelines: {}}"}, false},
    {"unknown_signal",
     {.service = "{pipelines: {trace: {receivers: [a], exporters: [b]}}}"},
     false},
    {"pipeline_without_exporters",
     {.service = "{pipelines: {traces: {receivers: [otlp]}}}"},
     false},
};

TEST_F(Schema, SeesMistakesAndOnlyMistakes) {
  std::vector<std::string> paths;
  for (const Row& row : rows) {
    paths.push_back(folder_.write(std::string(row.name) + ".yaml",
                                  std::string("receivers: ") + row.parts.receivers +
                                      "\nexporters: " + row.parts.exporters +
                                      "\nservice: " + row.parts.service + "\n"));
  }
  const std::vector<std::string> said = verdicts(paths);
  for (size_t i = 0; i < paths.size(); ++i) {
    EXPECT_EQ(said[i] == "good", rows[i].is_good) << rows[i].name << ": " << said[i];
  }
}

}  // namespace
}  // namespace telemill::integration
