#include "transport/tls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>

#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using Role = TlsContext::Role;
using Kind = IoStatus::Kind;

class Tls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { certificates_ = new testing::Certificates; }  // NOLINT
  static void TearDownTestSuite() {
    delete certificates_;  // NOLINT
    certificates_ = nullptr;
  }
  void SetUp() override {
    if (!certificates_->is_complete) GTEST_SKIP() << "the openssl program is not installed";
  }

  static std::string file(const std::string& name) { return certificates_->file(name); }
  static TlsSettings identity(const std::string& name) {
    TlsSettings settings;
    settings.cert_file = file(name + ".crt");
    settings.key_file = file(name + ".key");
    return settings;
  }
  static TlsSettings trusting(const std::string& authority) {
    TlsSettings settings;
    settings.ca_file = file(authority + ".crt");
    return settings;
  }
  static std::shared_ptr<const TlsContext> make(Role role, const TlsSettings& settings,
                                                const std::vector<std::string>& protocols = {
                                                    "h2", "http/1.1"}) {
    auto context = TlsContext::create(role, settings, protocols);
    EXPECT_TRUE(context.has_value()) << (context ? "" : context.error().message);
    return context ? *context : nullptr;
  }
  static std::string failure_of(Role role, const TlsSettings& settings) {
    auto context = TlsContext::create(role, settings, {"h2"});
    return context ? std::string() : context.error().message;
  }

  static testing::Certificates* certificates_;
};
testing::Certificates* Tls::certificates_ = nullptr;

/// Both ends of a connection.
struct Pair {
  Pair(const TlsContext& server_context, const TlsContext& client_context,
       const std::string& host = "localhost") {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    server = server_context.wrap(runtime::Descriptor(ends[0]), {});
    client = client_context.wrap(runtime::Descriptor(ends[1]), host);
  }

  /// Shakes hands until both are through or one has failed; true if both are through.
  bool shake() {
    Kind client_kind = Kind::blocked;
    Kind server_kind = Kind::blocked;
    for (int i = 0; i < 20; ++i) {
      if (client_kind == Kind::blocked) client_kind = client->handshake().kind;
      if (server_kind == Kind::blocked) server_kind = server->handshake().kind;
    }
    // With TLS 1.3 a client is through before the server has looked at its certificate.
    char byte = 0;
    if (client_kind == Kind::done && client->read(&byte, 1).kind == Kind::failed) return false;
    return client_kind == Kind::done && server_kind == Kind::done;
  }

  std::unique_ptr<Stream> server;
  std::unique_ptr<Stream> client;
};

