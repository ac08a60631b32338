// The settings of the HTTP server that answers show: response_headers, cors, keepalive.
#include <gtest/gtest.h>

#include "components/receivers/otlp/receiver_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;

std::string http_with(const std::string& settings) {
  return "http: {endpoint: '127.0.0.1:0', " + settings + "}\n";
}

TEST(ResponseHeaders, AreOnEveryAnswer) {
  for (const std::string form :
       {"response_headers: {x-a: b, x-c: d}",
        "response_headers: [{name: x-a, value: b}, {name: x-c, value: d}]"}) {
    ReceiverFixture receiver(http_with(form));
    for (const auto& answer :
         {receiver.send({.body = request_of(Signal::traces)}), receiver.send({.body = "\xff"}),
          receiver.send({.path = "/nowhere"}), receiver.send({.method = "GET"})}) {
      EXPECT_EQ(answer.field("x-a"), "b") << answer.status;
      EXPECT_EQ(answer.field("x-c"), "d") << answer.status;
    }
  }
}

constexpr const char* cors =
    "cors: {allowed_origins: ['https://*.example.com', 'http://a.test'], allowed_headers: "
    "[X-Tenant], exposed_headers: [X-B, X-C], max_age: 600}";

testing::Post preflight(const std::string& origin, const std::string& method = "POST",
                        const std::string& headers = "content-type,x-tenant") {
  return {.content_type = {},
          .headers = {{"origin", origin},
                      {"access-control-request-method", method},
                      {"access-control-request-headers", headers}},
          .method = "OPTIONS"};
}

TEST(Cors, PreflightOfAnAllowedOrigin) {
  ReceiverFixture receiver(http_with(cors));
  const auto answer = receiver.send(preflight("https://shop.example.com"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.field("access-control-allow-origin"), "https://shop.example.com");
  EXPECT_EQ(answer.field("access-control-allow-credentials"), "true");
  EXPECT_EQ(answer.field("access-control-allow-methods"), "POST");
  EXPECT_EQ(answer.field("access-control-allow-headers"), "content-type,x-tenant");
  EXPECT_EQ(answer.field("access-control-max-age"), "600");
}

TEST(Cors, PreflightsThatAreNotAllowed) {
  ReceiverFixture receiver(http_with(cors));
  for (const auto& post :
       {preflight("https://example.com"), preflight("https://shop.example.com.evil.test"),
        preflight("http://a.test.evil"), preflight("null"), preflight("http://a.test", "DELETE"),
        preflight("http://a.test", "POST", "x-other")}) {
    const auto answer = receiver.send(post);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.field("access-control-allow-origin"), "") << post.headers[0].value;
  }
}

TEST(Cors, AnswersCarryTheOrigin) {
  ReceiverFixture receiver(http_with(cors));
  const auto allowed =
      receiver.send({.body = request_of(Signal::traces), .headers = {{"origin", "http://a.test"}}});
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.field("access-control-allow-origin"), "http://a.test");
  EXPECT_EQ(allowed.field("access-control-expose-headers"), "X-B, X-C");
  EXPECT_EQ(allowed.field("vary"), "Origin");
  const auto refused = receiver.send({.body = "\xff", .headers = {{"origin", "http://a.test"}}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.field("access-control-allow-origin"), "http://a.test");
  const auto stranger =
      receiver.send({.body = request_of(Signal::traces), .headers = {{"origin", "http://b.test"}}});
  EXPECT_EQ(stranger.status, 200);
  EXPECT_EQ(stranger.field("access-control-allow-origin"), "");
}

TEST(Cors, AStarAllowsEveryOrigin) {
  ReceiverFixture receiver(http_with("cors: {allowed_origins: ['*'], allowed_headers: ['*']}"));
  const auto answer = receiver.send(preflight("http://b.test", "POST", "x-whatever"));
  EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.field("access-control-allow-headers"), "x-whatever");
  EXPECT_EQ(answer.field("access-control-max-age"), "");
}

TEST(Cors, OffByDefault) {
  ReceiverFixture receiver;
  EXPECT_EQ(receiver.send(preflight("http://a.test")).status, 405);
}

TEST(Timeouts, AHeadThatDawdlesEndsTheConnection) {
  ReceiverFixture receiver(http_with("read_header_timeout: 50ms"));
  const std::string answer =
      receiver.raw(receiver.http_endpoint(), "POST /v1/traces HTTP/1.1\r\nhos", false);
  EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 408")) << answer;
}

TEST(Timeouts, IdleConnectionsEnd) {
  ReceiverFixture receiver(http_with("idle_timeout: 50ms"));
  const std::string answer =
      receiver.raw(receiver.http_endpoint(), "GET / HTTP/1.1\r\nhost: a\r\n\r\n", false);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404")) << answer;
}

TEST(KeepAlives, OffEndsTheConnectionAfterAnAnswer) {
  ReceiverFixture receiver(http_with("keep_alives_enabled: false"));
  const std::string answer =
      receiver.raw(receiver.http_endpoint(), "GET / HTTP/1.1\r\nhost: a\r\n\r\n", false);
  EXPECT_NE(answer.find("connection: close"), std::string::npos) << answer;
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
