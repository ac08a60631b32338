// The HTTP side of the receiver as curl sees it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/compressor.h"
#include "integration/collector_process.h"
#include "integration/connection.h"
#include "transport/client_fixture.h"

namespace telemill::integration {
namespace {

constexpr const char* one_span = R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]}]})";
constexpr const char* json_header = "content-type: application/json";
constexpr const char* protobuf_header = "content-type: application/x-protobuf";

/// What curl says of one exchange.
struct Answer {
  std::string body;
  std::string summary;  // status, content type and HTTP version
};

class Curl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (transport::testing::find_program("curl").empty()) GTEST_SKIP() << "curl is not installed";
  }

  /// Runs curl for `path` of a collector's HTTP port.
  static Answer curl(const std::string& url, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--silent", "--max-time", "20", "--write-out",
                                         "%{stderr}%{http_code} %{content_type} %{http_version}"});
    arguments.push_back(url);
    const Ended ended = ChildProgram(arguments, "curl").wait();
    EXPECT_EQ(ended.exit_status, 0) << ended.log;
    return {.body = ended.output, .summary = ended.log};
  }
  static std::string url(const CollectorProcess& collector, const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(collector.http_port()) + path;
  }
};

TEST_F(Curl, HearsTheDocumentedAnswers) {
  CollectorProcess collector(plain_config);
  const std::string traces = url(collector, "/v1/traces");
  const auto good = curl(traces, {"-H", json_header, "-d", one_span});
  EXPECT_EQ(good.summary, "200 application/json 1.1");
  EXPECT_EQ(good.body, R"({"partialSuccess":{}})");
  EXPECT_EQ(curl(traces, {"-H", protobuf_header, "-d", ""}).body, std::string("\x0a\x00", 2));
  EXPECT_EQ(curl(traces, {"-H", json_header, "-d", "{"}).summary, "400 application/json 1.1");
  EXPECT_EQ(curl(traces, {"-d", one_span}).summary, "415 text/plain 1.1");
  EXPECT_EQ(curl(traces, {}).summary, "405 text/plain 1.1");
  EXPECT_EQ(curl(traces, {"--head"}).summary, "405 text/plain 1.1");
  EXPECT_EQ(curl(traces, {"-X", "OPTIONS"}).summary, "405 text/plain 1.1");
  EXPECT_EQ(curl(url(collector, "/"), {"-H", json_header, "-d", one_span}).summary,
            "404 text/plain 1.1");
  EXPECT_EQ(
      curl(url(collector, "/v1development/profiles"), {"-H", protobuf_header, "-d", ""}).summary,
      "404 text/plain 1.1")
      << "profiles have no pipeline here";
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.received, 1);
  EXPECT_EQ(counts.delivered, 1);
}

TEST_F(Curl, SpeaksPlaintextHttp2ByPriorKnowledgeAndUpgradesNothing) {
  CollectorProcess collector(plain_config);
  const std::string traces = url(collector, "/v1/traces");
  EXPECT_EQ(curl(traces, {"--http2-prior-knowledge", "-H", json_header, "-d", one_span}).summary,
            "200 application/json 2");
  EXPECT_EQ(curl(traces, {"--http2-prior-knowledge"}).summary, "405 text/plain 2");
  EXPECT_EQ(curl(traces, {"--http2", "-H", json_header, "-d", one_span}).summary,
            "200 application/json 1.1");
  EXPECT_EQ(curl(traces, {"--http1.0", "-H", json_header, "-d", one_span}).summary.substr(0, 3),
            "200");
  EXPECT_EQ(collector.stop().received, 3);
}

TEST_F(Curl, UploadsInChunksCompressedAndAfterContinue) {
  CollectorProcess collector(plain_config);
  const std::string traces = url(collector, "/v1/traces");
  EXPECT_EQ(
      curl(traces, {"-H", json_header, "-H", "transfer-encoding: chunked", "-d", one_span}).summary,
      "200 application/json 1.1");
  codec::Compressor compressor;
  const auto coded =
      compressor.compress(codec::Coding::gzip, base::Rope(base::Slice::of_static(one_span)));
  const Folder folder;
  const std::string file = folder.write("body", coded->view());
  EXPECT_EQ(
      curl(traces, {"-H", json_header, "-H", "content-encoding: gzip", "--data-binary", "@" + file})
          .summary,
      "200 application/json 1.1");
  EXPECT_EQ(curl(traces, {"-H", json_header, "-H", "content-encoding: br", "-d", "x"}).summary,
            "400 application/json 1.1");
  // Two megabytes: curl asks before it sends.
  const std::string large = folder.write("large", spans(1'000'000));
  EXPECT_EQ(curl(traces, {"-H", protobuf_header, "-H", "expect: 100-continue", "--data-binary",
                          "@" + large})
                .summary,
            "200 application/x-protobuf 1.1");
  const std::string oversized = folder.write("oversized", std::string(25 << 20, 'a'));
  EXPECT_EQ(curl(traces, {"-H", protobuf_header, "-H", "expect: 100-continue", "--data-binary",
                          "@" + oversized})
                .summary,
            "400 application/x-protobuf 1.1");
  EXPECT_EQ(collector.stop().received, 1'000'002);
}

TEST_F(Curl, ReachesAUnixSocket) {
  const Folder folder;
  const std::string path = folder.path("http");
  CollectorProcess collector(
      "receivers: {otlp: {protocols: {http: {endpoint: '" + path +
      "', transport: unix}}}}\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: "
      "[otlp], exporters: [nop]}}}\n");
  EXPECT_EQ(
      curl("http://localhost/v1/traces", {"--unix-socket", path, "-H", json_header, "-d", one_span})
          .summary,
      "200 application/json 1.1");
  EXPECT_EQ(collector.stop().received, 1);
}

TEST_F(Curl, SpeaksTlsInBothVersions) {
  const transport::testing::Certificates certificates;
  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is not installed";
  CollectorProcess collector(
      "receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:0', tls: {cert_file: '" +
      certificates.file("server.crt") + "', key_file: '" + certificates.file("server.key") +
      "'}}}}}\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [otlp], exporters: "
      "[nop]}}}\n");
  const std::string traces =
      "https://127.0.0.1:" + std::to_string(collector.http_port()) + "/v1/traces";
  const std::string authority = certificates.file("ca.crt");
  EXPECT_EQ(curl(traces, {"--cacert", authority, "-H", json_header, "-d", one_span}).summary,
            "200 application/json 2");
  EXPECT_EQ(
      curl(traces, {"--cacert", authority, "--http1.1", "-H", json_header, "-d", one_span}).summary,
      "200 application/json 1.1");
  EXPECT_EQ(collector.stop().received, 2);
}

TEST_F(Curl, HearsOfABackEndThatIsDownWhenNothingQueues) {
  CollectorProcess collector(R"(
receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:0'}}}}
exporters:
  otlp_grpc:
    endpoint: 127.0.0.1:9
    tls: {insecure: true}
    sending_queue: {enabled: false}
    retry_on_failure: {enabled: false}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp_grpc]}}}
)");
  const auto answer = curl(url(collector, "/v1/traces"), {"-i", "-H", json_header, "-d", one_span});
  EXPECT_EQ(answer.summary, "503 application/json 1.1");
  EXPECT_NE(answer.body.find(R"({"code":14,"message":")"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.body.find("retry-after"), std::string::npos);
  const Counts counts = collector.stop();
  EXPECT_EQ(counts.refused, 1);
  EXPECT_EQ(counts.delivered, 0);
}

}  // namespace
}  // namespace telemill::integration
