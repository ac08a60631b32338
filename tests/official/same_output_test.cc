// The same configuration and the same requests for the reference collector and for Telemill: what
// comes out is the same, at a back end, in files and on the console. A row is a file in
// tests/peers/configs, or a configuration of users beside the source tree (`../shared/configs`).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "official/canonical.h"
#include "official/console_lines.h"
#include "official/requests.h"
#include "oracle/json.h"
#include "peers/collector.h"
#include "peers/peer.h"

namespace telemill::official {
namespace {

namespace fs = std::filesystem;
using integration::ChildProgram;
using integration::Folder;
using integration::GrpcSession;
using integration::own_address;
using integration::SinkProcess;
using peers::Collector;

const fs::path source_root = TELEMILL_SOURCE_ROOT;

struct Row {
  std::string title;
  fs::path config;
  bool has_fixed_ports = false;  // on ${env:MY_POD_IP}
  bool has_own_metrics = false;  // says where
  bool deletes = false;          // attributes, whose order the reference does not keep then

  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.title; }
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void add_rows(std::vector<Row>& rows, const fs::path& folder, bool has_fixed_ports) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".yaml") continue;
    std::string title = entry.path().stem();
    std::ranges::replace(title, '-', '_');
    const std::string text = read_file(entry.path());
    const auto says = [&text](const char* what) { return text.find(what) != std::string::npos; };
    rows.push_back(
        {title, entry.path(), has_fixed_ports, says("readers:"), says("action: delete")});
  }
  std::ranges::sort(rows, {}, &Row::title);
}

std::vector<Row> own_rows() {
  std::vector<Row> rows;
  add_rows(rows, source_root / "tests/peers/configs", false);
  return rows;
}

std::vector<Row> shared_rows() {
  std::vector<Row> rows;
  add_rows(rows, source_root.parent_path() / "shared/configs", true);
  return rows;
}

/// All that came out of a collector.
struct Output {
  std::array<int, 3> codes{};  // gRPC's of each signal
  std::vector<Traces> traces;
  std::vector<Metrics> metrics;
  std::vector<Logs> logs;
  std::vector<std::string> console;
};

template <class Request>
void append(std::vector<Request>& to, const std::vector<Request>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

template <class Request>
void append_saved(std::vector<Request>& to, const fs::path& path) {
  if (fs::exists(path)) append(to, parse_all<Request>(read_saved(path)));
}

template <class Request>
void append_json(std::vector<Request>& to, const std::string& line) {
  EXPECT_TRUE(oracle::from_json(line, to.emplace_back())) << line;
}

/// Files of exporters, by their names: all.json, traces.proto and so on.
void read_files(const Folder& folder, Output& output) {
  std::ifstream file(folder.path("all.json"));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(R"({"resourceSpans")")) append_json(output.traces, line);
    if (line.starts_with(R"({"resourceMetrics")")) append_json(output.metrics, line);
    if (line.starts_with(R"({"resourceLogs")")) append_json(output.logs, line);
  }
  append_saved(output.traces, folder.path("traces.proto"));
  append_saved(output.metrics, folder.path("metrics.proto"));
  append_saved(output.logs, folder.path("logs.proto"));
}

template <class Request>
void expect_same(std::vector<Request> theirs, std::vector<Request> ours, const Row& row) {
  if (theirs.empty() && ours.empty()) return;
  for (auto* requests : {&theirs, &ours}) {
    for (Request& request : *requests) {
      if (row.deletes) sort_attributes(request);
    }
  }
  expect_same_records(canonical(theirs), canonical(ours));
}

