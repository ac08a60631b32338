// Who may send: `auth` of both protocols, with the real extensions, over real sockets.
#include <gtest/gtest.h>

#include <fstream>

#include "base/limits.h"
#include "components/receivers/otlp/receiver_fixture.h"
#include "transport/client_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using pipeline::ContextEntry;
using testing::four_signals;
using testing::framed;
using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;
using transport::ClientResponse;

constexpr const char* bearer = "bearertokenauth: {token: opensesame}\n";
/// The password "open sesame" of `quick` in a form that is fast to check, of `slow` by bcrypt.
constexpr const char* basic =
    "basicauth: {htpasswd: {inline: \"quick:{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=\\n"
    "slow:$2y$05$CCCCCCCCCCCCCCCCCCCCC.vTdnMkpWk2uFGdD13bbQkt9V3Bbgxl.\"}}\n";

std::string protocols_with(const std::string& type, const std::string& more = {}) {
  const std::string auth = "auth: {authenticator: " + type + more + "}";
  return "grpc: {endpoint: '127.0.0.1:0', " + auth + "}\nhttp: {endpoint: '127.0.0.1:0', " + auth +
         "}\n";
}

class Authentication : public ::testing::Test {
 protected:
  Authentication() = default;
  void start(const std::string& extensions, const std::string& type, const std::string& more = {}) {
    receiver_.emplace(protocols_with(type, more), four_signals, size_t{64} << 20, extensions);
  }
  ClientResponse send(std::vector<transport::Header> headers, std::string path = "/v1/traces",
                      std::string type = "application/x-protobuf") {
    return receiver_->send({.path = std::move(path),
                            .body = request_of(Signal::traces),
                            .content_type = std::move(type),
                            .headers = std::move(headers)});
  }
  grpc::Code call(std::vector<transport::Header> headers) {
    return receiver_
        ->call({.frame = framed(request_of(Signal::traces)), .headers = std::move(headers)})
        .status.code;
  }
  [[nodiscard]] const pipeline::RequestContext& context() const {
    return *receiver_->pipeline.seen.back().context;
  }
  std::optional<ReceiverFixture> receiver_;
};

TEST_F(Authentication, BearerTokenOpensBothProtocols) {
  start(bearer, "bearertokenauth");
  EXPECT_EQ(send({{"authorization", "Bearer opensesame"}}).status, 200);
  EXPECT_EQ(call({{"authorization", "Bearer opensesame"}}), grpc::Code::ok);
  EXPECT_EQ(receiver_->pipeline.seen.size(), 2U);
  EXPECT_EQ(context().client_address, "127.0.0.1");
}

TEST_F(Authentication, RefusedHttpClientsHear401InTheirKind) {
  start(bearer, "bearertokenauth");
  const auto refused = send({});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.field("www-authenticate"), "Bearer");
  EXPECT_EQ(refused.field("content-type"), "application/x-protobuf");
  EXPECT_TRUE(refused.body.view().starts_with("\x08\x10")) << "code 16";
  const auto json = send({{"authorization", "Bearer x"}}, "/v1/traces", "application/json");
  EXPECT_EQ(json.status, 401);
  EXPECT_TRUE(json.body.view().starts_with("{\"code\":16,")) << json.body.view();
  EXPECT_EQ(send({{"authorization", "Basic opensesame"}}).status, 401);
  EXPECT_EQ(send({{"authorization", "bearer opensesame"}}).status, 401);
  EXPECT_EQ(send({{"authorization", "Bearer opensesame "}}).status, 200) << "HTTP trims values";
  EXPECT_EQ(send({{"authorization", "Bearer opensesameX"}}).status, 401);
  EXPECT_EQ(send({{"authorization", ""}}).status, 401);
  EXPECT_EQ(send({}, "/nowhere").status, 401) << "strangers do not learn which paths there are";
  EXPECT_EQ(receiver_->pipeline.seen.size(), 1U);
}

TEST_F(Authentication, RefusedGrpcClientsHear16) {
  start(bearer, "bearertokenauth");
  EXPECT_EQ(call({}), grpc::Code::unauthenticated);
  EXPECT_EQ(call({{"authorization", "Bearer wrong"}}), grpc::Code::unauthenticated);
  EXPECT_TRUE(receiver_->pipeline.seen.empty());
}

TEST_F(Authentication, StrangersBodiesAreNotRead) {
  start(bearer, "bearertokenauth");
  const std::string answer =
      receiver_->raw(receiver_->http_endpoint(),
                     "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
                     "content-length: 1000000\r\n\r\n",
                     true);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
}

TEST_F(Authentication, RequestParamsWinOverHeaders) {
  start("bearertokenauth: {token: opensesame, header: X-Key, scheme: ''}\n", "bearertokenauth",
        ", request_params: [x-key]");
  EXPECT_EQ(send({}, "/v1/traces?x-key=opensesame").status, 200);
  EXPECT_EQ(send({}, "/v1/traces?a=b&x-key=open%73esame").status, 200);
  EXPECT_EQ(send({{"x-key", "opensesame"}}, "/v1/traces?x-key=wrong").status, 401);
  EXPECT_EQ(send({{"x-key", "opensesame"}}, "/v1/traces").status, 200);
  EXPECT_EQ(send({}, "/v1/traces?other=opensesame").status, 401);
}

