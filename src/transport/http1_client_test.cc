#include <gtest/gtest.h>

#include "transport/client.h"
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

using Http1Client = ClientTest;

TEST_F(Http1Client, SendsTheRequestAsItIs) {
  std::string request;
  ScriptedServer server(*loop_.lane, [&](ScriptedPeer& peer) {
    if (take_request(peer, &request)) peer.send(plain_answer);
  });
  const auto client = connect(server, ClientProtocol::http1);
  Outcome outcome;
  ClientRequest asked = make_request("/v1/traces?x=1", make_body(5));
  asked.headers.push_back({"X-Tenant", "blue"});
  const std::string body(asked.body.flatten().view());
  client->send(std::move(asked), outcome.callback());
  EXPECT_FALSE(outcome.is_done());
  EXPECT_EQ(client->pending(), 1U);
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_TRUE(outcome.is_good());
  EXPECT_EQ(outcome.response().body.view(), "ok");
  EXPECT_EQ(client->pending(), 0U);
  EXPECT_EQ(request,
            "POST /v1/traces?x=1 HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nuser-agent: telemill-test\r\ncontent-length: 5\r\n"
                "content-type: application/octet-stream\r\nx-tenant: blue\r\n\r\n" +
                body);
}

TEST_F(Http1Client, KeepsTheConnection) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  });
  const auto client = connect(server, ClientProtocol::http1);
  for (int i = 0; i < 5; ++i) {
    Outcome outcome;
    client->send(make_request("/"), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_TRUE(outcome.is_good());
  }
  EXPECT_EQ(server.peers.size(), 1U);
}

TEST_F(Http1Client, OpensConnectionsUpToTheLimitAndQueuesTheRest) {
  ScriptedServer server(*loop_.lane, nullptr);  // holds its answers back
  ClientSettings settings = settings_for(server, ClientProtocol::http1);
  settings.connections_max = 3;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  std::vector<Outcome> outcomes(7);
  for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
  size_t answered = 0;
  const auto answer_all = [&] {
    for (const auto& peer : server.peers) {
      if (!take_request(*peer)) continue;
      peer->send(plain_answer);
      ++answered;
    }
    return answered == outcomes.size();
  };
  ASSERT_TRUE(loop_.run_until([&] { return server.peers.size() == 3; }));
  ASSERT_TRUE(loop_.run_until(answer_all));
  for (const Outcome& outcome : outcomes) {
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_TRUE(outcome.is_good());
  }
  EXPECT_EQ(server.peers.size(), 3U);
}

TEST_F(Http1Client, ReadsADribbledAnswer) {
  const std::string answer =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nchecksum: 7\r\n\r\n";
  ScriptedServer server(*loop_.lane, nullptr);
  const auto client = connect(server, ClientProtocol::http1);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(loop_.run_until(
      [&] { return !server.peers.empty() && take_request(*server.peers.front()); }));
  for (const char byte : answer) {
    ASSERT_FALSE(outcome.is_done());
    server.peers.front()->send({&byte, 1});
    loop_.lane->run_turn(std::chrono::milliseconds(1));
  }
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_TRUE(outcome.is_good());
  EXPECT_EQ(outcome.response().body.view(), "abcdefg");
  EXPECT_EQ(outcome.response().field("checksum"), "7");
}

// As after a server's idle timeout: nothing of the second request has left when it comes to light.
TEST_F(Http1Client, SendsAgainWhenAKeptConnectionIsFoundClosed) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  });
  const auto client = connect(server, ClientProtocol::http1);
  for (int i = 0; i < 2; ++i) {
    Outcome outcome;
    client->send(make_request("/", make_body(1000)), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_TRUE(outcome.is_good());
    server.peers.back()->reset();
  }
  EXPECT_EQ(server.peers.size(), 2U);
}

// The server may have acted on it: whether to repeat a POST is not ours to decide.
TEST_F(Http1Client, DoesNotSendAgainWhatHasLeft) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    if (peer.requests == 1) {
      peer.send(plain_answer);
    } else {
      peer.reset();
    }
  });
  const auto client = connect(server, ClientProtocol::http1);
  Outcome first;
  client->send(make_request("/"), first.callback());
  ASSERT_TRUE(run_until_done(first));
  EXPECT_TRUE(first.is_good());
  Outcome second;
  client->send(make_request("/"), second.callback());
  ASSERT_TRUE(run_until_done(second));
  ASSERT_FALSE(second.result->has_value());
  EXPECT_EQ(second.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(server.peers.size(), 1U);
}

