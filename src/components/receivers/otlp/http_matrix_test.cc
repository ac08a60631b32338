// The response matrix of OTLP over HTTP as a client sees it, cell by cell.
#include <gtest/gtest.h>

#include <array>
#include <ostream>

#include "components/receivers/otlp/receiver_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using testing::Post;
using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;
using transport::ClientResponse;

constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view empty_partial_success{"\x0a\x00", 2};
constexpr std::string_view empty_partial_success_json = R"({"partialSuccess":{}})";
/// A request with one span.
constexpr const char* span_json =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]}]})";

/// The code of a google.rpc.Status in protobuf, which always comes first.
int status_code(const ClientResponse& response) {
  const std::string_view body = response.body.view();
  return body.size() >= 2 && body[0] == 0x08 ? body[1] : -1;
}

void expect_success(const ClientResponse& response, std::string_view type) {
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-type"), type);
  EXPECT_EQ(response.body.view(),
            type == json_type ? empty_partial_success_json : empty_partial_success);
}

void expect_text(const ClientResponse& response, int status,
                 std::initializer_list<std::string_view> words) {
  EXPECT_EQ(response.status, status);
  EXPECT_TRUE(response.field("content-type").starts_with("text/plain"))
      << response.field("content-type");
  EXPECT_LT(response.body.size(), 200U);
  for (const std::string_view word : words) {
    EXPECT_NE(response.body.view().find(word), std::string_view::npos)
        << word << " in " << response.body.view();
  }
}

/// A google.rpc.Status with `code`, in the kind that was asked in.
void expect_status(const ClientResponse& response, int status, int code, std::string_view type) {
  EXPECT_EQ(response.status, status) << response.body.view();
  EXPECT_EQ(response.field("content-type"), type);
  if (type == json_type) {
    const std::string begin = "{\"code\":" + std::to_string(code) + ",\"message\":\"";
    EXPECT_TRUE(response.body.view().starts_with(begin)) << response.body.view();
  } else {
    EXPECT_EQ(status_code(response), code);
    EXPECT_NE(response.body.view().find('\x12'), std::string_view::npos) << "no message";
  }
}

class HttpMatrix : public ::testing::Test {
 protected:
  ClientResponse send_pb(std::string body) { return receiver_.send({.body = std::move(body)}); }
  ClientResponse send_json(std::string body) {
    return receiver_.send({.body = std::move(body), .content_type = std::string(json_type)});
  }
  ReceiverFixture receiver_;
};

TEST_F(HttpMatrix, AcceptedProtobufIs200WithEmptyPartialSuccess) {
  const std::string request = request_of(Signal::traces, 3);
  expect_success(send_pb(request), protobuf_type);
  ASSERT_EQ(receiver_.pipeline.seen.size(), 1U);
  EXPECT_EQ(receiver_.pipeline.seen[0].bytes, request);
  EXPECT_EQ(receiver_.pipeline.seen[0].item_count, 3U);
  EXPECT_EQ(receiver_.metric("otelcol_receiver_accepted_spans"), 3);
}

TEST_F(HttpMatrix, AcceptedJsonIs200WithEmptyPartialSuccess) {
  expect_success(send_json(span_json), json_type);
  ASSERT_EQ(receiver_.pipeline.seen.size(), 1U);
  EXPECT_EQ(receiver_.pipeline.seen[0].item_count, 1U);
}

TEST_F(HttpMatrix, EverySignalHasItsPath) {
  for (const Signal signal : telemill::otlp::all_signals) {
    const auto& names = telemill::otlp::names(signal);
    const std::string request = request_of(signal, 2);
    expect_success(receiver_.send({.path = std::string(names.http_path), .body = request}),
                   protobuf_type);
    ASSERT_FALSE(receiver_.pipeline.seen.empty()) << names.name;
    EXPECT_EQ(receiver_.pipeline.seen.back().signal, signal);
    EXPECT_EQ(receiver_.pipeline.seen.back().bytes, request) << names.name;
    EXPECT_EQ(receiver_.pipeline.seen.back().item_count, 2U) << names.name;
  }
}

