// The client against servers that others have written.
#include <gtest/gtest.h>

#include <fstream>

#include "transport/client.h"
#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using testing::ChildProcess;
using testing::Loop;
using testing::make_body;
using testing::make_request;
using testing::Outcome;

class ClientPeers : public ::testing::Test {
 protected:
  ClientSettings settings_for(uint16_t port, ClientProtocol protocol,
                              std::shared_ptr<const TlsContext> tls = nullptr) {
    ClientSettings settings;
    settings.endpoint = {runtime::Endpoint::Family::tcp4, "127.0.0.1", port};
    settings.protocol = protocol;
    settings.tls = std::move(tls);
    settings.response_bytes_max = 32 * 1024 * 1024;
    return settings;
  }
  std::unique_ptr<Client> connect(const ClientSettings& settings) {
    return Client::create(*loop_.lane, loop_.worker, settings);
  }
  bool run_until_done(const Outcome& outcome) {
    return loop_.run_until([&] { return outcome.is_done(); });
  }
  static ClientRequest get(const std::string& path) {
    ClientRequest request;
    request.method = "GET";
    request.path = path;
    return request;
  }
  static std::shared_ptr<const TlsContext> trust(const testing::Certificates& certificates,
                                                 const std::vector<std::string>& protocols) {
    TlsSettings settings;
    settings.ca_file = certificates.file("ca.crt");
    return TlsContext::create(TlsContext::Role::client, settings, protocols).value();
  }

  Loop loop_;
};

