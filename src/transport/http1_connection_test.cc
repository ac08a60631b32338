#include "transport/http1_connection.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "transport/session_fixture.h"

namespace telemill::transport {
namespace {

using Phase = ServerSession::Phase;
using Fixture = SessionFixture<Http1Connection>;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view date = "date: Tue, 15 Nov 1994 08:12:31 GMT\r\n";

std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n" + std::string(date) + "\r\n" + std::string(body);
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Http1Connection, AnswersAndLivesOn) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive(get);
  EXPECT_EQ(fixture.take_output(), ok("GET /a 0\n"));
  EXPECT_EQ(session.phase(), Phase::running);
  EXPECT_TRUE(session.wants_input());
}

TEST(Http1Connection, AnswersPipelinedRequestsInOrderOneAtATime) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n" +
                  std::string(get));
  EXPECT_EQ(fixture.take_output(), "");
  EXPECT_EQ(fixture.handler.seen.size(), 1U);
  EXPECT_FALSE(session.wants_input());
  fixture.handler.release_held();
  EXPECT_EQ(fixture.take_output(), ok("GET /held 0\n") + ok("GET /b 0\n") + ok("GET /a 0\n"));
  EXPECT_TRUE(session.wants_input());
}

TEST(Http1Connection, ReadsNoMoreFromAClientThatDoesNotReadItsAnswers) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  for (int i = 0; session.wants_input(); ++i) {
    ASSERT_LT(i, 100'000) << "it would be read for ever";
    session.receive(get);
  }
  EXPECT_GE(session.output().size(), output_bytes_max);
  EXPECT_LT(session.output().size(), output_bytes_max + 1024);
  fixture.take_output();
  EXPECT_TRUE(session.wants_input());
}

TEST(Http1Connection, AnswersWhatAHalfClosedClientAsked) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(get));
  session.on_input_end();
  fixture.handler.release_held();
  EXPECT_EQ(count(fixture.take_output(), "200 OK"), 2U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, SaysContinueOnlyToThoseWhoWait) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  session.receive(head);
  EXPECT_EQ(fixture.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");
  session.receive("abc");
  EXPECT_EQ(fixture.take_output(), ok("POST /a 3\n"));
  session.receive(head + "abc");
  EXPECT_EQ(fixture.take_output(), ok("POST /a 3\n"));
}