TEST_F(HttpMatrix, EmptyProtobufBodyIsAValidEmptyRequest) {
  expect_success(send_pb(""), protobuf_type);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpMatrix, ZeroItemsAreAcceptedWithoutThePipelineAndNotCounted) {
  expect_success(send_pb(testing::field(1, "")), protobuf_type);
  expect_success(send_pb(testing::field(1, testing::field(2, ""))), protobuf_type);
  expect_success(send_json("{}"), json_type);
  expect_success(send_json(R"({"resourceSpans":[]})"), json_type);
  expect_success(send_json(R"({"resourceSpans":[{"resource":{}}]})"), json_type);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
  EXPECT_EQ(receiver_.metric("otelcol_receiver_accepted_spans"), 0);
}

TEST_F(HttpMatrix, EmptyJsonBodyIs400) { expect_status(send_json(""), 400, 3, json_type); }

TEST_F(HttpMatrix, MethodsOtherThanPostAre405) {
  for (const std::string_view method : {"GET", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    expect_text(receiver_.send({.method = method}), 405, {"405", "not allowed", "POST"});
  }
  EXPECT_EQ(receiver_.send({.method = "HEAD"}).status, 405);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpMatrix, MethodIsCheckedBeforeContentType) {
  expect_text(receiver_.send({.content_type = "text/html", .method = "PUT"}), 405, {"405"});
}

TEST_F(HttpMatrix, OtherContentTypesAre415) {
  for (const std::string_view type :
       {"", "text/plain", "application/protobuf", "application/x-protobuf2", "application/jsonx",
        "application", ";", "multipart/form-data; boundary=application/json"}) {
    expect_text(
        receiver_.send({.body = request_of(Signal::traces), .content_type = std::string(type)}),
        415, {"415", "application/json", "application/x-protobuf"});
  }
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpMatrix, ContentTypeMayHaveParametersAndAnyCase) {
  for (const std::string_view type :
       {"application/x-protobuf; charset=utf-8", "Application/X-Protobuf",
        "application/x-protobuf;", "application/x-protobuf ; a=b"}) {
    expect_success(
        receiver_.send({.body = request_of(Signal::traces), .content_type = std::string(type)}),
        protobuf_type);
  }
  for (const std::string_view type : {"application/json; charset=utf-8", "APPLICATION/JSON"}) {
    expect_success(receiver_.send({.body = span_json, .content_type = std::string(type)}),
                   json_type);
  }
}

TEST_F(HttpMatrix, UnknownPathsAre404) {
  for (const std::string_view path : {"/", "/v1", "/v1/traces/", "/v1/trace", "/v1//traces",
                                      "/V1/traces", "/v1/traces%2f", "/v1/profiles"}) {
    expect_text(receiver_.send({.path = std::string(path), .body = request_of(Signal::traces)}),
                404, {"404"});
    expect_text(receiver_.send({.path = std::string(path), .method = "GET"}), 404, {"404"});
  }
  expect_text(receiver_.send({.path = "/nowhere", .content_type = "text/html"}), 404, {"404"});
}

TEST_F(HttpMatrix, QueryOfAPathIsIgnored) {
  expect_success(receiver_.send({.path = "/v1/traces?a=b", .body = request_of(Signal::traces)}),
                 protobuf_type);
}

TEST_F(HttpMatrix, UndecodableBodiesAre400) {
  expect_status(send_pb("\x0a\x7fshort"), 400, 3, protobuf_type);
  expect_status(send_pb("\xff\xff\xff"), 400, 3, protobuf_type);
  expect_status(send_json("{"), 400, 3, json_type);
  expect_status(send_json("[]"), 400, 3, json_type);
  expect_status(send_json("{} {}"), 400, 3, json_type);
  expect_status(send_json(request_of(Signal::traces)), 400, 3, json_type);
  expect_status(send_pb(span_json), 400, 3, protobuf_type);
  EXPECT_TRUE(receiver_.pipeline.seen.empty());
}

TEST_F(HttpMatrix, AnUndecodableBodyLeavesTheConnectionInUse) {
  const std::string bad =
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n"
      "content-type: application/x-protobuf\r\n\r\n\xff\xff\xff";
  const std::string answers = receiver_.raw(receiver_.http_endpoint(), bad + bad);
  EXPECT_TRUE(answers.starts_with("HTTP/1.1 400")) << answers;
  EXPECT_NE(answers.rfind("HTTP/1.1 400"), answers.find("HTTP/1.1 400"));
}

TEST_F(HttpMatrix, AnErrorForAContentTypeOfNeitherKindIs500WithFixedJson) {
  const auto response = receiver_.send(
      {.body = "x", .content_type = "text/html", .headers = {{"content-encoding", "brotli"}}});
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.field("content-type"), json_type);
  EXPECT_EQ(response.body.view(), R"({"code":13,"message":"failed to marshal error message"})");
}

