#include "transport/client.h"

#include <gtest/gtest.h>

#include <map>

#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using testing::encode;
using testing::Frame;
using testing::FrameType;
using testing::http2_answer;
using testing::Loop;
using testing::make_body;
using testing::make_request;
using testing::Outcome;
using testing::ScriptedPeer;
using testing::ScriptedServer;

constexpr std::string_view plain_answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

ClientSettings settings_for(const ScriptedServer& server, ClientProtocol protocol) {
  ClientSettings settings;
  settings.endpoint = server.endpoint();
  settings.protocol = protocol;
  settings.user_agent = "telemill-test";
  return settings;
}

/// True once `peer` has received a whole HTTP/1 request; takes it.
bool take_request(ScriptedPeer& peer, std::string* request = nullptr) {
  const size_t head_end = peer.received.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  size_t length = 0;
  const size_t at = peer.received.find("content-length: ");
  if (at < head_end) length = std::stoul(peer.received.substr(at + 16));
  const size_t total = head_end + 4 + length;
  if (peer.received.size() < total) return false;
  if (request != nullptr) *request = peer.received.substr(0, total);
  peer.received.erase(0, total);
  ++peer.requests;
  return true;
}

class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> connect(const ScriptedServer& server, ClientProtocol protocol) {
    return Client::create(*loop_.lane, loop_.worker, settings_for(server, protocol));
  }
  bool run_until_done(const Outcome& outcome) {
    return loop_.run_until([&] { return outcome.is_done(); });
  }
  Loop loop_;
};

// HTTP/1

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

TEST_F(Http1Client, SendsAgainWhenAKeptConnectionWasClosed) {
  ScriptedServer server(*loop_.lane, [&](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    // The first connection dies under its second request, as after a server's idle timeout.
    if (&peer == server.peers.front().get() && peer.requests == 2) {
      peer.reset();
    } else {
      peer.send(plain_answer);
    }
  });
  const auto client = connect(server, ClientProtocol::http1);
  for (int i = 0; i < 2; ++i) {
    Outcome outcome;
    client->send(make_request("/", make_body(1000)), outcome.callback());
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_TRUE(outcome.is_good());
  }
  EXPECT_EQ(server.peers.size(), 2U);
}

