// The exporter against a real server on loopback, by the rows of the reference's tables.
#include "components/exporters/otlp_http/otlp_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/shared/otlp_exporter/exporter_fixture.h"
#include "wire/writer.h"

namespace telemill::components::exporters::otlp_http {
namespace {

using pipeline::OutcomeClass;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* const plain = "endpoint: http://127.0.0.1:PORT\n";

class OtlpHttpTest : public shared::ExporterFixture {
 protected:
  void create(const std::string& yaml, otlp::Signal signal = otlp::Signal::traces) {
    ExporterFixture::create(factory(), yaml, signal);
  }
  void answer_with(int status, transport::Headers headers = {}, std::string_view type = {},
                   std::string body = {}) {
    back_end_.answer = [=] {
      return transport::Response{.status = status,
                                 .content_type = type,
                                 .headers = headers,
                                 .body = base::Rope(base::Slice::copy_of(body))};
    };
  }
  static std::string errors_of(const std::string& yaml) {
    config::Problems problems;
    const auto node = config::read_yaml(yaml, 0, problems);
    const auto settings = factory().parse(*node, "e", problems);
    std::string errors;
    for (const config::Problem& problem : problems) errors += problem.path + " ";
    return errors;
  }
};

struct StatusRow {
  int status;
  OutcomeClass cls;
  bool heeds_retry_after = false;
};

class OtlpHttpOutcome : public OtlpHttpTest, public testing::WithParamInterface<StatusRow> {};

TEST_P(OtlpHttpOutcome, IsThatOfTheTable) {
  const StatusRow& row = GetParam();
  create(plain);
  answer_with(row.status);
  pipeline::Outcome outcome = send();
  EXPECT_EQ(outcome.cls, row.cls) << outcome.message;
  EXPECT_EQ(outcome.delay, std::nullopt);
  answer_with(row.status, {{"retry-after", "7"}});
  outcome = send();
  EXPECT_EQ(outcome.cls, row.cls);
  EXPECT_EQ(outcome.delay.has_value(), row.heeds_retry_after);
  EXPECT_EQ(outcome.delay.value_or(seconds(7)), seconds(7));
  EXPECT_EQ(back_end_.seen.size(), 2U) << "redirects are not followed, nothing is repeated";
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, OtlpHttpOutcome,
    testing::Values(
        StatusRow{200, OutcomeClass::ok}, StatusRow{202, OutcomeClass::ok},
        StatusRow{204, OutcomeClass::ok}, StatusRow{301, OutcomeClass::permanent},
        StatusRow{307, OutcomeClass::permanent}, StatusRow{400, OutcomeClass::permanent},
        StatusRow{401, OutcomeClass::permanent}, StatusRow{403, OutcomeClass::permanent},
        StatusRow{404, OutcomeClass::permanent}, StatusRow{408, OutcomeClass::permanent},
        StatusRow{413, OutcomeClass::permanent}, StatusRow{429, OutcomeClass::retryable, true},
        StatusRow{500, OutcomeClass::permanent}, StatusRow{501, OutcomeClass::permanent},
        StatusRow{502, OutcomeClass::retryable}, StatusRow{503, OutcomeClass::retryable, true},
        StatusRow{504, OutcomeClass::retryable}),
    [](const auto& row) { return "Status" + std::to_string(row.param.status); });

TEST_F(OtlpHttpTest, RetryAfterMayBeADate) {
  create(plain);
  lane_->run_turn(Duration::zero());
  const auto later = static_cast<time_t>(lane_->unix_now() / 1'000'000'000) + 90;
  char date[64];
  std::tm parts{};
  ::gmtime_r(&later, &parts);
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  answer_with(503, {{"retry-after", date}});
  const pipeline::Outcome outcome = send();
  ASSERT_TRUE(outcome.delay.has_value());
  EXPECT_GT(*outcome.delay, seconds(70));
  EXPECT_LE(*outcome.delay, seconds(90));
  for (const char* const nonsense : {"soon", "-3", "Mon, 99 Foo 2026 10:00:00 GMT", "7 s"}) {
    answer_with(503, {{"retry-after", nonsense}});
    EXPECT_EQ(send().delay, std::nullopt) << nonsense;
  }
}

TEST_F(OtlpHttpTest, TheAnswerOfA2xxHasToBeReadable) {
  base::Buffer partial;
  wire::Writer writer(partial);
  const size_t inner = writer.open(1);
  writer.varint(1, 3);
  writer.bytes(2, "three were bad");
  writer.close(inner);
  struct Row {
    const char* name;
    std::string_view type;
    std::string body;
    OutcomeClass cls;
  };
  const std::vector<Row> rows = {
      {"empty protobuf", "application/x-protobuf", "", OutcomeClass::ok},
      {"partial protobuf", "application/x-protobuf", std::string(partial.view()), OutcomeClass::ok},
      {"broken protobuf", "application/x-protobuf", "\xff\xff", OutcomeClass::permanent},
      {"empty JSON", "application/json", "{}", OutcomeClass::ok},
      {"partial JSON", "application/json",
       R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"bad"}})", OutcomeClass::ok},
      {"broken JSON", "application/json", "{", OutcomeClass::permanent},
      {"endless JSON", "application/json", "{\"x\":\"" + std::string(70'000, 'x') + "\"}",
       OutcomeClass::permanent},
      {"neither", "text/plain", "welcome", OutcomeClass::ok},
  };
  create(plain);
  for (const Row& row : rows) {
    answer_with(200, {}, row.type, row.body);
    EXPECT_EQ(send().cls, row.cls) << row.name;
  }
  EXPECT_EQ(back_end_.seen.size(), rows.size()) << "a partial success is never repeated";
  const std::vector<runtime::Label> peer = {
      {"server.address", "127.0.0.1"}, {"server.port", port_}, {"url.path", "/v1/traces"}};
  EXPECT_EQ(metrics_.total("otelcol_exporter_sent_spans", peer), 5);
}

TEST_F(OtlpHttpTest, APeerThatIsGoneIsRetryable) {
  create(plain);
  answer_with(200);
  EXPECT_TRUE(send().is_ok());
  server_->close();
  server_.reset();
  EXPECT_EQ(send().cls, OutcomeClass::retryable);
}

TEST_F(OtlpHttpTest, TellsTheCodingAsTheUserCallsIt) {
  answer_with(200);
  for (const char* const name :
       {"gzip", "zstd", "zlib", "deflate", "snappy", "x-snappy-framed", "lz4", "none"}) {
    create(std::string(plain) + "compression: " + name);
    back_end_.seen.clear();
    EXPECT_TRUE(send(1).is_ok());
    EXPECT_TRUE(send(1000).is_ok());
    EXPECT_THAT(back_end_.seen.at(0).values_of("content-encoding"), IsEmpty());
    const auto coding = back_end_.seen.at(1).values_of("content-encoding");
    if (std::string_view(name) == "none") {
      EXPECT_THAT(coding, IsEmpty());
    } else {
      EXPECT_THAT(coding, ElementsAre(name));
    }
  }
}

TEST_F(OtlpHttpTest, TheUsersHeadersWin) {
  create(std::string(plain) +
         "headers: {Content-Type: application/protobuf, host: other.example, x-key: k}\n");
  answer_with(200);
  EXPECT_TRUE(send().is_ok());
  const auto& seen = back_end_.seen.at(0);
  EXPECT_THAT(seen.values_of("content-type"), ElementsAre("application/protobuf"));
  EXPECT_THAT(seen.values_of("x-key"), ElementsAre("k"));
  EXPECT_EQ(seen.authority, "other.example");
}

TEST_F(OtlpHttpTest, UrlsOfSignalsAreTakenAsTheyAre) {
  struct Row {
    std::string yaml;
    otlp::Signal signal;
    std::string path;
  };
  const std::vector<Row> rows = {
      {plain, otlp::Signal::traces, "/v1/traces"},
      {"endpoint: http://127.0.0.1:PORT/\n", otlp::Signal::metrics, "/v1/metrics"},
      {"endpoint: http://127.0.0.1:PORT/base\n", otlp::Signal::logs, "/base/v1/logs"},
      {plain, otlp::Signal::profiles, "/v1development/profiles"},
      {"logs_endpoint: http://127.0.0.1:PORT/in\n", otlp::Signal::logs, "/in"},
      {"profiles_endpoint: http://127.0.0.1:PORT/p\n", otlp::Signal::profiles, "/p"},
  };
  answer_with(200);
  for (const Row& row : rows) {
    create(row.yaml, row.signal);
    EXPECT_TRUE(send(pipeline::make_payload(row.signal, 1)).is_ok());
    EXPECT_EQ(back_end_.seen.back().path, row.path);
  }
}

// What JSON cannot say is refused for good, and never inside the call that asked.
TEST_F(OtlpHttpTest, WhatCannotBeEncodedIsPermanent) {
  create(std::string(plain) + "encoding: json\n");
  base::Buffer out;
  wire::Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  const size_t span = writer.open(2);
  writer.bytes(1, "short id");
  writer.close(span);
  writer.close(scope);
  writer.close(resource);
  otlp::Part part = otlp::Walker().walk(otlp::Signal::traces, std::move(out).freeze()).value();
  const pipeline::Outcome outcome = send({otlp::Signal::traces, std::move(part)});
  EXPECT_EQ(outcome.cls, OutcomeClass::permanent);
  EXPECT_THAT(back_end_.seen, IsEmpty());
}

TEST_F(OtlpHttpTest, RefusesWhatTheTableForbids) {
  EXPECT_EQ(errors_of("{}"), "e::endpoint ");
  EXPECT_EQ(errors_of("endpoint: backend:4318"), "e::endpoint ");
  EXPECT_EQ(errors_of("{endpoint: 'http://b', timeout: -1s}"), "e::timeout ");
  EXPECT_EQ(errors_of("{endpoint: 'http://b', compression: brotli}"), "e::compression ");
  EXPECT_EQ(errors_of("{endpoint: 'http://b', compression_params: {level: 10}}"),
            "e::compression_params::level ");
  EXPECT_EQ(errors_of("{endpoint: 'http://b', compression: lz4, compression_params: {level: 1}}"),
            "e::compression_params::level ");
  EXPECT_EQ(errors_of("{endpoint: 'http://b', proxy_url: 'http://p:1'}"), "e::proxy_url ");
}

TEST_F(OtlpHttpTest, TakesWhatTheTableAllows) {
  for (const char* const yaml :
       {"{endpoint: 'http://b', compression: zstd, compression_params: {level: 19}}",
        "{endpoint: 'https://b/x', max_idle_conns: 7, max_idle_conns_per_host: 1}",
        "{endpoint: 'https://b/x', max_conns_per_host: 3, idle_conn_timeout: 1s}",
        "{endpoint: 'https://b', disable_keep_alives: true, force_attempt_http2: false}",
        "{endpoint: 'https://b', http2_read_idle_timeout: 10s, http2_ping_timeout: 5s}",
        "{endpoint: 'https://b', sending_queue: {enabled: false}}"}) {
    EXPECT_EQ(errors_of(yaml), "") << yaml;
  }
}

}  // namespace
}  // namespace telemill::components::exporters::otlp_http