TEST_F(ClientPeers, NghttpdEchoesManyLargeBodies) {
  const std::string nghttpd = testing::find_program("nghttpd");
  if (nghttpd.empty()) GTEST_SKIP() << "nghttpd (package nghttp2-server) is not installed";
  const uint16_t port = testing::free_port();
  const ChildProcess server(
      {nghttpd, "--no-tls", "--echo-upload", "-a", "127.0.0.1", std::to_string(port)});
  ASSERT_TRUE(testing::wait_for_port(port));
  const auto client = connect(settings_for(port, ClientProtocol::http2));
  std::vector<Outcome> outcomes(20);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    client->send(make_request("/", make_body(1 + 70'000 * i)), outcomes[i].callback());
  }
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(run_until_done(outcomes[i]));
    ASSERT_TRUE(outcomes[i].is_good()) << outcomes[i].failure().message;
    EXPECT_EQ(outcomes[i].response().status, 200);
    EXPECT_TRUE(outcomes[i].response().body.view() == make_body(1 + 70'000 * i).flatten().view());
  }
}

TEST_F(ClientPeers, NghttpdEchoesOverTls) {
  const std::string nghttpd = testing::find_program("nghttpd");
  if (nghttpd.empty()) GTEST_SKIP() << "nghttpd (package nghttp2-server) is not installed";
  const testing::Certificates certificates;
  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is not installed";
  const uint16_t port = testing::free_port();
  const ChildProcess server({nghttpd, "--echo-upload", "-a", "127.0.0.1", std::to_string(port),
                             certificates.file("server.key"), certificates.file("server.crt")});
  ASSERT_TRUE(testing::wait_for_port(port));
  for (const ClientProtocol protocol : {ClientProtocol::http2, ClientProtocol::by_agreement}) {
    const auto client =
        connect(settings_for(port, protocol, trust(certificates, {"h2", "http/1.1"})));
    Outcome outcome;
    client->send(make_request("/", make_body(2'000'000)), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    ASSERT_TRUE(outcome.is_good()) << outcome.failure().message;
    EXPECT_TRUE(outcome.response().body.view() == make_body(2'000'000).flatten().view());
  }
}

TEST_F(ClientPeers, PythonServesFilesOverHttp1) {
  const std::string python = testing::find_program("python3");
  if (python.empty()) GTEST_SKIP() << "python3 is not installed";
  const testing::TemporaryFolder folder;
  const std::string content(make_body(3'000'000).flatten().view());
  std::ofstream(folder.file("large.bin"), std::ios::binary) << content;
  const uint16_t port = testing::free_port();
  const ChildProcess server({python, "-m", "http.server", std::to_string(port), "--bind",
                             "127.0.0.1", "--directory", folder.file("")});
  ASSERT_TRUE(testing::wait_for_port(port));
  for (const ClientProtocol protocol : {ClientProtocol::http1, ClientProtocol::by_agreement}) {
    const auto client = connect(settings_for(port, protocol));
    Outcome found;
    client->send(get("/large.bin"), found.callback());
    ASSERT_TRUE(run_until_done(found));
    ASSERT_TRUE(found.is_good()) << found.failure().message;
    EXPECT_EQ(found.response().status, 200);
    EXPECT_TRUE(found.response().body.view() == content);
    Outcome missing;
    client->send(get("/missing"), missing.callback());
    ASSERT_TRUE(run_until_done(missing));
    ASSERT_TRUE(missing.is_good()) << missing.failure().message;
    EXPECT_EQ(missing.response().status, 404);
    Outcome unsupported;  // the server does not know POST and leaves the body unread
    client->send(make_request("/", make_body(50'000)), unsupported.callback());
    ASSERT_TRUE(run_until_done(unsupported));
    ASSERT_TRUE(unsupported.is_good()) << unsupported.failure().message;
    EXPECT_EQ(unsupported.response().status, 501);
  }
}

class OpensslServer : public ClientPeers, public ::testing::WithParamInterface<const char*> {};

TEST_P(OpensslServer, AnswersOverTls) {
  const testing::Certificates certificates;
  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is not installed";
  const uint16_t port = testing::free_port();
  const ChildProcess server({testing::find_program("openssl"), "s_server", "-quiet", "-www",
                             GetParam(), "-alpn", "http/1.1", "-accept", std::to_string(port),
                             "-cert", certificates.file("server.crt"), "-key",
                             certificates.file("server.key")});
  ASSERT_TRUE(testing::wait_for_port(port));
  const auto client = connect(
      settings_for(port, ClientProtocol::by_agreement, trust(certificates, {"h2", "http/1.1"})));
  Outcome outcome;
  client->send(get("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_TRUE(outcome.is_good()) << outcome.failure().message;
  EXPECT_NE(outcome.response().body.view().find("Ciphers"), std::string_view::npos);

  // gRPC's rule: HTTP/2 over TLS needs the server's word for it.
  const auto http2 =
      connect(settings_for(port, ClientProtocol::http2, trust(certificates, {"h2", "http/1.1"})));
  Outcome refused;
  http2->send(get("/"), refused.callback());
  ASSERT_TRUE(run_until_done(refused));
  ASSERT_FALSE(refused.result->has_value());
  EXPECT_EQ(refused.failure().code, ErrorCode::unsupported);
}

INSTANTIATE_TEST_SUITE_P(Versions, OpensslServer, ::testing::Values("-tls1_2", "-tls1_3"),
                         [](const auto& param) { return std::string(param.param + 1); });

TEST_F(ClientPeers, ReportsWhyTlsFails) {
  const testing::Certificates certificates;
  if (!certificates.is_complete) GTEST_SKIP() << "the openssl program is not installed";
  const uint16_t port = testing::free_port();
  const ChildProcess server({testing::find_program("openssl"), "s_server", "-quiet", "-www",
                             "-accept", std::to_string(port), "-cert",
                             certificates.file("stranger.crt"), "-key",
                             certificates.file("stranger.key")});
  ASSERT_TRUE(testing::wait_for_port(port));
  const auto client =
      connect(settings_for(port, ClientProtocol::by_agreement, trust(certificates, {"http/1.1"})));
  Outcome outcome;
  client->send(get("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_FALSE(outcome.result->has_value());
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_NE(outcome.failure().message.find("mismatch"), std::string::npos)
      << outcome.failure().message;
}

}  // namespace
}  // namespace telemill::transport