TEST_F(Http1Client, SendsAgainOnlyOnce) {
  ScriptedServer server(*loop_.lane, [&](ScriptedPeer& peer) {
    if (!take_request(peer)) return;
    if (server.peers.size() == 1 && peer.requests == 1) {
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
  EXPECT_EQ(server.peers.size(), 2U);
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

// What holds for both protocols

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

// HTTP/2

using Http2Client = ClientTest;

/// Speaks for a server: calls back for each frame of each connection.
ScriptedPeer::Script on_frames(std::function<void(ScriptedPeer&, const Frame&)> handle) {
  return [handle = std::move(handle)](ScriptedPeer& peer) {
    while (peer.is_open()) {
      const auto frame = testing::take_frame(peer.received);
      if (!frame) return;
      if (frame->type == FrameType::settings && frame->flags == 0) {
        peer.send(testing::server_preface());
        peer.send(encode({FrameType::settings, testing::flag_ack, 0, {}}));
      }
      handle(peer, *frame);
    }
  };
}

bool ends_request(const Frame& frame) {
  return (frame.type == FrameType::headers || frame.type == FrameType::data) &&
         (frame.flags & testing::flag_end_stream) != 0;
}

TEST_F(Http2Client, MovesBodiesOfManySlicesUnharmed) {
  std::map<uint32_t, std::string> bodies;
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (frame.type == FrameType::data) {
      bodies[frame.stream] += frame.payload;
      const std::string more = testing::encode_u32(static_cast<uint32_t>(frame.payload.size()));
      if (!frame.payload.empty()) {
        peer.send(encode({FrameType::window_update, 0, 0, more}));
        peer.send(encode({FrameType::window_update, 0, frame.stream, more}));
      }
    }
    if (ends_request(frame)) {
      peer.send(http2_answer(frame.stream, std::to_string(bodies[frame.stream].size()),
                             testing::encode_field("grpc-status", "0")));
    }
  }));
  const auto client = connect(server, ClientProtocol::http2);
  std::vector<Outcome> outcomes(4);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    client->send(make_request("/", make_body(300'000 + i, 7'777)), outcomes[i].callback());
  }
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(run_until_done(outcomes[i]));
    ASSERT_TRUE(outcomes[i].is_good());
    EXPECT_EQ(outcomes[i].response().body.view(), std::to_string(300'000 + i));
    EXPECT_EQ(outcomes[i].response().status, 200);
    EXPECT_EQ(outcomes[i].response().field("grpc-status"), "0");
    EXPECT_EQ(bodies[static_cast<uint32_t>(2 * i + 1)], make_body(300'000 + i).flatten().view());
  }
  EXPECT_EQ(server.peers.size(), 1U);
}

TEST_F(Http2Client, SendsAgainWhatAGoawayLeavesOut) {
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (!ends_request(frame)) return;
    ++peer.requests;
    if (&peer != server.peers.front().get()) {
      peer.send(http2_answer(frame.stream, "second"));
    } else if (peer.requests == 3) {  // 1 is answered, 3 and 5 have not been looked at
      peer.send(encode({FrameType::goaway, 0, 0, testing::encode_u32(1) + testing::encode_u32(0)}));
      peer.send(http2_answer(1, "first"));
    }
  }));
  const auto client = connect(server, ClientProtocol::http2);
  std::vector<Outcome> outcomes(3);
  for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
  for (const Outcome& outcome : outcomes) {
    ASSERT_TRUE(run_until_done(outcome));
    ASSERT_TRUE(outcome.is_good());
  }
  EXPECT_EQ(outcomes[0].response().body.view(), "first");
  EXPECT_EQ(outcomes[1].response().body.view(), "second");
  EXPECT_EQ(outcomes[2].response().body.view(), "second");
  EXPECT_TRUE(loop_.run_until([&] { return server.peers.front()->has_input_ended; }));
}

TEST_F(Http2Client, SendsRefusedStreamsAgainButNotForever) {
  size_t refused = 0;
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (!ends_request(frame)) return;
    ++refused;
    peer.send(encode({FrameType::reset, 0, frame.stream, testing::encode_u32(7)}));
  }));
  const auto client = connect(server, ClientProtocol::http2);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(refused, 3U);
}

TEST_F(Http2Client, FailsAResetStreamAndKeepsTheOthers) {
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (!ends_request(frame)) return;
    if (frame.stream == 1) {
      peer.send(encode({FrameType::reset, 0, 1, testing::encode_u32(11)}));
    } else {
      peer.send(http2_answer(frame.stream, "ok"));
    }
  }));
  const auto client = connect(server, ClientProtocol::http2);
  Outcome reset;
  Outcome good;
  client->send(make_request("/"), reset.callback());
  client->send(make_request("/"), good.callback());
  ASSERT_TRUE(run_until_done(reset));
  ASSERT_TRUE(run_until_done(good));
  ASSERT_FALSE(reset.result->has_value());
  EXPECT_NE(reset.failure().message.find("ENHANCE_YOUR_CALM"), std::string::npos);
  EXPECT_TRUE(good.is_good());
}

