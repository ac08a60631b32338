// What both say when a peer is down and when a queue is full: the reference's lines are there with
// their levels and the keys of their fields.
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "peers/collector.h"
#include "peers/peer.h"

namespace telemill::peers {
namespace {

using integration::ChildProgram;

/// Nobody listens on port 1. The first exporter tries again and has room for one request, the
/// second neither.
constexpr const char* config = R"(
receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}}}
exporters:
  otlp_grpc:
    endpoint: 127.0.0.1:1
    tls: {insecure: true}
    retry_on_failure: {initial_interval: 200ms, max_interval: 200ms, max_elapsed_time: 500ms}
    sending_queue: {queue_size: 1, num_consumers: 1}
  otlp_http:
    endpoint: http://127.0.0.1:1
    retry_on_failure: {enabled: false}
    sending_queue: {enabled: false}
service:
  telemetry: {metrics: {level: none}, logs: {sampling: {enabled: false}}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], exporters: [otlp_http]}
)";

/// The keys of the outermost mapping of one line of JSON.
std::set<std::string> keys_of(const std::string& json) {
  std::set<std::string> keys;
  int depth = 0;
  std::string text;
  bool is_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_text && c == '\\') {
      ++i;
    } else if (c == '"') {
      is_text = !is_text;
      if (is_text) text.clear();
    } else if (is_text) {
      text += c;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ':' && depth == 1) {
      keys.insert(text);
    }
  }
  return keys;
}

/// A line about exporters: its level and message, and the keys of its fields.
struct Line {
  std::string title;
  std::set<std::string> keys;
};

std::vector<Line> lines_of(const std::string& log) {
  std::vector<Line> lines;
  std::istringstream in(log);
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> columns;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) columns.push_back(cell);
    if (columns.size() == 5 && columns[3].starts_with("Exporting failed")) {
      lines.push_back({columns[1] + " " + columns[3], keys_of(columns[4])});
    }
  }
  return lines;
}

std::vector<Line> lines_of_run(const std::string& program) {
  Collector collector(program, config);
  const std::string endpoint = "127.0.0.1:" + std::to_string(collector.port("otlp", "gRPC"));
  for (const char* signal : {"traces", "logs"}) {
    // What becomes of the requests is seen in the log.
    ChildProgram({"gen", "-q", "--endpoint", endpoint, "--signal", signal, "--requests", "3"})
        .wait();
  }
  EXPECT_TRUE(collector.child().wait_for_log("Exporting failed. Dropping data.")) << program;
  return lines_of(collector.stop().log);
}

TEST(LogLines, OfExportersAreThoseOfTheReference) {
  if (peer("collector").program.empty()) GTEST_SKIP() << peer("collector").missing;
  const std::vector<Line> theirs = lines_of_run(peer("collector").program);
  const std::vector<Line> ours = lines_of_run(telemill());
  std::set<std::string> titles;
  for (const Line& line : theirs) {
    titles.insert(line.title);
    bool is_there = false;
    for (const Line& other : ours) {
      if (other.title != line.title) continue;
      is_there = true;
      for (const std::string& key : line.keys) {
        EXPECT_TRUE(other.keys.contains(key)) << line.title << ": " << key;
      }
    }
    EXPECT_TRUE(is_there) << line.title;
  }
  EXPECT_GE(titles.size(), 4U) << "retry, dropped, full queue, no queue";
}

}  // namespace
}  // namespace telemill::peers