class SameOutput : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    if (peers::peer("collector").program.empty()) GTEST_SKIP() << peers::peer("collector").missing;
    for (const char* name : {"OTEL_K8S_NODE_NAME", "OTEL_K8S_NAMESPACE", "OTEL_K8S_NODE_IP",
                             "OTEL_K8S_POD_IP", "OTEL_K8S_POD_NAME"}) {
      ::setenv(name, "somewhere", 1);
    }
    set_environment({}, 1, 1, own_address(1));
    // What one of both refuses has no output to compare; config_test.cc compares refusals.
    for (const std::string& program : {peers::peer("collector").program, peers::telemill()}) {
      const auto judged = ChildProgram({"validate", "--config", GetParam().config}, program).wait();
      if (judged.exit_status != 0)
        GTEST_SKIP() << fs::path(program).filename() << ": " << judged.log;
    }
  }

  static void set_environment(const std::string& folder, int grpc_port, int http_port,
                              const std::string& address) {
    ::setenv("PEER_FOLDER", folder.c_str(), 1);
    ::setenv("PEER_SINK_GRPC", std::to_string(grpc_port).c_str(), 1);
    ::setenv("PEER_SINK_HTTP", std::to_string(http_port).c_str(), 1);
    ::setenv("MY_POD_IP", address.c_str(), 1);
  }

  /// What costs a fixed port, or hides lines.
  static std::vector<std::string> overrides(const std::string& program, const std::string& address,
                                            uint16_t sink_port) {
    std::vector<std::string> sets;
    if (program != peers::telemill()) {
      sets.emplace_back("--set=service.telemetry.logs.sampling.enabled=false");
    }
    if (!GetParam().has_own_metrics) {
      sets.emplace_back("--set=service.telemetry.metrics.level=none");
    }
    if (GetParam().title == "distribution_docker_default") {
      sets.push_back("--set=receivers.otlp.protocols.grpc.endpoint=" + address + ":4317");
      sets.push_back("--set=exporters.otlp_http.endpoint=http://127.0.0.1:" +
                     std::to_string(sink_port));
    }
    return sets;
  }

  static Output run(const std::string& program, int host) {
    const Row& row = GetParam();
    const Folder folder;
    const std::string address = row.has_fixed_ports ? own_address(host) : "127.0.0.1";
    SinkProcess sink(true);
    set_environment(folder.path("").substr(0, folder.path("").size() - 1), sink.grpc_port(),
                    sink.http_port(), address);
    Output output;
    Collector collector(program, read_file(row.config),
                        overrides(program, address, sink.http_port()));
    {
      GrpcSession session(collector.port("otlp", "gRPC"), address);
      output.codes = {send_all(generated_load<Traces>(), session),
                      send_all(generated_load<Metrics>(), session),
                      send_all(generated_load<Logs>(), session)};
    }
    const integration::Ended ended = collector.stop();
    sink.stop();
    output.console = console_lines(ended.log);
    for (std::string& line : console_lines(ended.output)) output.console.push_back(line);
    append_saved(output.traces, sink.saved_path("traces"));
    append_saved(output.metrics, sink.saved_path("metrics"));
    append_saved(output.logs, sink.saved_path("logs"));
    read_files(folder, output);
    return output;
  }
};

TEST_P(SameOutput, OfTheReferenceAndOfTelemill) {
  const Output theirs = run(peers::peer("collector").program, 1);
  const Output ours = run(peers::telemill(), 2);
  EXPECT_EQ(ours.codes, theirs.codes);
  EXPECT_TRUE(!theirs.traces.empty() || !theirs.metrics.empty() || !theirs.logs.empty() ||
              !theirs.console.empty())
      << "nothing to compare";
  expect_same(theirs.traces, ours.traces, GetParam());
  expect_same(theirs.metrics, ours.metrics, GetParam());
  expect_same(theirs.logs, ours.logs, GetParam());
  EXPECT_EQ(first_difference(theirs.console, ours.console), "");
}

std::string title(const testing::TestParamInfo<Row>& made) { return made.param.title; }
INSTANTIATE_TEST_SUITE_P(Own, SameOutput, testing::ValuesIn(own_rows()), title);
INSTANTIATE_TEST_SUITE_P(Users, SameOutput, testing::ValuesIn(shared_rows()), title);

}  // namespace
}  // namespace telemill::official