TEST_F(Http1Client, DoesNotSendAgainWhatMayHaveBeenRead) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    if (peer.requests == 1) {
      peer.send(plain_answer);
    } else {
      peer.send("HTTP/1.1 200 OK\r\ncontent-le");
      peer.close();
    }
  });
  const auto client = connect(server, ClientProtocol::http1);
  Outcome first;
  client->send(make_request("/"), first.callback());
  ASSERT_TRUE(run_until_done(first));
  Outcome second;
  client->send(make_request("/"), second.callback());
  ASSERT_TRUE(run_until_done(second));
  EXPECT_FALSE(second.result->has_value());
  EXPECT_EQ(server.peers.size(), 1U);
}

struct BadAnswer {
  std::string_view name;
  std::string bytes;
  ErrorCode code = ErrorCode::unavailable;
};

class Http1BadAnswer : public ClientTest, public ::testing::WithParamInterface<BadAnswer> {};

TEST_P(Http1BadAnswer, FailsTheCallAndSparesTheNext) {
  ScriptedServer server(*loop_.lane, [&](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    const bool is_first = &peer == server.peers.front().get();
    peer.send(is_first ? std::string_view(GetParam().bytes) : plain_answer);
    if (is_first) peer.end_output();
  });
  ClientSettings settings = settings_for(server, ClientProtocol::http1);
  settings.response_bytes_max = 1000;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_FALSE(outcome.result->has_value());
  EXPECT_EQ(outcome.failure().code, GetParam().code) << outcome.failure().message;
  Outcome next;
  client->send(make_request("/"), next.callback());
  ASSERT_TRUE(run_until_done(next));
  EXPECT_TRUE(next.is_good());
}

INSTANTIATE_TEST_SUITE_P(
    All, Http1BadAnswer,
    ::testing::Values(
        BadAnswer{"Nothing", ""}, BadAnswer{"Garbage", "SSH-2.0-OpenSSH_9\r\n"},
        BadAnswer{"TruncatedHead", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"},
        BadAnswer{"TruncatedBody", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"},
        BadAnswer{"TruncatedChunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"},
        BadAnswer{"OversizeLength", "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n",
                  ErrorCode::over_limit},
        BadAnswer{"OversizeUntilEnd", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'),
                  ErrorCode::over_limit},
        BadAnswer{"OversizeHead", "HTTP/1.1 200 OK\r\nx: " + std::string(20'000, 'x'),
                  ErrorCode::over_limit}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_F(Http1Client, TakesABodyThatEndsWithTheConnection) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    peer.send("HTTP/1.0 200 OK\r\n\r\nall of it");
    peer.close();
  });
  const auto client = connect(server, ClientProtocol::http1);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_TRUE(outcome.is_good());
  EXPECT_EQ(outcome.response().body.view(), "all of it");
}

TEST_F(Http1Client, HearsTheAnswerOfAServerThatReadsNoFurther) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (++peer.requests > 1) return;
    peer.send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    peer.end_output();
  });
  const auto client = connect(server, ClientProtocol::http1);
  Outcome outcome;
  client->send(make_request("/", make_body(8'000'000, 1'000'000)), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  ASSERT_TRUE(outcome.is_good());
  EXPECT_EQ(outcome.response().status, 413);
}

TEST_F(Http1Client, ClosesIdleConnections) {
  ScriptedServer server(*loop_.lane, [](ScriptedPeer& peer) {
    if (take_request(peer)) peer.send(plain_answer);
  });
  ClientSettings settings = settings_for(server, ClientProtocol::http1);
  settings.idle_timeout = std::chrono::milliseconds(30);
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_TRUE(loop_.run_until([&] { return server.peers.front()->has_input_ended; }));
  Outcome next;
  client->send(make_request("/"), next.callback());
  ASSERT_TRUE(run_until_done(next));
  EXPECT_TRUE(next.is_good());
}

TEST_F(Http1Client, TimesOutAndGivesUpTheConnection) {
  ScriptedServer server(*loop_.lane, nullptr);
  const auto client = connect(server, ClientProtocol::http1);
  ClientRequest request = make_request("/");
  request.timeout = std::chrono::milliseconds(50);
  Outcome outcome;
  client->send(std::move(request), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_TRUE(loop_.run_until(
      [&] { return !server.peers.empty() && server.peers.front()->has_input_ended; }));
}

TEST_F(Http1Client, RefusesHeadersThatWouldSmuggle) {
  ScriptedServer server(*loop_.lane, nullptr);
  const auto client = connect(server, ClientProtocol::http1);
  for (const Header& header : {Header{"x", "a\r\nevil: 1"}, Header{"x y", "a"}, Header{"", "a"}}) {
    ClientRequest request = make_request("/");
    request.headers.push_back(header);
    Outcome outcome;
    client->send(std::move(request), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_EQ(outcome.failure().code, ErrorCode::unsupported);
  }
}

}  // namespace
}  // namespace telemill::transport