TEST_F(Tls, CarriesBytesBothWays) {
  Pair pair(*make(Role::server, identity("server")), *make(Role::client, trusting("ca")));
  ASSERT_TRUE(pair.shake()) << pair.client->failure() << pair.server->failure();
  EXPECT_TRUE(pair.client->is_secure());
  EXPECT_EQ(pair.client->protocol(), "h2");
  EXPECT_EQ(pair.server->protocol(), "h2");

  const base::Rope body = testing::make_body(3'000'000, 9'999);
  std::string received;
  std::string expected(body.flatten().view());
  std::vector<iovec> pieces;
  for (const base::Slice& slice : body.slices()) {
    pieces.push_back({const_cast<char*>(slice.data()), slice.size()});
  }
  size_t first = 0;
  bool was_cut = false;
  while (received.size() < expected.size()) {
    if (first < pieces.size()) {
      const IoStatus status = pair.client->write(std::span(pieces).subspan(first));
      ASSERT_NE(status.kind, Kind::failed) << pair.client->failure();
      for (size_t left = status.bytes; left > 0;) {
        const size_t step = std::min(left, pieces[first].iov_len);
        pieces[first].iov_base = static_cast<char*>(pieces[first].iov_base) + step;
        pieces[first].iov_len -= step;
        left -= step;
        if (pieces[first].iov_len == 0) ++first;
      }
      was_cut = was_cut || first < pieces.size();
    }
    char bytes[5000];
    for (IoStatus status = pair.server->read(bytes, sizeof bytes); status.kind == Kind::done;
         status = pair.server->read(bytes, sizeof bytes)) {
      received.append(bytes, status.bytes);
    }
    EXPECT_FALSE(pair.server->has_pending());
  }
  EXPECT_TRUE(received == expected);
  EXPECT_TRUE(was_cut);  // else this test has not tried what happens at a full socket

  const iovec answer{const_cast<char*>("ok"), 2};
  EXPECT_EQ(pair.server->write({&answer, 1}).bytes, 2U);
  pair.server->shut_down();
  char bytes[1];
  EXPECT_EQ(pair.client->read(bytes, 1).bytes, 1U);
  EXPECT_TRUE(pair.client->has_pending());
  EXPECT_EQ(pair.client->read(bytes, 1).bytes, 1U);
  EXPECT_EQ(pair.client->read(bytes, 1).kind, Kind::closed);
}

TEST_F(Tls, TellsACutConnectionFromAnEnd) {
  Pair pair(*make(Role::server, identity("server")), *make(Role::client, trusting("ca")));
  ASSERT_TRUE(pair.shake());
  pair.server.reset();
  char byte = 0;
  EXPECT_EQ(pair.client->read(&byte, 1).kind, Kind::failed);
  EXPECT_FALSE(pair.client->failure().empty());
}

TEST_F(Tls, SurvivesAWriteToAPeerThatHasGone) {
  Pair pair(*make(Role::server, identity("server")), *make(Role::client, trusting("ca")));
  ASSERT_TRUE(pair.shake());
  pair.server.reset();
  const iovec piece{const_cast<char*>("x"), 1};
  EXPECT_EQ(pair.client->write({&piece, 1}).kind, Kind::failed);  // and no SIGPIPE
}

TEST_F(Tls, ChecksTheAuthority) {
  Pair pair(*make(Role::server, identity("server")), *make(Role::client, trusting("other_ca")));
  EXPECT_FALSE(pair.shake());
  EXPECT_NE(pair.client->failure().find("certificate verify failed"), std::string::npos)
      << pair.client->failure();
}

TEST_F(Tls, ChecksTheHost) {
  const auto client = make(Role::client, trusting("ca"));
  for (const std::string good : {"localhost", "127.0.0.1"}) {
    Pair pair(*make(Role::server, identity("server")), *client, good);
    EXPECT_TRUE(pair.shake()) << good << pair.client->failure();
  }
  for (const std::string bad : {"example.com", "127.0.0.2", "::1", "[::1]", "server"}) {
    Pair pair(*make(Role::server, identity("server")), *client, bad);
    EXPECT_FALSE(pair.shake()) << bad;
    EXPECT_NE(pair.client->failure().find("mismatch"), std::string::npos) << pair.client->failure();
  }
}

TEST_F(Tls, TakesAnotherNameIfTold) {
  TlsSettings settings = trusting("ca");
  settings.server_name_override = "elsewhere.example";
  Pair pair(*make(Role::server, identity("stranger")), *make(Role::client, settings));
  EXPECT_TRUE(pair.shake()) << pair.client->failure();
}

TEST_F(Tls, SkipsVerificationOnlyIfTold) {
  TlsSettings settings = trusting("other_ca");
  settings.insecure_skip_verify = true;
  Pair pair(*make(Role::server, identity("stranger")), *make(Role::client, settings));
  EXPECT_TRUE(pair.shake()) << pair.client->failure();
}

TEST_F(Tls, DemandsClientCertificatesIfTold) {
  TlsSettings server = identity("server");
  server.client_ca_file = file("ca.crt");
  const auto server_context = make(Role::server, server);

  TlsSettings known = identity("client");
  known.ca_file = file("ca.crt");
  Pair good(*server_context, *make(Role::client, known));
  EXPECT_TRUE(good.shake()) << good.client->failure() << good.server->failure();

  Pair anonymous(*server_context, *make(Role::client, trusting("ca")));
  EXPECT_FALSE(anonymous.shake());

  TlsSettings foreign;
  foreign.cert_file = file("other_ca.crt");
  foreign.key_file = file("other_ca.key");
  foreign.ca_file = file("ca.crt");
  Pair stranger(*server_context, *make(Role::client, foreign));
  EXPECT_FALSE(stranger.shake());
}

TEST_F(Tls, KeepsToItsVersions) {
  TlsSettings modern = identity("server");
  modern.min_version = "1.3";
  TlsSettings old = trusting("ca");
  old.max_version = "1.2";
  Pair refused(*make(Role::server, modern), *make(Role::client, old));
  EXPECT_FALSE(refused.shake());

  TlsSettings server = identity("server");
  server.max_version = "1.2";
  Pair agreed(*make(Role::server, server), *make(Role::client, old));
  EXPECT_TRUE(agreed.shake()) << agreed.client->failure();

  TlsSettings ancient_server = identity("server");
  ancient_server.min_version = "1.0";
  TlsSettings ancient = trusting("ca");
  ancient.min_version = "1.0";
  ancient.max_version = "1.1";
  Pair old_agreed(*make(Role::server, ancient_server), *make(Role::client, ancient));
  EXPECT_TRUE(old_agreed.shake()) << old_agreed.client->failure();
  Pair old_refused(*make(Role::server, identity("server")), *make(Role::client, ancient));
  EXPECT_FALSE(old_refused.shake());
}

TEST_F(Tls, AgreesOnAProtocolOrNot) {
  const auto http1_only = make(Role::server, identity("server"), {"http/1.1"});
  Pair agreed(*http1_only, *make(Role::client, trusting("ca")));
  ASSERT_TRUE(agreed.shake());
  EXPECT_EQ(agreed.client->protocol(), "http/1.1");
  Pair refused(*http1_only, *make(Role::client, trusting("ca"), {"h2"}));
  EXPECT_FALSE(refused.shake());
  Pair silent(*http1_only, *make(Role::client, trusting("ca"), {}));
  ASSERT_TRUE(silent.shake());
  EXPECT_EQ(silent.client->protocol(), "");
}

TEST_F(Tls, TakesSuitesAndCurvesByTheirPublicNames) {
  TlsSettings server = identity("server");
  server.max_version = "1.2";
  server.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"};
  server.curve_preferences = {"X25519", "P256", "P384", "P521"};
  TlsSettings client = trusting("ca");
  client.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                          "TLS_AES_128_GCM_SHA256"};
  client.curve_preferences = {"P384", "P256"};  // P256 is what the certificate stands on
  Pair pair(*make(Role::server, server), *make(Role::client, client));
  EXPECT_TRUE(pair.shake()) << pair.client->failure();

  TlsSettings other = trusting("ca");
  other.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  Pair nothing_in_common(*make(Role::server, server), *make(Role::client, other));
  EXPECT_FALSE(nothing_in_common.shake());
}

