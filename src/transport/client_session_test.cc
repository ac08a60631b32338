#include "transport/client_session.h"

#include <gtest/gtest.h>

#include "transport/backoff.h"
#include "transport/client_fixture.h"

namespace telemill::transport {
namespace {

using testing::encode;
using testing::Frame;
using testing::FrameType;
using Phase = ClientSession::Phase;

/// Keeps what a session reports.
struct Recorder final : ClientSession::Observer {
  void on_done(std::unique_ptr<Call> /*call*/, ClientResult result) override {
    results.push_back(std::move(result));
  }
  void on_unprocessed(std::unique_ptr<Call> call, Failure /*why*/) override {
    unprocessed.push_back(std::move(call));
  }
  std::vector<ClientResult> results;
  std::vector<std::unique_ptr<Call>> unprocessed;
};

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    settings_.authority = "test:1";
    settings_.response_bytes_max = 1'000'000;
  }

  static std::unique_ptr<Call> make_call(base::Rope body = {}) {
    auto call = std::make_unique<Call>();
    call->request = testing::make_request("/", std::move(body));
    return call;
  }
  /// What the session has queued by now; it stays queued.
  static std::string queued(ClientSession& session) {
    std::vector<iovec> pieces(1000);
    pieces.resize(session.output().pieces(pieces));
    std::string bytes;
    for (const iovec& piece : pieces) {
      bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return bytes;
  }
  static std::string write(ClientSession& session) {
    std::string bytes;
    for (;;) {
      if (session.output().empty()) session.prepare_output();
      if (session.output().empty()) return bytes;
      bytes += queued(session);
      session.output().consume(session.output().size());
    }
  }
  static std::vector<Frame> frames(std::string bytes) {
    std::vector<Frame> result;
    while (auto frame = testing::take_frame(bytes)) result.push_back(*std::move(frame));
    EXPECT_TRUE(bytes.empty());
    return result;
  }
  std::unique_ptr<ClientSession> start_http2() {
    auto session = make_http2_client_session(recorder_, settings_);
    EXPECT_EQ(session->room(), 0U);  // the server has not spoken yet
    session->receive(testing::server_preface());
    write(*session);
    return session;
  }

  ClientSessionSettings settings_;
  Recorder recorder_;
};

using Http2ClientSession = SessionTest;

TEST_F(Http2ClientSession, KeepsSlicesUntilTheirBytesHaveLeft) {
  const auto session = start_http2();
  const std::string expected(testing::make_body(60'000).flatten().view());
  auto call = make_call(testing::make_body(60'000));
  Call& started = *call;
  session->start(std::move(call));
  session->prepare_output();
  // The call is dropped with its body while the bytes are queued but not written.
  session->cancel(started).reset();
  std::string sent;
  for (const Frame& frame : frames(queued(*session))) {
    if (frame.type == FrameType::data) sent += frame.payload;
  }
  EXPECT_EQ(sent, expected);
  session->output().consume(session->output().size());
  const auto rest = frames(write(*session));
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].type, FrameType::reset);
  EXPECT_EQ(rest[0].payload, testing::encode_u32(8));
}

TEST_F(Http2ClientSession, CancelsACallThatWasNotSentYet) {
  const auto session = start_http2();
  auto call = make_call(testing::make_body(10));
  Call& started = *call;
  session->start(std::move(call));
  session->cancel(started).reset();
  for (const Frame& frame : frames(write(*session))) EXPECT_NE(frame.type, FrameType::data);
  EXPECT_EQ(session->phase(), Phase::running);
  EXPECT_TRUE(recorder_.results.empty());
}

TEST_F(Http2ClientSession, SurvivesCancelWhileAFrameWaitsForRoom) {
  const auto session = start_http2();
  const std::string window = testing::encode_u32(8 << 20);
  session->receive(encode({FrameType::settings, 0, 0, std::string("\0\4", 2) + window}) +
                   encode({FrameType::window_update, 0, 0, window}));
  auto call = make_call(testing::make_body(2'000'000, 100'000));
  Call& started = *call;
  session->start(std::move(call));
  session->prepare_output();
  EXPECT_GE(session->output().size(), client_output_bytes_max);  // it has stopped in between
  EXPECT_LT(session->output().size(), 2 * client_output_bytes_max);
  session->cancel(started).reset();
  const auto all = frames(write(*session));
  EXPECT_EQ(all.back().type, FrameType::reset);
  EXPECT_EQ(session->phase(), Phase::running);
}

TEST_F(Http2ClientSession, SaysGoodbyeWithoutTheBodiesOfAbandonedCalls) {
  const auto session = start_http2();
  const std::string window = testing::encode_u32(8 << 20);
  session->receive(encode({FrameType::settings, 0, 0, std::string("\0\4", 2) + window}) +
                   encode({FrameType::window_update, 0, 0, window}));
  session->start(make_call(testing::make_body(2'000'000, 100'000)));
  session->start(make_call(testing::make_body(2'000'000, 100'000)));
  session->prepare_output();
  const size_t queued_bytes = queued(*session).size();
  session->abandon({ErrorCode::shutting_down, "closed"});
  EXPECT_EQ(recorder_.results.size(), 2U);
  session->say_goodbye();
  const std::string sent = write(*session);
  // One frame may have been begun; nothing of the bodies follows it.
  EXPECT_LT(sent.size(), queued_bytes + 200);
  EXPECT_EQ(frames(sent).back().type, FrameType::goaway);
}

TEST_F(Http2ClientSession, EndsOnTheAnswerThoughTheRequestIsUnfinished) {
  const auto session = start_http2();
  session->start(make_call(testing::make_body(200'000)));  // more than the window
  write(*session);
  session->receive(testing::http2_answer(1, "enough", testing::encode_field("grpc-status", "8")));
  ASSERT_EQ(recorder_.results.size(), 1U);
  EXPECT_EQ(recorder_.results[0]->body.view(), "enough");
  const auto rest = frames(write(*session));
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().type, FrameType::reset);
  EXPECT_EQ(session->call_count(), 0U);
}

TEST_F(Http2ClientSession, SkipsInterimAnswersButNotWithoutEnd) {
  const auto session = start_http2();
  session->start(make_call());
  session->start(make_call());
  write(*session);
  const std::string interim(testing::encode_field(":status", "103"));
  session->receive(encode({FrameType::headers, testing::flag_end_headers, 1, interim}) +
                   testing::http2_answer(1, "final"));
  ASSERT_EQ(recorder_.results.size(), 1U);
  EXPECT_EQ(recorder_.results[0]->status, 200);
  EXPECT_EQ(recorder_.results[0]->body.view(), "final");
  for (int i = 0; i < 20; ++i) {
    session->receive(encode({FrameType::headers, testing::flag_end_headers, 3, interim}));
  }
  ASSERT_EQ(recorder_.results.size(), 2U);
  EXPECT_EQ(recorder_.results[1].error().code, ErrorCode::over_limit);
}

TEST_F(Http2ClientSession, BoundsHeaders) {
  const auto session = start_http2();
  session->start(make_call());
  write(*session);
  std::string fields(testing::status_200);
  for (int i = 0; i < 101; ++i) fields += testing::encode_field("x", "y");
  session->receive(encode({FrameType::headers, testing::flag_end_headers, 1, fields}));
  ASSERT_EQ(recorder_.results.size(), 1U);
  EXPECT_EQ(recorder_.results[0].error().code, ErrorCode::over_limit);
}

TEST_F(Http2ClientSession, BreaksOffOnGarbage) {
  const auto session = start_http2();
  session->start(make_call());
  write(*session);
  session->receive(std::string(100, '\xff'));
  write(*session);  // the farewell
  EXPECT_EQ(session->phase(), Phase::ended);
  session->abandon({ErrorCode::unavailable, "gone"});
  EXPECT_EQ(recorder_.results.size(), 1U);
}

TEST_F(Http2ClientSession, EndsAfterAGoawayWhenItsCallsHave) {
  const auto session = start_http2();
  session->start(make_call());
  write(*session);
  session->receive(
      encode({FrameType::goaway, 0, 0, testing::encode_u32(0x7fffffff) + testing::encode_u32(0)}));
  write(*session);
  EXPECT_EQ(session->phase(), Phase::draining);
  EXPECT_EQ(session->room(), 0U);
  session->receive(testing::http2_answer(1, "ok"));
  write(*session);
  EXPECT_EQ(session->phase(), Phase::ended);
  ASSERT_EQ(recorder_.results.size(), 1U);
  EXPECT_TRUE(recorder_.results[0].has_value());
}

TEST(ClientRequest, IsCheckedForWhatBreaksHeads) {
  EXPECT_EQ(find_fault(testing::make_request("/v1/traces?a=b")), nullptr);
  for (const char* path : {"", "/a b", "/a\r\nx: y", "/\x7f"}) {
    EXPECT_NE(find_fault(testing::make_request(path)), nullptr);
  }
  ClientRequest request = testing::make_request("/");
  request.method = "PO ST";
  EXPECT_NE(find_fault(request), nullptr);
}

TEST(Backoff, GrowsToItsBoundWithJitterAndStartsAgain) {
  base::Random random(1);
  Backoff backoff;
  double expected_seconds = 1.0;
  for (int i = 0; i < 20; ++i) {
    const double seconds = std::chrono::duration<double>(backoff.next(random)).count();
    EXPECT_GE(seconds, expected_seconds * 0.79);
    EXPECT_LE(seconds, expected_seconds * 1.21);
    expected_seconds = std::min(120.0, expected_seconds * 1.6);
  }
  EXPECT_EQ(expected_seconds, 120.0);
  backoff.reset();
  EXPECT_LE(backoff.next(random), std::chrono::milliseconds(1200));
}

}  // namespace
}  // namespace telemill::transport
