#include "transport/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/log.h"
#include "transport/http2_test_client.h"
#include "transport/server_fixture.h"

// Whole servers over loopback sockets, and clients that misbehave on them.
namespace telemill::transport {
namespace {

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view get_held = "GET /held HTTP/1.1\r\nHost: h\r\n\r\n";

/// A client's socket, driven by the test beside the server's lane.
class RawClient {
 public:
  explicit RawClient(ServerFixture& fixture)
      : fixture_(fixture), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const runtime::Address& address = fixture.address();
    EXPECT_EQ(::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address.storage),
                        address.size),
              0);
    ::fcntl(socket_.number(), F_SETFL, O_NONBLOCK);
  }

  /// Sends all of it, letting the server run meanwhile; false when the server does not take it.
  bool send(std::string_view bytes, size_t piece_bytes = SIZE_MAX) {
    return fixture_.run_until([&] {
      const ssize_t count =
          ::send(socket_.number(), bytes.data(), std::min(bytes.size(), piece_bytes), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) return true;
      if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
      receive();
      return bytes.empty();
    }) && bytes.empty();
  }
  bool wait_for(std::string_view text) {
    return fixture_.run_until([&] {
      receive();
      return received.find(text) != std::string::npos;
    });
  }
  bool wait_for_end() {
    return fixture_.run_until([&] {
      receive();
      return has_ended;
    });
  }
  void receive() {
    char bytes[65536];
    for (;;) {
      const ssize_t count = ::recv(socket_.number(), bytes, sizeof bytes, 0);
      if (count > 0) received.append(bytes, static_cast<size_t>(count));
      if (count == 0 || (count < 0 && errno != EAGAIN)) has_ended = true;
      if (count <= 0) return;
    }
  }
  void end_sending() { ::shutdown(socket_.number(), SHUT_WR); }
  /// Vanishes with a reset, as a crashed machine's network does.
  void abort() {
    const linger now{1, 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    socket_.reset();
  }
  [[nodiscard]] int descriptor() const noexcept { return socket_.number(); }

  std::string received;
  bool has_ended = false;

 private:
  ServerFixture& fixture_;
  runtime::Descriptor socket_;
};

/// An HTTP/2 client on a socket.
class Http2SocketClient {
 public:
  explicit Http2SocketClient(ServerFixture& fixture) : raw(fixture), fixture_(fixture) {}

  bool run_until(const std::function<bool()>& is_done, size_t piece_bytes = SIZE_MAX) {
    std::string left;
    return fixture_.run_until([&] {
      if (left.empty()) left = http2.take_output(256 * 1024);
      const ssize_t count =
          ::send(raw.descriptor(), left.data(), std::min(left.size(), piece_bytes), MSG_NOSIGNAL);
      if (count > 0) left.erase(0, static_cast<size_t>(count));
      raw.receive();
      EXPECT_TRUE(http2.receive(std::exchange(raw.received, {})));
      return left.empty() && is_done();
    });
  }

  Http2TestClient http2;
  RawClient raw;

 private:
  ServerFixture& fixture_;
};

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Server, TakesHttp1ByteByByte) {
  ServerFixture fixture;
  RawClient client(fixture);
  EXPECT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", 1));
  EXPECT_TRUE(client.wait_for("POST /a 5\n"));
}

TEST(Server, TakesHttp2InSmallPieces) {
  ServerFixture fixture;
  Http2SocketClient client(fixture);
  const std::string message(20'000, 'm');
  const int32_t id = client.http2.grpc_request("/a", grpc_frame(message));
  EXPECT_TRUE(client.run_until([&] { return client.http2[id].is_ended; }, 7));
  EXPECT_EQ(client.http2[id].body, grpc_frame(message));
  EXPECT_EQ(client.http2[id].fields["grpc-status"], "0");
}

TEST(Server, MovesLargeMessagesOnManyStreams) {
  ServerFixture fixture;
  Http2SocketClient client(fixture);
  const std::string message(420'000, 'm');
  std::vector<int32_t> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(client.http2.grpc_request("/a", grpc_frame(message)));
  EXPECT_TRUE(client.run_until([&] { return client.http2[ids.back()].is_ended; }));
  for (const int32_t id : ids) {
    EXPECT_TRUE(client.run_until([&] { return client.http2[id].is_ended; }));
    EXPECT_EQ(client.http2[id].body.size(), message.size() + 5);
  }
  EXPECT_EQ(fixture.budget().used_bytes(), 0U);
}

TEST(Server, ReadsALargeHttp1BodyWithTheHeadInOnePiece) {
  ServerFixture fixture;
  RawClient client(fixture);
  std::string body(3'000'000, ' ');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 % 253);
  for (int round = 0; round < 3; ++round) {
    client.received.clear();
    EXPECT_TRUE(
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + body));
    EXPECT_TRUE(client.wait_for("POST /a 3000000\n"));
    EXPECT_EQ(fixture.handler.seen.back().body, body);
  }
}

