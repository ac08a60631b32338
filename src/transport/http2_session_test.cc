#include "transport/http2_session.h"

#include <gtest/gtest.h>

#include <string>

#include "transport/http2_test_client.h"
#include "transport/session_fixture.h"

namespace telemill::transport {
namespace {

using Phase = ServerSession::Phase;

class Http2SessionTest : public testing::Test, public SessionFixture<Http2Session> {
 protected:
  /// Carries bytes both ways until both are silent, in pieces of at most `piece_bytes`.
  void exchange(size_t piece_bytes = SIZE_MAX) {
    if (session == nullptr) start();
    for (;;) {
      const std::string asked = client.take_output();
      for (size_t at = 0; at < asked.size(); at += std::min(piece_bytes, asked.size() - at)) {
        session->receive(std::string(asked.substr(at, piece_bytes)));
      }
      const std::string answered = take_output();
      EXPECT_TRUE(client.receive(answered));
      if (asked.empty() && answered.empty()) return;
    }
  }
  /// Sends bytes that no client would, behind a proper beginning.
  void send_raw(std::string_view bytes) {
    if (session == nullptr) start();
    std::string all(http2_client_preface);
    all += raw_frame(NGHTTP2_SETTINGS, 0, 0, {});
    session->receive(all.append(bytes));
    static_cast<void>(client.receive(take_output()));
  }
  bool ended(int32_t id) { return client[id].is_ended && client[id].closed == NGHTTP2_NO_ERROR; }