TEST_F(Http2Client, CancelsOnTimeoutAndLetsGoOfTheBody) {
  bool was_cancelled = false;
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (frame.type == FrameType::reset) {
      was_cancelled = frame.payload == testing::encode_u32(8);
    } else if (frame.stream == 3 && ends_request(frame)) {
      peer.send(http2_answer(3, "ok"));
    }
  }));  // gives no window: the body waits
  const auto client = connect(server, ClientProtocol::http2);
  ClientRequest request = make_request("/", make_body(200'000));
  request.timeout = std::chrono::milliseconds(50);
  Outcome outcome;
  client->send(std::move(request), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_TRUE(loop_.run_until([&] { return was_cancelled; }));
  Outcome next;  // the connection goes on
  client->send(make_request("/"), next.callback());
  ASSERT_TRUE(run_until_done(next));
  EXPECT_TRUE(next.is_good());
}

TEST_F(Http2Client, RefusesAnOversizeAnswer) {
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (!ends_request(frame)) return;
    peer.send(http2_answer(frame.stream, std::string(frame.stream == 1 ? 10'001 : 10'000, 'x')));
  }));
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.response_bytes_max = 10'000;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome large;
  client->send(make_request("/"), large.callback());
  ASSERT_TRUE(run_until_done(large));
  EXPECT_EQ(large.failure().code, ErrorCode::over_limit);
  Outcome fitting;
  client->send(make_request("/"), fitting.callback());
  ASSERT_TRUE(run_until_done(fitting));
  EXPECT_TRUE(fitting.is_good());
}

TEST_F(Http2Client, RespectsTheServersStreamLimit) {
  std::map<ScriptedPeer*, std::vector<uint32_t>> open;
  size_t most = 0;
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (frame.type == FrameType::settings && frame.flags == 0) {
      peer.send(
          encode({FrameType::settings, 0, 0, std::string("\0\3", 2) + testing::encode_u32(2)}));
    }
    if (!ends_request(frame)) return;
    open[&peer].push_back(frame.stream);
    most = std::max(most, open[&peer].size());
  }));
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.connections_max = 2;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  std::vector<Outcome> outcomes(9);
  for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(loop_.run_until([&] {
    for (auto& [peer, streams] : open) {
      if (streams.size() < 2 && client->pending() > 3) continue;  // wait until both are full
      for (const uint32_t stream : streams) peer->send(http2_answer(stream, "ok"));
      streams.clear();
    }
    return client->pending() == 0;
  }));
  for (const Outcome& outcome : outcomes) EXPECT_TRUE(outcome.is_good());
  EXPECT_EQ(server.peers.size(), 2U);
  EXPECT_LE(most, 2U);
}

TEST_F(Http2Client, FailsItsStreamsWhenTheConnectionDies) {
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (frame.stream == 5 && ends_request(frame)) peer.reset();
  }));
  const auto client = connect(server, ClientProtocol::http2);
  std::vector<Outcome> outcomes(3);
  for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
  for (const Outcome& outcome : outcomes) {
    ASSERT_TRUE(run_until_done(outcome));
    EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  }
}

TEST_F(Http2Client, SurvivesAServerThatSpeaksSomethingElse) {
  ScriptedServer server(*loop_.lane,
                        [](ScriptedPeer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  const auto client = connect(server, ClientProtocol::http2);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  Outcome next;  // it is known to be down: no waiting, and no storm of connections
  client->send(make_request("/"), next.callback());
  loop_.lane->run_turn({});
  EXPECT_TRUE(next.is_done());
  EXPECT_EQ(server.peers.size(), 1U);
}

TEST_F(Http2Client, GivesUpAServerThatAnswersNoPing) {
  ScriptedServer server(*loop_.lane, on_frames([](ScriptedPeer&, const Frame&) {}));
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.ping_interval = std::chrono::milliseconds(20);
  settings.ping_timeout = std::chrono::milliseconds(20);
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_NE(outcome.failure().message.find("ping"), std::string::npos);
}

TEST_F(Http2Client, KeepsAServerThatAnswersPings) {
  size_t pings = 0;
  ScriptedServer server(*loop_.lane, on_frames([&](ScriptedPeer& peer, const Frame& frame) {
    if (frame.type != FrameType::ping) return;
    ++pings;
    peer.send(encode({FrameType::ping, testing::flag_ack, 0, frame.payload}));
    if (pings == 5) peer.send(http2_answer(1, "late"));
  }));
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.ping_interval = std::chrono::milliseconds(10);
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_TRUE(outcome.is_good());
  EXPECT_EQ(pings, 5U);
}

}  // namespace
}  // namespace telemill::transport
