#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "transport/client.h"
#include "transport/client_fixture.h"
#include "transport/server_fixture.h"

// Our client against our server, over each protocol with and without TLS.
namespace telemill::transport {
namespace {

struct Setup {
  const char* name;
  ClientProtocol protocol;
  bool has_tls;
  HttpVersion version;  // that the server sees
};

class ServerClient : public ::testing::TestWithParam<Setup> {
 protected:
  void SetUp() override {
    ServerSettings server;
    if (GetParam().has_tls) {
      if (!certificates_.is_complete) GTEST_SKIP() << "the openssl program is not installed";
      TlsSettings tls;
      tls.cert_file = certificates_.file("server.crt");
      tls.key_file = certificates_.file("server.key");
      server.tls = TlsContext::create(TlsContext::Role::server, tls, {"h2", "http/1.1"}).value();
    }
    fixture_ = std::make_unique<ServerFixture>(server);
    client_ = connect();
  }

  std::unique_ptr<Client> connect() {
    ClientSettings settings;
    settings.endpoint.host = "127.0.0.1";
    settings.endpoint.port = fixture_->address().port();
    settings.protocol = GetParam().protocol;
    if (GetParam().has_tls) {
      TlsSettings tls;
      tls.ca_file = certificates_.file("ca.crt");
      const bool is_http1 = GetParam().protocol == ClientProtocol::http1;
      const std::vector<std::string> protocols = is_http1
                                                     ? std::vector<std::string>{"http/1.1"}
                                                     : std::vector<std::string>{"h2", "http/1.1"};
      settings.tls = TlsContext::create(TlsContext::Role::client, tls, protocols).value();
    }
    return Client::create(fixture_->lane(), worker_, settings);
  }

  ClientRequest request(const std::string& path, const std::string& body) {
    ClientRequest asked;
    asked.path = path;
    asked.body.append(base::Slice::copy_of(body));
    return asked;
  }

  testing::Certificates certificates_;
  runtime::Worker worker_;
  std::unique_ptr<ServerFixture> fixture_;
  std::unique_ptr<Client> client_;
};

TEST_P(ServerClient, MovesBodiesOfManySizes) {
  size_t answered = 0;
  const std::vector<size_t> sizes{0, 1, 100, 16'383, 16'384, 65'536, 420'666, 3'000'000};
  for (const size_t size : sizes) {
    client_->send(request("/a", std::string(size, 'x')), [&answered, size](ClientResult result) {
      ASSERT_TRUE(result.has_value()) << result.error().message;
      EXPECT_EQ(result->status, 200);
      EXPECT_EQ(result->body.view(), "POST /a " + std::to_string(size) + "\n");
      ++answered;
    });
  }
  EXPECT_TRUE(fixture_->run_until([&] { return answered == sizes.size(); }));
  for (const auto& seen : fixture_->handler.seen) EXPECT_EQ(seen.version, GetParam().version);
  EXPECT_EQ(fixture_->budget().used_bytes(), 0U);
}

TEST_P(ServerClient, EndsTogether) {
  std::optional<bool> answered;
  client_->send(request("/held", "x"),
                [&answered](ClientResult result) { answered = result.has_value(); });
  EXPECT_TRUE(fixture_->run_until([&] { return !fixture_->handler.held.empty(); }));
  client_->close();
  EXPECT_TRUE(fixture_->run_until([&] { return answered.has_value(); }));
  EXPECT_FALSE(*answered);
  // An HTTP/1 client that ends its side in order may still be waiting: only an answer tells.
  if (GetParam().version == HttpVersion::http1_1) fixture_->handler.held[0].respond({});
  EXPECT_TRUE(fixture_->run_until([&] { return !fixture_->handler.held[0].is_open(); }));
  EXPECT_TRUE(fixture_->run_until([&] { return fixture_->server().connection_count() == 0; }));
}

TEST_P(ServerClient, LosesNothingWhenTheServerDrains) {
  std::optional<ClientResult> result;
  client_->send(request("/held", "x"),
                [&result](ClientResult answer) { result = std::move(answer); });
  EXPECT_TRUE(fixture_->run_until([&] { return !fixture_->handler.held.empty(); }));
  bool is_drained = false;
  fixture_->server().drain([&is_drained] { is_drained = true; });
  fixture_->run_until([turns = 0]() mutable { return ++turns > 20; });
  EXPECT_FALSE(is_drained);
  fixture_->handler.release_held();
  EXPECT_TRUE(fixture_->run_until([&] { return result.has_value(); }));
  ASSERT_TRUE(result->has_value()) << result->error().message;
  EXPECT_EQ(result->value().status, 200);
  EXPECT_TRUE(fixture_->run_until([&] { return is_drained; }));
}

INSTANTIATE_TEST_SUITE_P(
    Protocols, ServerClient,
    ::testing::Values(Setup{"Http1", ClientProtocol::http1, false, HttpVersion::http1_1},
                      Setup{"Http2", ClientProtocol::http2, false, HttpVersion::http2},
                      Setup{"Http1Tls", ClientProtocol::http1, true, HttpVersion::http1_1},
                      Setup{"Http2Tls", ClientProtocol::http2, true, HttpVersion::http2},
                      Setup{"ByAgreement", ClientProtocol::by_agreement, true, HttpVersion::http2}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

}  // namespace
}  // namespace telemill::transport