TEST_F(HttpMatrix, ConfiguredPathsReplaceTheUsualOnes) {
  ReceiverFixture receiver(
      "http:\n  endpoint: '127.0.0.1:0'\n  traces_url_path: /in/t\n  logs_url_path: in/l\n");
  EXPECT_EQ(receiver.send({.path = "/in/t", .body = request_of(Signal::traces)}).status, 200);
  EXPECT_EQ(receiver.send({.path = "/in/l", .body = request_of(Signal::logs)}).status, 200);
  EXPECT_EQ(receiver.send({.path = "/v1/metrics", .body = request_of(Signal::metrics)}).status,
            200);
  EXPECT_EQ(receiver.send({.path = "/v1/traces", .body = request_of(Signal::traces)}).status, 404);
}

TEST_F(HttpMatrix, ASignalWithoutAPipelineIs404) {
  ReceiverFixture receiver(ReceiverFixture::default_protocols, {Signal::logs});
  for (const Signal signal : telemill::otlp::all_signals) {
    const auto& names = telemill::otlp::names(signal);
    const auto response =
        receiver.send({.path = std::string(names.http_path), .body = request_of(signal)});
    EXPECT_EQ(response.status, signal == Signal::logs ? 200 : 404) << names.name;
  }
}

TEST_F(HttpMatrix, ResponseHeadersComeWithEveryAnswer) {
  ReceiverFixture receiver(
      "http: {endpoint: '127.0.0.1:0', max_request_body_size: 1000, response_headers: {X-Who: "
      "me}}\n");
  const std::array<std::pair<Post, int>, 5> cases = {{{{.body = request_of(Signal::traces)}, 200},
                                                      {{.body = "\xff"}, 400},
                                                      {{.body = std::string(1001, 'a')}, 400},
                                                      {{.path = "/nowhere"}, 404},
                                                      {{.method = "GET"}, 405}}};
  for (const auto& [post, status] : cases) {
    const auto response = receiver.send(post);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.field("x-who"), "me") << status;
  }
}

TEST_F(HttpMatrix, AnExhaustedMemoryBudgetIsABare503) {
  ReceiverFixture receiver(ReceiverFixture::default_protocols, {Signal::traces}, 1024);
  const std::string large = request_of(Signal::traces, 2000);
  for (const std::string_view type : {protobuf_type, json_type}) {
    const auto response = receiver.send({.body = large, .content_type = std::string(type)});
    expect_status(response, 503, 14, type);
    EXPECT_EQ(response.field("retry-after"), "");
  }
  expect_success(receiver.send({.body = request_of(Signal::traces)}), protobuf_type);
}

TEST_F(HttpMatrix, TheAnswerWaitsForThePipeline) {
  receiver_.pipeline.holds = true;
  const std::string request = request_of(Signal::traces);
  const std::string head =
      "POST /v1/traces HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
      "content-type: application/x-protobuf\r\ncontent-length: " +
      std::to_string(request.size()) + "\r\n\r\n";
  // Nothing is answered before the pipeline settles, which it does here only when asked.
  bool was_held = false;
  std::string answer;
  receiver_.pipeline.outcome = pipeline::Outcome::retryable("later");
  receiver_.on_idle = [&] {
    if (receiver_.pipeline.held.empty()) return;
    was_held = true;
    receiver_.pipeline.release();
  };
  answer = receiver_.raw(receiver_.http_endpoint(), head + request, false);
  EXPECT_TRUE(was_held);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
}

// Pipeline errors.

struct OutcomeCell {
  const char* name;
  pipeline::Outcome outcome;
  int http_status;
  int code;
  const char* retry_after;  // empty: no such header
};

std::string details(grpc::Code code, std::optional<Duration> delay = std::nullopt) {
  return grpc::encode_status(code, "told so", delay);
}

pipeline::Outcome coded_outcome(grpc::Code code, std::optional<Duration> delay = std::nullopt) {
  return {.cls = pipeline::OutcomeClass::retryable,
          .grpc_code = static_cast<uint8_t>(code),
          .delay = delay,
          .message = "told so",
          .details = details(code, delay)};
}

