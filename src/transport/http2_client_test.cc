#include <gtest/gtest.h>

#include <map>

#include "transport/client.h"
#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using testing::ClientTest;
using testing::encode;
using testing::ends_request;
using testing::Frame;
using testing::FrameType;
using testing::http2_answer;
using testing::make_body;
using testing::make_request;
using testing::on_frames;
using testing::Outcome;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::settings_for;

using Http2Client = ClientTest;

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
  const std::string at_most_two = std::string("\0\3", 2) + testing::encode_u32(2);
  ScriptedServer server(*loop_.lane, on_frames(
                                         [&](ScriptedPeer& peer, const Frame& frame) {
                                           if (!ends_request(frame)) return;
                                           open[&peer].push_back(frame.stream);
                                           most = std::max(most, open[&peer].size());
                                         },
                                         at_most_two));
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.connections_max = 2;
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  std::vector<Outcome> outcomes(9);
  for (Outcome& outcome : outcomes) client->send(make_request("/"), outcome.callback());
  // Nothing is answered until both connections are full.
  ASSERT_TRUE(loop_.run_until([&] {
    size_t count = 0;
    for (const auto& [peer, streams] : open) count += streams.size();
    return count == 4;
  }));
  loop_.run_for(std::chrono::milliseconds(20));  // time to do wrong
  ASSERT_TRUE(loop_.run_until([&] {
    for (auto& [peer, streams] : open) {
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

TEST_F(Http2Client, GivesUpAServerThatNeverSpeaks) {
  ScriptedServer server(*loop_.lane, nullptr);
  ClientSettings settings = settings_for(server, ClientProtocol::http2);
  settings.connect_timeout = std::chrono::milliseconds(50);
  const auto client = Client::create(*loop_.lane, loop_.worker, settings);
  Outcome outcome;
  client->send(make_request("/"), outcome.callback());
  ASSERT_TRUE(run_until_done(outcome));
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
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