TEST_F(Tls, ReadsPemFromTheSettings) {
  const auto text_of = [&](const std::string& name) {
    std::ifstream stream(file(name));
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  TlsSettings server;
  server.cert_pem = text_of("server.crt") + text_of("ca.crt");  // with its chain
  server.key_pem = text_of("server.key");
  TlsSettings client;
  client.ca_pem = text_of("ca.crt");
  Pair pair(*make(Role::server, server), *make(Role::client, client));
  EXPECT_TRUE(pair.shake()) << pair.client->failure();
}

TEST_F(Tls, SaysWhatIsWrongWithTheSettings) {
  const auto expect = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << '"' << message << "\" lacks " << part;
  };
  std::ofstream(file("garbage.pem")) << "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                        "-----END CERTIFICATE-----\n";
  std::ofstream(file("empty.pem"));
  TlsSettings settings;
  expect(failure_of(Role::server, settings), "needs a certificate");
  settings.ca_file = file("missing.pem");
  expect(failure_of(Role::client, settings), "missing.pem");
  settings.ca_file = file("garbage.pem");
  expect(failure_of(Role::client, settings), "garbage.pem");
  settings.ca_file = file("empty.pem");
  expect(failure_of(Role::client, settings), "empty.pem");
  settings.ca_file = file("ca.crt");
  settings.ca_pem = "x";
  expect(failure_of(Role::client, settings), "both set");
  TlsSettings no_key = identity("server");
  no_key.key_file.clear();
  expect(failure_of(Role::server, no_key), "together");
  TlsSettings wrong_key = identity("server");
  wrong_key.key_file = file("client.key");
  expect(failure_of(Role::server, wrong_key), "client.key");
  TlsSettings no_pem_key = identity("server");
  no_pem_key.key_file = file("server.crt");
  expect(failure_of(Role::server, no_pem_key), "server.crt");
  TlsSettings versions;
  versions.min_version = "1.4";
  expect(failure_of(Role::client, versions), "1.4");
  versions.min_version = "1.3";
  versions.max_version = "1.2";
  expect(failure_of(Role::client, versions), "above");
  TlsSettings suites;
  suites.cipher_suites = {"TLS_MADE_UP"};
  expect(failure_of(Role::client, suites), "TLS_MADE_UP");
  TlsSettings curves;
  curves.curve_preferences = {"P999"};
  expect(failure_of(Role::client, curves), "P999");
  TlsSettings authority = identity("server");
  authority.client_ca_file = file("missing.pem");
  expect(failure_of(Role::server, authority), "missing.pem");
}

}  // namespace
}  // namespace telemill::transport
