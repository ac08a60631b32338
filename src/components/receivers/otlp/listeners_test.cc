// Where the receiver listens and what is spoken there: HTTP/1.1, plaintext HTTP/2, TLS, unix
// sockets; and what it says when it cannot.
#include <gtest/gtest.h>

#include "components/receivers/otlp/receiver_fixture.h"
#include "transport/client_fixture.h"

namespace telemill::components::receivers::otlp {
namespace {

namespace grpc = transport::grpc;
using testing::framed;
using testing::ReceiverFixture;
using testing::request_of;
using testing::Signal;
using transport::ClientProtocol;
using transport::ClientSettings;

void expect_http(ReceiverFixture& receiver, const ClientSettings& settings) {
  const auto good = receiver.send({.body = request_of(Signal::traces)}, settings);
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body.view(), (std::string_view{"\x0a\x00", 2}));
  EXPECT_EQ(receiver.send({.body = "\xff"}, settings).status, 400);
  EXPECT_EQ(receiver.send({.path = "/nowhere"}, settings).status, 404);
  EXPECT_EQ(receiver.send({.method = "GET"}, settings).status, 405);
  EXPECT_EQ(receiver.send({.content_type = "a/b"}, settings).status, 415);
  EXPECT_EQ(receiver.pipeline.seen.size(), 1U);
}

void expect_grpc(ReceiverFixture& receiver, const ClientSettings& settings) {
  const auto reply =
      grpc::read_reply(receiver.call_raw({.frame = framed(request_of(Signal::traces))}, settings));
  EXPECT_EQ(reply.status.code, grpc::Code::ok) << reply.status.message;
  const auto bad = grpc::read_reply(receiver.call_raw({.frame = framed("\xff")}, settings));
  EXPECT_EQ(bad.status.code, grpc::Code::internal);
}

TEST(Listeners, HttpPortSpeaksHttp1) {
  ReceiverFixture receiver;
  expect_http(receiver, receiver.http_settings());
}

TEST(Listeners, HttpPortSpeaksPlaintextHttp2) {
  ReceiverFixture receiver;
  ClientSettings settings = receiver.http_settings();
  settings.protocol = ClientProtocol::http2;
  expect_http(receiver, settings);
}

TEST(Listeners, PlaintextHttp2AnswersPipelineErrorsWithRetryAfter) {
  ReceiverFixture receiver;
  receiver.pipeline.outcome = {
      .cls = pipeline::OutcomeClass::retryable,
      .grpc_code = 14,
      .details = grpc::encode_status(grpc::Code::unavailable, "x", std::chrono::seconds(4))};
  ClientSettings settings = receiver.http_settings();
  settings.protocol = ClientProtocol::http2;
  const auto response = receiver.send({.body = request_of(Signal::traces)}, settings);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.field("retry-after"), "4");
}

TEST(Listeners, GrpcPortTellsHttp1ClientsWhatItSpeaks) {
  ReceiverFixture receiver;
  const std::string answer =
      receiver.raw(receiver.grpc_endpoint(), "POST /v1/traces HTTP/1.1\r\nhost: a\r\n\r\n", false);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer;
  EXPECT_NE(answer.find("HTTP/2"), std::string::npos);
}

TEST(Listeners, GrpcOnTheHttpPortIsNoOtlpOverHttp) {
  ReceiverFixture receiver;
  ClientSettings settings = receiver.grpc_settings();
  settings.endpoint = receiver.http_endpoint();
  EXPECT_EQ(receiver.call_raw({.frame = framed("")}, settings).status, 404);
}

TEST(Listeners, UnixSockets) {
  const transport::testing::TemporaryFolder folder;
  ReceiverFixture receiver("grpc: {endpoint: '" + folder.file("g") +
                           "', transport: unix}\nhttp: {endpoint: '" + folder.file("h") +
                           "', transport: unix}\n");
  expect_http(receiver, receiver.http_settings());
  expect_grpc(receiver, receiver.grpc_settings());
}

TEST(Listeners, LocalhostListensOnEveryLoopbackAddressThereIs) {
  ReceiverFixture receiver("http: {endpoint: 'localhost:0'}\n");
  EXPECT_EQ(receiver.send({.body = request_of(Signal::traces)}).status, 200);
}

TEST(Listeners, OnlyWhatIsConfiguredIsOpened) {
  ReceiverFixture receiver("http: {endpoint: '127.0.0.1:0'}\n");
  EXPECT_EQ(receiver.grpc_endpoint().port, 0);
  EXPECT_NE(receiver.http_endpoint().port, 0);
}

class TlsListeners : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    certificates_ = std::make_unique<transport::testing::Certificates>();
  }
  static void TearDownTestSuite() { certificates_.reset(); }
  void SetUp() override {
    if (!certificates_->is_complete) GTEST_SKIP() << "the openssl program is not installed";
  }

  static std::string protocols(const std::string& more = {}) {
    const std::string tls = "tls: {cert_file: '" + certificates_->file("server.crt") +
                            "', key_file: '" + certificates_->file("server.key") + "'" + more + "}";
    return "grpc: {endpoint: '127.0.0.1:0', " + tls + "}\nhttp: {endpoint: '127.0.0.1:0', " + tls +
           "}\n";
  }
  static ClientSettings secure(ClientSettings settings, ClientProtocol protocol,
                               const std::string& identity = {}) {
    transport::TlsSettings tls{.ca_file = certificates_->file("ca.crt")};
    if (!identity.empty()) {
      tls.cert_file = certificates_->file(identity + ".crt");
      tls.key_file = certificates_->file(identity + ".key");
    }
    const std::vector<std::string> names = protocol == ClientProtocol::http1
                                               ? std::vector<std::string>{"http/1.1"}
                                               : std::vector<std::string>{"h2"};
    auto context = transport::TlsContext::create(transport::TlsContext::Role::client, tls, names);
    EXPECT_TRUE(context.has_value());
    settings.tls = *context;
    settings.protocol = protocol;
    return settings;
  }

  static std::unique_ptr<transport::testing::Certificates> certificates_;
};
std::unique_ptr<transport::testing::Certificates> TlsListeners::certificates_;

TEST_F(TlsListeners, HttpOverTlsInBothVersions) {
  for (const ClientProtocol protocol : {ClientProtocol::http1, ClientProtocol::http2}) {
    ReceiverFixture receiver(protocols());
    expect_http(receiver, secure(receiver.http_settings(), protocol));
  }
}

TEST_F(TlsListeners, GrpcOverTls) {
  ReceiverFixture receiver(protocols());
  expect_grpc(receiver, secure(receiver.grpc_settings(), ClientProtocol::http2));
}

TEST_F(TlsListeners, MutualTlsWantsAClientCertificate) {
  ReceiverFixture receiver(protocols(", client_ca_file: '" + certificates_->file("ca.crt") + "'"));
  expect_http(receiver, secure(receiver.http_settings(), ClientProtocol::http1, "client"));
  expect_grpc(receiver, secure(receiver.grpc_settings(), ClientProtocol::http2, "client"));
  EXPECT_TRUE(receiver.is_refused(secure(receiver.http_settings(), ClientProtocol::http1)));
}

TEST_F(TlsListeners, PlaintextOnATlsPortIsClosed) {
  ReceiverFixture receiver(protocols());
  const std::string answer =
      receiver.raw(receiver.http_endpoint(), "GET / HTTP/1.1\r\nhost: a\r\n\r\n", false);
  EXPECT_EQ(answer.find("HTTP/1.1 200"), std::string::npos);
}

}  // namespace
}  // namespace telemill::components::receivers::otlp