  Http2TestClient client;
};

TEST_F(Http2SessionTest, AnswersARequest) {
  const int32_t id = client.request("/a?b=c", "hello", {{"x-y", "z"}});
  exchange();
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(client[id].body, "POST /a 5\n");
  EXPECT_EQ(client[id].fields[":status"], "200");
  EXPECT_EQ(client[id].fields["content-length"], "10");
  EXPECT_EQ(client[id].fields["date"], "Tue, 15 Nov 1994 08:12:31 GMT");
  const auto& seen = handler.seen.at(0);
  EXPECT_EQ(seen.query, "b=c");
  EXPECT_EQ(seen.authority, "host");
  EXPECT_EQ(seen.headers.at(0).name, "x-y");
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST_F(Http2SessionTest, AnswersAGrpcCallWithTrailers) {
  const int32_t id = client.grpc_request("/pkg.Service/Export", grpc_frame("message"));
  exchange();
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(client[id].body, grpc_frame("message"));
  EXPECT_EQ(client[id].fields["grpc-status"], "0");
  EXPECT_EQ(client[id].header_frames, 2U);
}

TEST_F(Http2SessionTest, TakesItsBytesOneByOne) {
  const std::string message(100'000, 'm');
  const int32_t id = client.grpc_request("/a", grpc_frame(message));
  exchange(1);
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(client[id].body, grpc_frame(message));
}

TEST_F(Http2SessionTest, SendsALargeAnswerThroughASmallWindow) {
  Http2TestClient small({.initial_window_bytes = 1000, .auto_window_update = true});
  start();
  const std::string message(300'000, 'm');
  const int32_t id = small.grpc_request("/a", grpc_frame(message));
  for (int i = 0; i < 2000 && !small[id].is_ended; ++i) {
    session->receive(small.take_output());
    ASSERT_TRUE(small.receive(take_output()));
  }
  EXPECT_EQ(small[id].body, grpc_frame(message));
  EXPECT_EQ(small[id].fields["grpc-status"], "0");
}

TEST_F(Http2SessionTest, RunsManyStreamsAtOnce) {
  std::vector<int32_t> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(client.grpc_request("/held", grpc_frame(std::string(10'000, 'x'))));
  }
  exchange();
  EXPECT_EQ(handler.held.size(), 100U);
  handler.release_held();
  exchange();
  for (const int32_t id : ids) EXPECT_TRUE(ended(id));
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST_F(Http2SessionTest, RefusesAnOversizedCallWithItsStatus) {
  handler.body_bytes_max = 1000;
  const int32_t id = client.grpc_request("/a", grpc_frame(std::string(2000, 'x')));
  exchange();
  EXPECT_TRUE(client[id].is_ended);
  EXPECT_EQ(client[id].fields["grpc-status"], "8");
  EXPECT_EQ(client[id].header_frames, 1U);
  EXPECT_EQ(handler.refusals.at(0), Refusal::too_large);
  EXPECT_TRUE(handler.seen.empty());
  EXPECT_EQ(session->phase(), Phase::running);
}

TEST_F(Http2SessionTest, StopsAClientThatSendsOnAfterItsAnswer) {
  handler.body_bytes_max = 1000;
  // Declares more than it has sent yet and keeps its side open.
  const int32_t id = client.request("/a", grpc_frame(std::string(2000, 'x')),
                                    {{"content-type", "application/grpc"}}, false);
  exchange();
  EXPECT_TRUE(client[id].is_ended);
  EXPECT_EQ(client[id].fields["grpc-status"], "8");
  EXPECT_FALSE(client[id].closed.has_value());
  move_clock(std::chrono::seconds(5));
  exchange();
  EXPECT_EQ(client[id].closed, uint32_t{NGHTTP2_NO_ERROR});

  const int32_t greedy = client.request("/a", grpc_frame(std::string(3'000'000, 'x')),
                                        {{"content-type", "application/grpc"}}, false);
  exchange();
  EXPECT_EQ(client[greedy].closed, uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(client[greedy].fields["grpc-status"], "8");
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST_F(Http2SessionTest, DoesNotReserveWhatALiarDeclares) {
  handler.body_bytes_max = size_t{3} << 30;
  const std::string prefix("\0\x7f\xff\xff\xff", 5);
  for (int i = 0; i < 100; ++i) {
    client.request("/a", prefix, {{"content-type", "application/grpc"}}, false);
  }
  exchange();
  // Four declared sizes are believed up to a step each, the window's worth; then nobody is.
  EXPECT_LE(budget.used_bytes(), settings.connection_window_bytes + 100 * 16 * 1024);
  EXPECT_EQ(handler.refusals.size(), 0U);
}

TEST_F(Http2SessionTest, GrowsABodyWhoseSizeIsNotBelieved) {
  settings.connection_window_bytes = 64 * 1024;
  const std::string message(1'000'000, 'm');
  std::vector<int32_t> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(client.grpc_request("/a", grpc_frame(message)));
  exchange();
  for (const int32_t id : ids) {
    EXPECT_TRUE(ended(id));
    EXPECT_EQ(client[id].body, grpc_frame(message));
  }
}

TEST_F(Http2SessionTest, RefusesWhenTheBudgetIsSpent) {
  runtime::Admission others;
  ASSERT_TRUE(budget.try_admit(63 << 20, others));
  const int32_t id = client.grpc_request("/a", grpc_frame(std::string(2 << 20, 'x')));
  exchange();
  EXPECT_EQ(client[id].fields["grpc-status"], "8");
  EXPECT_EQ(handler.refusals.at(0), Refusal::overloaded);
  others.reset();
  const int32_t later = client.grpc_request("/a", grpc_frame(std::string(2 << 20, 'x')));
  exchange();
  EXPECT_TRUE(ended(later));
}

TEST_F(Http2SessionTest, HoldsThePeerBackWhileTheHandlerIsBusy) {
  settings.connection_window_bytes = 100'000;
  std::vector<int32_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(client.grpc_request("/held", grpc_frame(std::string(50'000, 'x'))));
  }
  exchange();
  EXPECT_LE(handler.held.size(), 6U);  // two windows, and the messages that cross their lines
  EXPECT_GE(handler.held.size(), 2U);
  for (int i = 0; i < 20 && handler.seen.size() < 20; ++i) {
    handler.release_held();
    exchange();
  }
  handler.release_held();
  exchange();
  for (const int32_t id : ids) EXPECT_TRUE(ended(id)) << id;
}

TEST_F(Http2SessionTest, GivesCreditBackWhenHeldCallsAreCancelled) {
  settings.connection_window_bytes = 100'000;
  std::vector<int32_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(client.grpc_request("/held", grpc_frame(std::string(50'000, 'x'))));
  }
  exchange();
  for (int i = 0; i < 20 && handler.seen.size() < 20; ++i) {
    handler.held.clear();  // dropped unanswered: reset
    exchange();
  }
  EXPECT_EQ(handler.seen.size(), 20U);
}

TEST_F(Http2SessionTest, TellsTheHandlerThatItsClientHasGone) {
  const int32_t id = client.grpc_request("/held", grpc_frame("a"));
  const int32_t other = client.grpc_request("/held", grpc_frame("b"));
  exchange();
  client.reset(id);
  exchange();
  EXPECT_FALSE(handler.held.at(0).is_open());
  EXPECT_TRUE(handler.held.at(1).is_open());
  handler.release_held();
  exchange();
  EXPECT_TRUE(ended(other));
  EXPECT_EQ(client[id].fields.size(), 0U);
}

TEST_F(Http2SessionTest, SurvivesAnAnswerAfterItsEnd) {
  client.grpc_request("/held", grpc_frame("a"));
  exchange();
  session.reset();
  EXPECT_FALSE(handler.held.at(0).is_open());
  handler.release_held();
}

TEST_F(Http2SessionTest, ResetsCallsThatTheHandlerDrops) {
  const int32_t call = client.grpc_request("/dropped", grpc_frame("a"));
  const int32_t plain = client.request("/dropped", "a");
  exchange();
  EXPECT_EQ(client[call].closed, uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(client[plain].fields[":status"], "500");
}

TEST_F(Http2SessionTest, RefusesEndlessHeaders) {
  // Ten thousand times "accept-encoding: gzip, deflate", a byte each.
  const std::string fields = std::string("\x82\x86\x84\x41\x01h", 6) + std::string(10'000, '\x90');
  send_raw(
      raw_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1, fields) +
      raw_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 3,
                std::string_view(fields).substr(0, 6)));
  EXPECT_EQ(handler.head_count, 1U);
  EXPECT_EQ(handler.seen.at(0).method, "GET");
  EXPECT_EQ(session->phase(), Phase::running);
}

TEST_F(Http2SessionTest, SaysThatHeadersAreTooLong) {
  settings.header_bytes_max = 1000;
  const int32_t id = client.request("/a", "", {{"x", std::string(2000, 'x')}});
  exchange();
  EXPECT_EQ(client[id].fields[":status"], "431");
}

TEST_F(Http2SessionTest, EndsARapidReset) {
  for (int i = 0; i < 3000 && client.goaways.empty(); ++i) {
    const int32_t id = client.request("/held", "");
    exchange();
    client.reset(id);
    exchange();
  }
  ASSERT_FALSE(client.goaways.empty());
  EXPECT_NE(client.goaways.back(), uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(session->phase(), Phase::closing);
}

TEST_F(Http2SessionTest, EndsAClientThatMakesUsReset) {
  for (int i = 0; i < 3000 && client.goaways.empty(); ++i) {
    const int32_t id = client.request("/held", "");
    exchange();
    session->receive(
        raw_frame(NGHTTP2_WINDOW_UPDATE, 0, static_cast<uint32_t>(id), std::string(4, '\0')));
    exchange();
  }
  EXPECT_FALSE(client.goaways.empty());
}

TEST_F(Http2SessionTest, EndsAPingFlood) {
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += raw_frame(NGHTTP2_PING, 0, 0, "12345678");
  send_raw(flood);
  EXPECT_EQ(session->phase(), Phase::broken);
}

TEST_F(Http2SessionTest, EndsASettingsFlood) {
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += raw_frame(NGHTTP2_SETTINGS, 0, 0, {});
  send_raw(flood);
  EXPECT_EQ(session->phase(), Phase::broken);
}

TEST_F(Http2SessionTest, EndsEndlessContinuations) {
  std::string flood = raw_frame(NGHTTP2_HEADERS, 0, 1, "\x82");
  for (int i = 0; i < 100; ++i) flood += raw_frame(NGHTTP2_CONTINUATION, 0, 1, "\x82");
  send_raw(flood);
  EXPECT_NE(session->phase(), Phase::running);
}

TEST_F(Http2SessionTest, EndsAWindowAbuser) {
  const std::string huge("\x7f\xff\xff\xff", 4);
  send_raw(raw_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, huge) +
           raw_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, huge));
  EXPECT_EQ(session->phase(), Phase::closing);
  EXPECT_EQ(client.goaways.at(0), uint32_t{NGHTTP2_FLOW_CONTROL_ERROR});
}

TEST_F(Http2SessionTest, EndsWhoIgnoresOurWindow) {
  settings.connection_window_bytes = 65535;
  std::string bytes = raw_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1,
                                std::string("\x83\x86\x84\x41\x01h", 6));
  for (int i = 0; i < 10; ++i) bytes += raw_frame(NGHTTP2_DATA, 0, 1, std::string(16'000, 'x'));
  send_raw(bytes);
  EXPECT_EQ(session->phase(), Phase::closing);
}

TEST_F(Http2SessionTest, EndsOnGarbage) {
  start();
  session->receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string(100, '\xff'));
  static_cast<void>(take_output());
  EXPECT_NE(session->phase(), Phase::running);
}

TEST_F(Http2SessionTest, RefusesStreamsBeyondItsLimit) {
  settings.streams_per_connection_max = 2;
  exchange();  // the client learns the limit
  std::vector<int32_t> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(client.request("/held", ""));
  exchange();
  EXPECT_EQ(handler.held.size(), 2U);
  handler.release_held();
  exchange();
  handler.release_held();
  exchange();
  for (const int32_t id : ids) EXPECT_TRUE(ended(id));
}

TEST_F(Http2SessionTest, DrainsWithARunningCall) {
  const int32_t id = client.grpc_request("/held", grpc_frame("a"));
  exchange();
  session->drain();
  exchange();
  EXPECT_EQ(client.goaways.size(), 2U);
  EXPECT_EQ(client.goaway_last_stream, id);
  EXPECT_EQ(session->phase(), Phase::running);
  handler.release_held();
  exchange();
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(client[id].fields["grpc-status"], "0");
  EXPECT_EQ(session->phase(), Phase::closing);
}

TEST_F(Http2SessionTest, DrainsWhenThePeerNeverAnswersThePing) {
  exchange();
  session->drain();
  static_cast<void>(take_output());
  EXPECT_EQ(session->phase(), Phase::running);
  move_clock(std::chrono::seconds(2));
  static_cast<void>(take_output());
  EXPECT_EQ(session->phase(), Phase::closing);
}

TEST_F(Http2SessionTest, PingsASilentPeerAndGivesUpOnADeadOne) {
  settings.ping_interval = std::chrono::minutes(1);
  settings.ping_timeout = std::chrono::seconds(20);
  exchange();
  move_clock(std::chrono::minutes(1));
  exchange();
  EXPECT_EQ(client.pings_seen, 1U);
  move_clock(std::chrono::seconds(30));
  EXPECT_EQ(session->phase(), Phase::running);  // it has answered
  move_clock(std::chrono::minutes(1));
  static_cast<void>(take_output());
  move_clock(std::chrono::seconds(20));
  EXPECT_EQ(session->phase(), Phase::broken);
}

TEST_F(Http2SessionTest, CalmsClientsThatPingTooOften) {
  settings.ping_interval_min = std::chrono::minutes(5);
  settings.ping_interval = {};
  const int32_t held = client.request("/held", "x");
  exchange();
  for (int i = 0; i < 10; ++i) {  // as often as allowed
    client.ping();
    exchange();
    move_clock(std::chrono::minutes(5));
  }
  for (int i = 0; i < 10; ++i) {  // each answer forgives
    client.ping();
    client.request("/a", "x");
    exchange();
  }
  EXPECT_TRUE(client.goaways.empty());
  client.ping();
  exchange();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client.goaways.empty());
    client.ping();
    exchange();
  }
  ASSERT_EQ(client.goaways.size(), 1U);
  EXPECT_EQ(client.goaways[0], uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
  handler.release_held();
  exchange();
  EXPECT_TRUE(ended(held));  // what ran is answered
  EXPECT_EQ(session->phase(), Phase::closing);
}

TEST_F(Http2SessionTest, EndsSlowBodiesAndKeepsOthers) {
  settings.read_timeout = std::chrono::seconds(10);
  const int32_t slow = client.request("/a", "abc", {}, false);
  exchange();
  move_clock(std::chrono::seconds(9));
  const int32_t later = client.request("/b", "abc", {}, false);
  exchange();
  move_clock(std::chrono::seconds(1));
  exchange();
  EXPECT_EQ(client[slow].fields[":status"], "400");
  EXPECT_EQ(handler.refusals.at(0), Refusal::unreadable);
  client.end_upload(later);
  exchange();
  EXPECT_TRUE(ended(later));
}

TEST_F(Http2SessionTest, EndsWhoNeverFinishesAHead) {
  settings.header_timeout = std::chrono::seconds(10);
  send_raw(raw_frame(NGHTTP2_HEADERS, 0, 1, "\x82"));
  EXPECT_EQ(session->phase(), Phase::running);
  move_clock(std::chrono::seconds(10));
  EXPECT_EQ(session->phase(), Phase::broken);
}

TEST_F(Http2SessionTest, DrainsWhenIdleForLong) {
  settings.idle_timeout = std::chrono::seconds(10);
  exchange();
  move_clock(std::chrono::seconds(10));
  exchange();
  EXPECT_EQ(session->phase(), Phase::closing);
  EXPECT_EQ(client.goaways.back(), uint32_t{NGHTTP2_NO_ERROR});
}

TEST_F(Http2SessionTest, ReadsRequestsWithTrailersAndHead) {
  const int32_t id = client.request("/a", "", {}, true, "HEAD");
  exchange();
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(client[id].fields["content-length"], "10");
  EXPECT_EQ(client[id].body, "");
}

TEST_F(Http2SessionTest, ResetsWhoLiesAboutItsLength) {
  const int32_t longer = client.request("/a", "abcdef", {{"content-length", "3"}});
  const int32_t shorter = client.request("/a", "abc", {{"content-length", "30"}});
  const int32_t good = client.request("/a", "abc", {{"content-length", "3"}});
  exchange();
  EXPECT_EQ(client[longer].closed, uint32_t{NGHTTP2_PROTOCOL_ERROR});
  EXPECT_EQ(client[shorter].closed, uint32_t{NGHTTP2_PROTOCOL_ERROR});
  EXPECT_TRUE(ended(good));
  EXPECT_EQ(handler.seen.size(), 1U);
  EXPECT_EQ(budget.used_bytes(), 0U);
}

TEST_F(Http2SessionTest, HandsOverWhatAClientCutShort) {
  // A prefix that promises more than the body holds: the handler sees what came.
  const int32_t id = client.grpc_request("/a", grpc_frame("message").substr(0, 8));
  exchange();
  EXPECT_TRUE(ended(id));
  EXPECT_EQ(handler.seen.at(0).body.size(), 8U);
}

TEST_F(Http2SessionTest, RefusesABrokenPrefix) {
  const int32_t id = client.grpc_request("/a", "\x07" + grpc_frame("message"));
  exchange();
  EXPECT_EQ(client[id].fields["grpc-status"], "13");
  EXPECT_EQ(handler.refusals.at(0), Refusal::unreadable);
}

}  // namespace
}  // namespace telemill::transport
