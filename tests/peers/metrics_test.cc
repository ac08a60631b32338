// The page of own metrics: each metric that the reference shows Telemill shows too, with its type
// and the keys of its labels, at every level.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <iterator>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "integration/connection.h"
#include "integration/sink_process.h"
#include "peers/collector.h"
#include "peers/peer.h"

namespace telemill::peers {
namespace {

using integration::ChildProgram;
using integration::Connection;
using integration::Folder;
using integration::own_address;
using integration::SinkProcess;

constexpr uint16_t page_port = 8888;

/// Of the reference's own language and libraries.
constexpr const char* not_ours[] = {"otelcol_process_runtime_", "promhttp_"};

/// How the page is asked for.
struct Form {
  const char* title;
  const char* level;
  const char* settings;  // more of the reader
};

constexpr Form forms[] = {
    {"basic", "basic", ""},
    {"normal", "normal", ""},
    {"detailed", "detailed", ""},
    {"with_suffixes_and_scopes", "normal",
     ", without_type_suffix: false, without_units: false, without_scope_info: false"},
    {"without_suffixes_and_scopes", "normal",
     ", without_type_suffix: true, without_units: true, without_scope_info: true"},
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.title; }

std::string config_to(const SinkProcess& sink, const Form& form, const std::string& address) {
  std::string config = R"(
receivers:
  otlp:
    protocols:
      grpc: {endpoint: '127.0.0.1:0'}
      http: {endpoint: '127.0.0.1:0'}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 2000}
  attributes: {actions: [{key: a, value: b, action: insert}]}
  resource: {attributes: [{key: a, value: b, action: insert}]}
  batch: {timeout: 50ms}
exporters:
  otlp_grpc: {endpoint: '127.0.0.1:)" +
                       std::to_string(sink.grpc_port()) + R"(', tls: {insecure: true}}
  otlp_http:
    endpoint: 'http://127.0.0.1:)" +
                       std::to_string(sink.http_port()) + R"('
    sending_queue: {batch: {flush_timeout: 50ms}}
service:
  telemetry:
    metrics:
      level: )" + std::string(form.level) +
                       R"(
      readers: [{pull: {exporter: {prometheus: {host: ')" +
                       address + "', port: " + std::to_string(page_port) + form.settings + R"(}}}}]
  pipelines:
)";
  for (const char* signal : {"traces", "metrics", "logs"}) {
    config += "    " + std::string(signal) +
              ": {receivers: [otlp], processors: [memory_limiter, attributes, resource, batch], "
              "exporters: [otlp_grpc, otlp_http]}\n";
  }
  return config;
}

/// The keys of `{key="value",...}`, sorted.
std::string label_keys(const std::string& sample) {
  std::set<std::string> keys;
  std::string key;
  bool is_value = false;
  for (size_t i = sample.find('{'); i < sample.size() && (is_value || sample[i] != '}'); ++i) {
    if (is_value && sample[i] == '\\') {
      ++i;
    } else if (sample[i] == '"') {
      is_value = !is_value;
      key.clear();
    } else if (!is_value && sample[i] == '=') {
      keys.insert(key);
    } else if (std::isalnum(static_cast<unsigned char>(sample[i])) != 0 || sample[i] == '_') {
      key += sample[i];
    }
  }
  std::string all;
  for (const std::string& one : keys) all += (all.empty() ? "" : ",") + one;
  return all;
}

/// A line for each metric and set of label keys: `name type {keys}`.
std::set<std::string> outline(const std::string& page) {
  std::set<std::string> lines;
  std::string family;
  std::string type;
  std::istringstream in(page.substr(std::min(page.find("\r\n\r\n"), page.size())));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream(line.substr(7)) >> family >> type;
    } else if (!line.empty() && line.front() != '#' && line.starts_with(family)) {
      std::string name = line.substr(0, line.find_first_of("{ "));
      name += " " + type;
      lines.insert(name + " {" + label_keys(line) + "}");
    }
  }
  return lines;
}

std::set<std::string> fetch_outline(const std::string& address) {
  Connection connection(page_port, address);
  connection.send("GET /metrics HTTP/1.0\r\nHost: " + address + "\r\n\r\n");
  const std::string page = connection.receive_all();
  EXPECT_NE(page.substr(0, page.find('\r')).find(" 200 OK"), std::string::npos) << page;
  return outline(page);
}

/// Series come with the first thing they count, so the page is done when no more come.
std::set<std::string> settled_outline(const std::string& address) {
  std::set<std::string> seen = fetch_outline(address);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::set<std::string> now = fetch_outline(address);
    if (now == seen) break;
    seen = std::move(now);
  }
  return seen;
}

std::set<std::string> page_of(const std::string& program, const Form& form, int host) {
  SinkProcess sink;
  const std::string address = own_address(host);
  Collector collector(program, config_to(sink, form, address));
  for (const char* signal : {"traces", "metrics", "logs"}) {
    for (const auto& [protocol, name] : {std::pair{"grpc", "gRPC"}, {"http", "HTTP"}}) {
      const auto ended =
          ChildProgram({"gen", "-q", "--endpoint",
                        "127.0.0.1:" + std::to_string(collector.port("otlp", name)), "--protocol",
                        protocol, "--signal", signal, "--requests", "5"})
              .wait();
      EXPECT_EQ(ended.exit_status, 0) << ended.log;
    }
  }
  EXPECT_TRUE(sink.wait_for_items());
  std::set<std::string> lines = settled_outline(address);
  collector.stop();
  sink.stop();
  return lines;
}

std::string only_in(const std::set<std::string>& some, const std::set<std::string>& others) {
  std::string text;
  for (const std::string& line : some) {
    const bool is_foreign = std::ranges::any_of(
        not_ours, [&line](const char* beginning) { return line.starts_with(beginning); });
    if (!is_foreign && !others.contains(line)) text += line + "\n";
  }
  return text;
}

class MetricsPage : public testing::TestWithParam<Form> {
 protected:
  void SetUp() override {
    if (peer("collector").program.empty()) GTEST_SKIP() << peer("collector").missing;
    const Folder folder;
    const SinkProcess sink;
    const auto judged =
        ChildProgram({"validate", "--config",
                      folder.write("c.yaml", config_to(sink, GetParam(), own_address(1)))})
            .wait();
    if (judged.log.find("is not supported yet") != std::string::npos) GTEST_SKIP() << judged.log;
  }
};

TEST_P(MetricsPage, HasWhatTheReferenceHas) {
  const std::set<std::string> theirs = page_of(peer("collector").program, GetParam(), 1);
  const std::set<std::string> ours = page_of(telemill(), GetParam(), 2);
  EXPECT_GT(theirs.size(), 20U);
  EXPECT_EQ(only_in(theirs, ours), "") << "the reference has these, Telemill lacks them";
}

INSTANTIATE_TEST_SUITE_P(Forms, MetricsPage, testing::ValuesIn(forms),
                         [](const auto& made) { return std::string(made.param.title); });

}  // namespace
}  // namespace telemill::peers
