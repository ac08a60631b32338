// The reference collector before and behind Telemill: every signal in every coding over every
// transport, and each item arrives exactly once.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "integration/id_sets.h"
#include "integration/sink_process.h"
#include "peers/collector.h"
#include "peers/peer.h"

namespace telemill::peers {
namespace {

using integration::ChildProgram;
using integration::Folder;
using integration::SinkProcess;

constexpr size_t requests_each = 5;
constexpr size_t items_per_request = 40;

/// What lies between the two collectors.
struct Hop {
  const char* title;
  const char* exporter;
  const char* settings;
  std::vector<std::string> codings;

  friend std::ostream& operator<<(std::ostream& out, const Hop& hop) { return out << hop.title; }
};

std::vector<Hop> hops() {
  const std::vector<std::string> http{"none", "gzip",    "zstd", "snappy",
                                      "zlib", "deflate", "lz4",  "x-snappy-framed"};
  return {{"grpc", "otlp_grpc", "tls: {insecure: true}", {"none", "gzip", "zstd", "snappy"}},
          {"http_proto", "otlp_http", "encoding: proto", http},
          {"http_json", "otlp_http", "encoding: json", http}};
}

/// A receiver of its own for each coding, and from there to the next collector in that coding.
std::string first_config(const Hop& hop, const Collector& next) {
  const bool is_grpc = std::string_view(hop.exporter) == "otlp_grpc";
  const std::string endpoint = (is_grpc ? "127.0.0.1:" : "http://127.0.0.1:") +
                               std::to_string(next.port("otlp", is_grpc ? "gRPC" : "HTTP"));
  std::string receivers;
  std::string exporters;
  std::string pipelines;
  for (const std::string& coding : hop.codings) {
    const std::string exporter = std::string(hop.exporter) + "/" + coding;
    receivers += "  otlp/" + coding + ": {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}\n";
    exporters += "  " + exporter + ":\n    endpoint: '" + endpoint +
                 "'\n    compression: " + coding + "\n    " + hop.settings + "\n";
    for (const char* signal : {"traces", "metrics", "logs"}) {
      pipelines += "    " + std::string(signal) + "/" + coding + ": {receivers: [otlp/" + coding +
                   "], exporters: [" + exporter + "]}\n";
    }
  }
  return "receivers:\n" + receivers + "exporters:\n" + exporters + "service:\n  pipelines:\n" +
         pipelines;
}

std::string last_config(const SinkProcess& sink) {
  std::string config =
      "receivers:\n  otlp:\n    protocols:\n      grpc: {endpoint: '127.0.0.1:0'}\n"
      "      http:\n        endpoint: '127.0.0.1:0'\n"
      "exporters:\n  otlp_grpc:\n    endpoint: '127.0.0.1:" +
      std::to_string(sink.grpc_port()) + "'\n    tls: {insecure: true}\nservice:\n  pipelines:\n";
  for (const char* signal : {"traces", "metrics", "logs"}) {
    config += "    " + std::string(signal) + ": {receivers: [otlp], exporters: [otlp_grpc]}\n";
  }
  return config;
}

/// No page of own metrics, which is on a fixed port unless told otherwise.
const std::vector<std::string> quiet{"--set=service.telemetry.metrics.level=none"};

/// Sends and adds to `sent` what was acknowledged, which has to be everything.
void generate(uint16_t port, const std::string& signal, size_t seed, std::vector<uint64_t>& sent) {
  const Folder folder;
  const auto ended = ChildProgram({"gen", "-q", "--endpoint", "127.0.0.1:" + std::to_string(port),
                                   "--signal", signal, "--requests", std::to_string(requests_each),
                                   "--items-per-request", std::to_string(items_per_request),
                                   "--seed", std::to_string(seed), "--ids-out", folder.path("ids")})
                         .wait();
  ASSERT_EQ(ended.exit_status, 0) << ended.log << ended.output;
  const std::vector<uint64_t> ids = integration::read_ids(folder.path("ids")).acknowledged;
  EXPECT_EQ(ids.size(), requests_each * items_per_request);
  sent.insert(sent.end(), ids.begin(), ids.end());
}

class ReferencePath : public testing::TestWithParam<Hop> {
 protected:
  void SetUp() override {
    if (peer("collector").program.empty()) GTEST_SKIP() << peer("collector").missing;
  }

  static void expect_exactly_once(const std::string& first_program,
                                  const std::string& last_program) {
    const Hop& hop = GetParam();
    SinkProcess sink;
    Collector last(last_program, last_config(sink), quiet);
    Collector first(first_program, first_config(hop, last), quiet);
    std::vector<uint64_t> sent;
    size_t seed = 1;  // one for each run: ids are never the same
    for (const std::string& coding : hop.codings) {
      for (const char* signal : {"traces", "metrics", "logs"}) {
        SCOPED_TRACE(std::string(signal) + " " + coding);
        generate(first.port("otlp/" + coding, "gRPC"), signal, seed++, sent);
      }
    }
    const std::string first_log = first.stop().log;
    const std::string last_log = last.stop().log;
    const std::string summary = sink.stop();
    std::ranges::sort(sent);
    const std::vector<uint64_t> received = integration::read_ids(sink.ids_path()).acknowledged;
    EXPECT_EQ(integration::count_missing(sent, received), 0U) << summary << "\n"
                                                              << first_log << "\n"
                                                              << last_log;
    EXPECT_EQ(integration::count_missing(received, sent), 0U);
    EXPECT_EQ(integration::count_repeated(received), 0U);
    EXPECT_EQ(received.size(), sent.size());
  }
};

TEST_P(ReferencePath, UpstreamOfTelemill) {
  expect_exactly_once(peer("collector").program, telemill());
}

TEST_P(ReferencePath, DownstreamOfTelemill) {
  expect_exactly_once(telemill(), peer("collector").program);
}

INSTANTIATE_TEST_SUITE_P(Hops, ReferencePath, testing::ValuesIn(hops()),
                         [](const auto& made) { return std::string(made.param.title); });

}  // namespace
}  // namespace telemill::peers