TEST(Server, AnswersPipelinedRequestsAndAHalfClosedClient) {
  ServerFixture fixture;
  RawClient client(fixture);
  EXPECT_TRUE(client.send(std::string(get) + std::string(get_held) + std::string(get)));
  client.end_sending();
  EXPECT_TRUE(client.wait_for("GET /a 0\n"));
  EXPECT_TRUE(fixture.run_until([&] { return !fixture.handler.held.empty(); }));
  fixture.handler.release_held();
  EXPECT_TRUE(client.wait_for_end());
  EXPECT_EQ(count(client.received, "200 OK"), 3U);
}

TEST(Server, LetsAClientReadWhyItsBodyIsTooLarge) {
  ServerFixture fixture;
  fixture.handler.body_bytes_max = 1000;
  RawClient client(fixture);
  // The client sends everything before it looks; its answer must survive that.
  EXPECT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n" +
                          std::string(8'000'000, 'x')));
  EXPECT_TRUE(client.wait_for("HTTP/1.1 400 "));
  EXPECT_TRUE(client.wait_for_end());
  client.abort();
  EXPECT_TRUE(fixture.run_until([&] { return fixture.server().connection_count() == 0; }));
}

TEST(Server, ClosesOnGarbage) {
  ServerFixture fixture;
  RawClient garbage(fixture);
  EXPECT_TRUE(garbage.send(std::string(1000, '\xfe') + "\r\n"));
  EXPECT_TRUE(garbage.wait_for_end());
  RawClient almost(fixture);
  EXPECT_TRUE(almost.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"));
  EXPECT_TRUE(almost.wait_for_end());
  RawClient good(fixture);
  EXPECT_TRUE(good.send(get));
  EXPECT_TRUE(good.wait_for("GET /a 0\n"));
}

TEST(Server, TellsTheProtocolsApartFromTheFirstByteOn) {
  ServerFixture fixture;
  RawClient put(fixture);
  EXPECT_TRUE(put.send("P"));
  fixture.run_until([turns = 0]() mutable { return ++turns > 5; });
  EXPECT_TRUE(put.send("R"));
  fixture.run_until([turns = 0]() mutable { return ++turns > 5; });
  EXPECT_TRUE(put.send("OP /a HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(put.wait_for("PROP /a 0\n"));
}

TEST(Server, RefusesHttp1WhereOnlyHttp2IsSpoken) {
  ServerFixture fixture({.accept_http1 = false});
  RawClient browser(fixture);
  EXPECT_TRUE(browser.send(get));
  EXPECT_TRUE(browser.wait_for_end());
  EXPECT_TRUE(browser.received.starts_with("HTTP/1.1 400 Bad Request\r\n")) << browser.received;
  RawClient garbage(fixture);
  EXPECT_TRUE(garbage.send("\x16\x03\x01"));  // a TLS hello
  EXPECT_TRUE(garbage.wait_for_end());
  EXPECT_EQ(garbage.received, "");
  Http2SocketClient good(fixture);
  const int32_t id = good.http2.request("/a", "x");
  EXPECT_TRUE(good.run_until([&] { return good.http2[id].is_ended; }));
}

TEST(Server, RefusesHttp2WhereOnlyHttp1IsSpoken) {
  ServerFixture fixture({.accept_http2 = false});
  RawClient client(fixture);
  EXPECT_TRUE(client.send(http2_client_preface));
  EXPECT_TRUE(client.wait_for_end());
  EXPECT_TRUE(client.received.starts_with("HTTP/1.1 505 ")) << client.received;
}

TEST(Server, EndsSlowAndSilentClientsAndNobodyElse) {
  ServerFixture fixture({.header_timeout = std::chrono::milliseconds(30)});
  RawClient good(fixture);
  EXPECT_TRUE(good.send(get_held));
  RawClient slow(fixture);
  EXPECT_TRUE(slow.send("GET / HTTP/1.1\r\nX"));
  RawClient silent(fixture);
  EXPECT_TRUE(slow.wait_for_end());
  EXPECT_TRUE(silent.wait_for_end());
  EXPECT_TRUE(slow.received.starts_with("HTTP/1.1 408 ")) << slow.received;
  EXPECT_EQ(silent.received, "");
  fixture.handler.release_held();
  EXPECT_TRUE(good.wait_for("GET /held 0\n"));
}

TEST(Server, LearnsThatAWaitingClientHasGone) {
  ServerFixture fixture;
  RawClient client(fixture);
  EXPECT_TRUE(client.send(get_held));
  EXPECT_TRUE(fixture.run_until([&] { return !fixture.handler.held.empty(); }));
  client.abort();
  EXPECT_TRUE(fixture.run_until([&] { return !fixture.handler.held[0].is_open(); }));
  EXPECT_EQ(fixture.server().connection_count(), 0U);
  fixture.handler.release_held();
}

TEST(Server, LearnsThatAnHttp2ClientHasGone) {
  ServerFixture fixture;
  Http2SocketClient client(fixture);
  client.http2.grpc_request("/held", grpc_frame("a"));
  EXPECT_TRUE(client.run_until([&] { return !fixture.handler.held.empty(); }));
  client.raw.abort();
  EXPECT_TRUE(fixture.run_until([&] { return !fixture.handler.held[0].is_open(); }));
  fixture.handler.release_held();
}

TEST(Server, SurvivesAnswersAfterItsDestruction) {
  ServerFixture fixture;
  RawClient client(fixture);
  EXPECT_TRUE(client.send(get_held));
  EXPECT_TRUE(fixture.run_until([&] { return !fixture.handler.held.empty(); }));
  fixture.destroy_server();
  EXPECT_FALSE(fixture.handler.held[0].is_open());
  fixture.handler.release_held();
  EXPECT_TRUE(client.wait_for_end());
}

TEST(Server, DrainsWithRunningExchanges) {
  ServerFixture fixture;
  RawClient idle(fixture);
  EXPECT_TRUE(idle.send(get));
  EXPECT_TRUE(idle.wait_for("GET /a 0\n"));
  RawClient http1(fixture);
  EXPECT_TRUE(http1.send(get_held));
  Http2SocketClient http2(fixture);
  const int32_t id = http2.http2.grpc_request("/held", grpc_frame("a"));
  EXPECT_TRUE(http2.run_until([&] { return fixture.handler.held.size() == 2; }));

  int drained = 0;
  fixture.server().drain([&drained] { ++drained; });
  EXPECT_TRUE(idle.wait_for_end());
  EXPECT_TRUE(http2.run_until([&] { return http2.http2.goaways.size() == 2; }));
  EXPECT_EQ(drained, 0);
  fixture.handler.release_held();
  EXPECT_TRUE(http1.wait_for("connection: close\r\n"));
  EXPECT_TRUE(http1.wait_for("GET /held 0\n"));
  EXPECT_TRUE(http2.run_until([&] { return http2.http2[id].is_ended; }));
  EXPECT_EQ(http2.http2[id].fields["grpc-status"], "0");
  for (RawClient* client : {&idle, &http1, &http2.raw}) {
    EXPECT_TRUE(client->wait_for_end());
    client->end_sending();
  }
  EXPECT_TRUE(fixture.run_until([&] { return drained == 1; }));
  const runtime::Descriptor late(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_NE(::connect(late.number(), reinterpret_cast<const sockaddr*>(&fixture.address().storage),
                      fixture.address().size),
            0);
}

TEST(Server, SaysDrainedAtOnceWhenNobodyIsThere) {
  ServerFixture fixture;
  int drained = 0;
  fixture.server().drain([&drained] { ++drained; });
  EXPECT_EQ(drained, 1);
}

TEST(Server, MayBeDestroyedWhenItIsDrained) {
  ServerFixture fixture;
  RawClient client(fixture);
  EXPECT_TRUE(client.send(get));
  EXPECT_TRUE(client.wait_for("GET /a 0\n"));
  bool is_drained = false;
  fixture.server().drain([&] {
    is_drained = true;
    fixture.destroy_server();
  });
  EXPECT_TRUE(client.wait_for_end());
  client.end_sending();
  EXPECT_TRUE(fixture.run_until([&] { return is_drained; }));
}

TEST(Server, ClosesEverythingWhenTold) {
  ServerFixture fixture;
  RawClient one(fixture);
  RawClient two(fixture);
  EXPECT_TRUE(one.send(get_held));
  EXPECT_TRUE(two.send("GET /a HT"));
  EXPECT_TRUE(fixture.run_until([&] { return fixture.server().connection_count() == 2; }));
  fixture.server().close();
  EXPECT_EQ(fixture.server().connection_count(), 0U);
  EXPECT_TRUE(one.wait_for_end());
  EXPECT_TRUE(two.wait_for_end());
}

TEST(Server, HoldsBackWhoDoesNotReadAndServesOthers) {
  ServerFixture fixture;
  Http2SocketClient hog(fixture);
  // Echoes that nobody reads: the hog's window is open, its socket is not.
  for (int i = 0; i < 200; ++i) {
    hog.http2.grpc_request("/a", grpc_frame(std::string(400'000, 'x')));
  }
  nghttp2_session_set_local_window_size(hog.http2.session(), NGHTTP2_FLAG_NONE, 0, 1 << 30);
  std::string left;
  for (int turn = 0; turn < 3000; ++turn) {
    if (left.empty()) left = hog.http2.take_output(64 * 1024);
    const ssize_t sent = ::send(hog.raw.descriptor(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) left.erase(0, static_cast<size_t>(sent));
    fixture.lane().run_turn(Duration{});
  }
  RawClient good(fixture);
  EXPECT_TRUE(good.send(get));
  EXPECT_TRUE(good.wait_for("GET /a 0\n"));
  EXPECT_LT(fixture.handler.seen.size(), 200U);  // the hog got stuck, not the server full
}

TEST(Server, ServesOnWhenOneClientDeclaresAndNeverSends) {
  ServerFixture fixture({}, 8 << 20);
  Http2SocketClient liar(fixture);
  const std::string prefix("\0\0\x3f\xff\xff", 5);
  for (int i = 0; i < 100; ++i) {
    liar.http2.request("/a", prefix, {{"content-type", "application/grpc"}}, false);
  }
  EXPECT_TRUE(liar.run_until([&] { return fixture.handler.head_count == 100; }));
  Http2SocketClient good(fixture);
  const int32_t id = good.http2.grpc_request("/b", grpc_frame(std::string(500'000, 'x')));
  EXPECT_TRUE(good.run_until([&] { return good.http2[id].is_ended; }));
  EXPECT_EQ(good.http2[id].fields["grpc-status"], "0");
}

TEST(Server, GoesOnAfterItRanOutOfDescriptors) {
  ServerFixture fixture;
  {
    // Sanitizers check a type by pipes when they meet it first: let them meet all of them now.
    EXPECT_FALSE(runtime::describe_errno(EMFILE).empty());
    RawClient first(fixture);
    EXPECT_TRUE(first.send(get));
    EXPECT_TRUE(first.wait_for("GET /a 0\n"));
    EXPECT_EQ(fixture.server().connection_count(), 1U);
  }
  RawClient waiting(fixture);  // in the kernel's queue, not accepted yet
  // Formatting a line needs descriptors in sanitizer builds, which check pointers by pipes.
  log::configure({.level = log::Level::error});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  for (int turn = 0; turn < 20; ++turn) fixture.lane().run_turn(std::chrono::milliseconds(1));
  EXPECT_EQ(fixture.server().connection_count(), 0U);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  log::configure({});
  EXPECT_TRUE(waiting.send(get));
  EXPECT_TRUE(waiting.wait_for("GET /a 0\n"));
}

TEST(Server, EndsOldConnections) {
  ServerFixture fixture({.connection_age_max = std::chrono::milliseconds(20),
                         .connection_age_grace = std::chrono::milliseconds(20)});
  Http2SocketClient client(fixture);
  client.http2.grpc_request("/held", grpc_frame("a"));
  EXPECT_TRUE(client.run_until([&] { return client.raw.has_ended; }));
  EXPECT_FALSE(client.http2.goaways.empty());
  EXPECT_FALSE(fixture.handler.held.at(0).is_open());  // its grace was over
}

}  // namespace
}  // namespace telemill::transport