TEST(Http1Connection, DoesNotContinueWhatItRefuses) {
  Fixture fixture;
  fixture.handler.body_bytes_max = 2;
  Http1Connection& session = fixture.start();
  session.receive(
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  const std::string output = fixture.take_output();
  EXPECT_TRUE(output.starts_with("HTTP/1.1 400 ")) << output;
  EXPECT_EQ(count(output, "connection: close"), 1U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, ReadsBodiesToWhereTheyBelong) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  const std::string body(100'000, 'x');
  session.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nxx");
  for (size_t left = body.size() - 2; left > 0;) {
    const std::span<char> space = session.direct_space();
    const size_t bytes = std::min({space.size(), left, size_t{30'000}});
    if (space.empty()) {  // the last few go the usual way
      session.receive(body.substr(0, left));
      break;
    }
    std::memcpy(space.data(), body.data(), bytes);
    session.received_directly(bytes);
    left -= bytes;
  }
  EXPECT_EQ(fixture.take_output(), ok("POST /a 100000\n"));
  EXPECT_EQ(fixture.handler.seen.at(0).body, body);
}

TEST(Http1Connection, DoesNotReserveWhatALiarDeclares) {
  Fixture fixture({}, size_t{1} << 30);
  fixture.handler.body_bytes_max = size_t{1} << 30;
  Http1Connection& session = fixture.start();
  session.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nxx");
  EXPECT_LE(fixture.budget.used_bytes(), BodyBuilder::trusted_bytes_max);
  session.on_input_end();
  EXPECT_EQ(fixture.handler.refusals.at(0), Refusal::unreadable);
  EXPECT_EQ(fixture.budget.used_bytes(), 0U);
}

TEST(Http1Connection, RefusesWhenTheBudgetIsSpent) {
  Fixture fixture({}, 0);
  Http1Connection& session = fixture.start();
  session.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
  EXPECT_TRUE(fixture.take_output().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_EQ(fixture.handler.refusals.at(0), Refusal::overloaded);
  session.receive("abc" + std::string(get));  // read over: the connection lives
  EXPECT_EQ(fixture.take_output(), ok("GET /a 0\n"));
}

TEST(Http1Connection, RefusesChunkedBodiesOverTheLimit) {
  Fixture fixture;
  fixture.handler.body_bytes_max = 10;
  Http1Connection& session = fixture.start();
  session.receive("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  session.receive("6\r\nabcdef\r\n");
  EXPECT_TRUE(fixture.handler.refusals.empty());
  session.receive("6\r\nabcdef\r\n");
  EXPECT_EQ(fixture.handler.refusals.at(0), Refusal::too_large);
  EXPECT_EQ(count(fixture.take_output(), "connection: close"), 1U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, RefusesBrokenChunks) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_EQ(fixture.handler.refusals.at(0), Refusal::unreadable);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, AnswersBrokenHeadsItself) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("GET / HTTP/1.1\r\nHost : h\r\n\r\n");
  const std::string output = fixture.take_output();
  EXPECT_TRUE(output.starts_with("HTTP/1.1 400 Bad Request\r\n")) << output;
  EXPECT_EQ(fixture.handler.head_count, 0U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, AnswersAtTheHeadAndReadsOverASmallBody) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" +
                  std::string(get));
  const std::string output = fixture.take_output();
  EXPECT_TRUE(output.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << output;
  EXPECT_TRUE(output.ends_with(ok("GET /a 0\n"))) << output;
  EXPECT_EQ(fixture.handler.seen.size(), 1U);
}

TEST(Http1Connection, ClosesWhenItWillNotReadOverALargeBody) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\nabc");
  EXPECT_EQ(count(fixture.take_output(), "connection: close"), 1U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, SendsNoBodyForHead) {
  Fixture fixture;
  fixture.start().receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string output = fixture.take_output();
  EXPECT_EQ(count(output, "content-length: 10\r\n"), 1U) << output;
  EXPECT_TRUE(output.ends_with("\r\n\r\n")) << output;
}

TEST(Http1Connection, ClosesForOldClientsUnlessTheyAsk) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(count(fixture.take_output(), "connection: keep-alive\r\n"), 1U);
  session.receive("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(count(fixture.take_output(), "connection: close\r\n"), 1U);
  EXPECT_EQ(session.phase(), Phase::closing);
}

TEST(Http1Connection, AnswersForAHandlerThatDropsItsExchange) {
  Fixture fixture;
  fixture.start().receive("GET /dropped HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(fixture.take_output().starts_with("HTTP/1.1 500 "));
}

TEST(Http1Connection, LosesItsExchangeWhenItGoes) {
  Fixture fixture;
  fixture.start().receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(fixture.handler.held.at(0).is_open());
  fixture.session.reset();
  EXPECT_FALSE(fixture.handler.held.at(0).is_open());
  fixture.handler.release_held();  // answering into the void harms nobody
}

TEST(Http1Connection, CannotBeSplitByAHeaderValue) {
  Fixture fixture;
  Http1Connection& session = fixture.start();
  session.receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  fixture.handler.held_answers.at(0).headers.push_back({"x", "a\r\nevil: b"});
  fixture.handler.release_held();
  EXPECT_EQ(count(fixture.take_output(), "x: a  evil: b\r\n"), 1U);
}

TEST(Http1Connection, EndsWhenDrained) {
  Fixture idle;
  idle.start().drain();
  EXPECT_EQ(idle.session->phase(), Phase::closing);

  Fixture busy;
  busy.start().receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  busy.session->drain();
  EXPECT_EQ(busy.session->phase(), Phase::running);
  busy.handler.release_held();
  EXPECT_EQ(count(busy.take_output(), "connection: close\r\n"), 1U);
  EXPECT_EQ(busy.session->phase(), Phase::closing);
}

TEST(Http1Connection, EndsWaitingForAHead) {
  Fixture fixture;
  fixture.settings.header_timeout = std::chrono::seconds(10);
  fixture.start().receive("GET / HT");
  fixture.move_clock(std::chrono::seconds(9));
  EXPECT_EQ(fixture.session->phase(), Phase::running);
  fixture.session->receive("TP");  // a trickle does not buy time
  fixture.move_clock(std::chrono::seconds(1));
  EXPECT_TRUE(fixture.take_output().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(fixture.session->phase(), Phase::closing);
}

TEST(Http1Connection, EndsWaitingForABody) {
  Fixture fixture;
  fixture.settings.read_timeout = std::chrono::seconds(10);
  fixture.start().receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
  fixture.move_clock(std::chrono::seconds(10));
  EXPECT_EQ(fixture.handler.refusals.at(0), Refusal::unreadable);
  fixture.move_clock(std::chrono::seconds(1));
  EXPECT_EQ(fixture.session->phase(), Phase::closing);
}

TEST(Http1Connection, EndsWhenIdleButNotWhenBusy) {
  Fixture fixture;
  fixture.settings.idle_timeout = std::chrono::seconds(10);
  fixture.start().receive("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
  fixture.move_clock(std::chrono::minutes(10));
  EXPECT_EQ(fixture.session->phase(), Phase::running);
  fixture.handler.release_held();
  EXPECT_EQ(count(fixture.take_output(), "200 OK"), 1U);
  fixture.move_clock(std::chrono::seconds(10));
  EXPECT_EQ(fixture.session->phase(), Phase::closing);
  EXPECT_EQ(fixture.take_output(), "");
}

}  // namespace
}  // namespace telemill::transport