std::vector<OutcomeCell> outcome_cells() {
  using grpc::Code;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  std::vector<OutcomeCell> cells = {
      {"permanent_without_status", pipeline::Outcome::permanent("no"), 500, 13, ""},
      {"retryable_without_status", pipeline::Outcome::retryable("full"), 503, 14, ""},
      {"delay_without_details_is_not_told",
       {.cls = pipeline::OutcomeClass::retryable, .delay = seconds(3), .message = "full"},
       503,
       14,
       ""},
      {"permanent_with_a_code",
       {.cls = pipeline::OutcomeClass::permanent, .grpc_code = 3, .message = "bad"},
       400,
       3,
       ""},
      {"unavailable_with_retry_info", coded_outcome(Code::unavailable, seconds(13)), 503, 14, "13"},
      {"unavailable_with_a_part_of_a_second", coded_outcome(Code::unavailable, milliseconds(1500)),
       503, 14, "2"},
      {"exhausted_with_retry_info", coded_outcome(Code::resource_exhausted, seconds(7)), 429, 8,
       "7"},
      {"exhausted_without_retry_info", coded_outcome(Code::resource_exhausted), 429, 8, ""},
      {"unavailable_with_zero_retry_info", coded_outcome(Code::unavailable, seconds(0)), 503, 14,
       "0"},
      {"retry_info_with_another_status", coded_outcome(Code::internal, seconds(5)), 500, 13, ""},
  };
  const std::array<std::pair<int, int>, 16> mapping = {{{1, 503},
                                                        {2, 500},
                                                        {3, 400},
                                                        {4, 503},
                                                        {5, 500},
                                                        {6, 500},
                                                        {7, 403},
                                                        {8, 429},
                                                        {9, 500},
                                                        {10, 503},
                                                        {11, 503},
                                                        {12, 404},
                                                        {13, 500},
                                                        {14, 503},
                                                        {15, 503},
                                                        {16, 401}}};
  for (const auto& [code, status] : mapping) {
    cells.push_back({"grpc_code", coded_outcome(static_cast<Code>(code)), status, code, ""});
  }
  return cells;
}

void PrintTo(const OutcomeCell& cell, std::ostream* out) { *out << cell.name; }

class HttpOutcome : public ::testing::TestWithParam<OutcomeCell> {};

TEST_P(HttpOutcome, InBothKinds) {
  const OutcomeCell& cell = GetParam();
  ReceiverFixture receiver;
  receiver.pipeline.outcome = cell.outcome;
  const auto protobuf = receiver.send({.body = request_of(Signal::traces)});
  expect_status(protobuf, cell.http_status, cell.code, protobuf_type);
  EXPECT_EQ(protobuf.field("retry-after"), cell.retry_after);
  if (!cell.outcome.details.empty()) {
    EXPECT_EQ(protobuf.body.view(), cell.outcome.details) << "details are kept";
  }
  const auto json = receiver.send({.body = span_json, .content_type = std::string(json_type)});
  expect_status(json, cell.http_status, cell.code, json_type);
  EXPECT_EQ(json.field("retry-after"), cell.retry_after);
  EXPECT_EQ(receiver.metric("otelcol_receiver_accepted_spans"), 0);
  EXPECT_EQ(receiver.metric("otelcol_receiver_refused_spans"), 2);
}

INSTANTIATE_TEST_SUITE_P(Cells, HttpOutcome, ::testing::ValuesIn(outcome_cells()),
                         [](const auto& cell) {
                           return std::string(cell.param.name) + "_" +
                                  std::to_string(cell.param.code) + "_is_" +
                                  std::to_string(cell.param.http_status);
                         });

TEST_F(HttpMatrix, RetryInfoInJsonIsSpelledOut) {
  receiver_.pipeline.outcome = coded_outcome(grpc::Code::unavailable, std::chrono::seconds(13));
  EXPECT_EQ(send_json(span_json).body.view(),
            R"({"code":14,"message":"told so","details":[)"
            R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"13s"}]})");
  receiver_.pipeline.outcome =
      coded_outcome(grpc::Code::unavailable, std::chrono::milliseconds(1050));
  EXPECT_NE(send_json(span_json).body.view().find(R"("retryDelay":"1.050s")"),
            std::string_view::npos);
}

TEST_F(HttpMatrix, AMessageWithQuotesIsValidJson) {
  receiver_.pipeline.outcome = pipeline::Outcome::permanent("a \"b\"\n\xff\\");
  EXPECT_EQ(send_json(span_json).body.view(),
            "{\"code\":13,\"message\":\"a \\\"b\\\"\\n\xef\xbf\xbd\\\\\"}");
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