TEST_F(Authentication, BasicNamesGoWithTheData) {
  start(basic, "basicauth");
  // quick:open sesame, slow:open sesame
  EXPECT_EQ(send({{"authorization", "Basic cXVpY2s6b3BlbiBzZXNhbWU="}}).status, 200);
  EXPECT_EQ(context().auth, (std::vector<ContextEntry>{{"username", "quick"},
                                                       {"raw", "cXVpY2s6b3BlbiBzZXNhbWU="}}));
  for (int i = 0; i < 2; ++i) {  // computed elsewhere, then remembered
    EXPECT_EQ(send({{"authorization", "basic c2xvdzpvcGVuIHNlc2FtZQ=="}}).status, 200);
    EXPECT_EQ(context().auth.at(0), (ContextEntry{"username", "slow"}));
    EXPECT_EQ(call({{"authorization", "Basic c2xvdzpvcGVuIHNlc2FtZQ"}}), grpc::Code::ok);
  }
  const auto refused = send({{"authorization", "Basic c2xvdzp3cm9uZw=="}});  // slow:wrong
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.field("www-authenticate"), "Basic realm=\"telemill\"");
  EXPECT_EQ(call({{"authorization", "Basic c2xvdzp3cm9uZw=="}}), grpc::Code::unauthenticated);
}

TEST_F(Authentication, BrokenBasicHeadersAre401) {
  start(basic, "basicauth");
  for (const std::string value : {"Basic", "Basic ", "Basic !!!!", "Basic cXVpY2s=",
                                  "Bearer cXVpY2s6eA==", "Basic cXVpY2s6b3BlbiBzZXNhbWU= x"}) {
    EXPECT_EQ(send({{"authorization", value}}).status, 401) << value;
  }
  EXPECT_TRUE(receiver_->pipeline.seen.empty());
}

TEST_F(Authentication, AMegabyteOfHeadersIs431) {
  start(bearer, "bearertokenauth");
  std::string head = "POST /v1/traces HTTP/1.1\r\nhost: a\r\n";
  while (head.size() < 1'000'000) head += "x-filler: 0123456789abcdef\r\n";
  const std::string answer = receiver_->raw(receiver_->http_endpoint(), head + "\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431")) << answer.substr(0, 100);
}

TEST(Metadata, HeadersGoWithTheDataWhenAskedFor) {
  ReceiverFixture receiver(
      "grpc: {endpoint: '127.0.0.1:0', include_metadata: true}\n"
      "http: {endpoint: '127.0.0.1:0', include_metadata: true}\n");
  const std::vector<transport::Header> headers = {{"X-Tenant", "a"}, {"x-tenant", "b"}};
  receiver.send({.body = request_of(Signal::traces), .headers = headers});
  receiver.call({.frame = framed(request_of(Signal::traces)),
                 .headers = {{"x-tenant", "a"}, {"x-tenant", "b"}}});
  ASSERT_EQ(receiver.pipeline.seen.size(), 2U);
  for (const auto& seen : receiver.pipeline.seen) {
    const auto& context = *seen.context;
    EXPECT_EQ(pipeline::values_of(context.metadata, "x-tenant"),
              (std::vector<std::string_view>{"a", "b"}));
    EXPECT_EQ(pipeline::values_of(context.metadata, "host"),
              (std::vector<std::string_view>{"receiver.test"}));
    EXPECT_EQ(context.client_address, "127.0.0.1");
  }
}

TEST(Metadata, IsBoundedByWhatTheTransportTakes) {
  ReceiverFixture receiver("http: {endpoint: '127.0.0.1:0', include_metadata: true}\n");
  std::vector<transport::Header> headers(limits::header_count_max, {"a", "b"});
  EXPECT_EQ(receiver.send({.body = request_of(Signal::traces), .headers = headers}).status, 431);
  headers.resize(90);
  EXPECT_EQ(receiver.send({.body = request_of(Signal::traces), .headers = headers}).status, 200);
  ASSERT_EQ(receiver.pipeline.seen.size(), 1U);
  EXPECT_LE(receiver.pipeline.seen[0].context->metadata.size(), limits::header_count_max + 1);
}

TEST(Metadata, WithoutItClientsShareTheContextOfTheirAddress) {
  ReceiverFixture receiver;
  receiver.send({.body = request_of(Signal::traces), .headers = {{"x-tenant", "a"}}});
  receiver.send({.body = request_of(Signal::traces)});
  ASSERT_EQ(receiver.pipeline.seen.size(), 2U);
  EXPECT_EQ(receiver.pipeline.seen[0].context, receiver.pipeline.seen[1].context);
  EXPECT_EQ(receiver.pipeline.seen[0].context->client_address, "127.0.0.1");
  EXPECT_TRUE(receiver.pipeline.seen[0].context->metadata.empty());
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
