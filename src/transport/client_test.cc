#include "transport/client.h"

#include <gtest/gtest.h>

#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using testing::ClientTest;
using testing::make_body;
using testing::make_request;
using testing::Outcome;
using testing::plain_answer;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::settings_for;
using testing::take_request;

TEST_F(ClientTest, FailsFastWhileDownAndComesBack) {
  const uint16_t port = testing::free_port();
  ClientSettings settings;
  settings.endpoint = {runtime::Endpoint::Family::tcp4, "127.0.0.1", port};
  settings.protocol = ClientProtocol::http1;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome refused;
  client->send(make_request("/"), refused.callback());
  ASSERT_TRUE(run_until_done(refused));
  EXPECT_EQ(refused.failure().code, ErrorCode::unavailable);
  EXPECT_NE(refused.failure().message.find("refused"), std::string::npos);
  Outcome fast;
  client->send(make_request("/"), fast.callback());
  EXPECT_FALSE(fast.is_done());  // never inside send
  loop_.lane->run_turn({});
  EXPECT_TRUE(fast.is_done());

  ScriptedServer server(
      *loop_.lane,
      [](ScriptedPeer& peer) {
        if (take_request(peer)) peer.send(plain_answer);
      },
      port);
  ASSERT_TRUE(loop_.run_until([&] { return !server.peers.empty(); }));  // after the back-off
  EXPECT_TRUE(loop_.run_until([&] {
    Outcome outcome;
    client->send(make_request("/"), outcome.callback());
    return run_until_done(outcome) && outcome.is_good();
  }));
}

TEST_F(ClientTest, ReachesServersByNameAndByPath) {
  const auto answer = [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  };
  ScriptedServer by_name(*loop_.lane, answer);
  const testing::TemporaryFolder folder;
  ScriptedServer by_path(*loop_.lane, answer, folder.file("socket"));
  ClientSettings named = settings_for(by_name, ClientProtocol::http1);
  named.endpoint.family = runtime::Endpoint::Family::tcp;
  named.endpoint.host = "localhost";  // may have an address where nobody listens
  for (const ClientSettings& settings : {named, settings_for(by_path, ClientProtocol::http1)}) {
    const auto client = Client::create(*loop_.lane, loop_.worker, settings);
    Outcome outcome;
    client->send(make_request("/"), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_TRUE(outcome.is_good());
  }
}

TEST_F(ClientTest, WaitsForASlowAccept) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  });
  server.accepts = false;
  const auto client = connect(server, ClientProtocol::http1);
  Outcome outcome;
  client->send(make_request("/", make_body(100'000)), outcome.callback());
  loop_.run_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(outcome.is_done());
  server.accepts = true;
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_TRUE(outcome.is_good());
}

TEST_F(ClientTest, MayVanishWhileItResolves) {
  ScriptedServer server(*loop_.lane, nullptr);
  Outcome outcome;
  auto client = connect(server, ClientProtocol::http2);
  client->send(make_request("/"), outcome.callback());
  client.reset();
  EXPECT_EQ(outcome.failure().code, ErrorCode::shutting_down);
  loop_.run_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(server.peers.empty());
}

TEST_F(ClientTest, GivesUpAServerThatDoesNotShakeHands) {
  ScriptedServer server(*loop_.lane, nullptr);
  ClientSettings settings = settings_for(server, ClientProtocol::by_agreement);
  settings.tls = TlsContext::create(TlsContext::Role::client, {}, {"h2", "http/1.1"}).value();
  settings.connect_timeout = std::chrono::milliseconds(50);
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_NE(outcome.failure().message.find("timed out"), std::string::npos);
}

TEST_F(ClientTest, FailsWhatIsPendingWhenClosed) {
  ScriptedServer server(*loop_.lane, nullptr);
  for (const ClientProtocol protocol : {ClientProtocol::http1, ClientProtocol::http2}) {
    auto client = connect(server, protocol);
    std::vector<Outcome> outcomes(5);
    for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
    const size_t before = server.peers.size();
    ASSERT_TRUE(loop_.run_until([&] { return server.peers.size() > before; }));
    client->close();
    for (const Outcome& outcome : outcomes) {
      ASSERT_EQ(outcome.calls, 1);
      EXPECT_EQ(outcome.failure().code, ErrorCode::shutting_down);
    }
    Outcome late;
    client->send(make_request("/"), late.callback());
    EXPECT_FALSE(late.is_done());
    client.reset();
    ASSERT_EQ(late.calls, 1);
    EXPECT_EQ(late.failure().code, ErrorCode::shutting_down);
  }
}

TEST_F(ClientTest, MayBeDestroyedByItsOwnCallback) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  });
  auto client = connect(server, ClientProtocol::http1);
  int calls = 0;
  Outcome other;
  client->send(make_request("/"), [&](ClientResult) {
    ++calls;
    client.reset();
  });
  client->send(make_request("/"), other.callback());
  ASSERT_TRUE(loop_.run_until([&] { return calls == 1 && other.is_done(); }));
  EXPECT_EQ(other.calls, 1);
}

}  // namespace
}  // namespace telemill::transport
