#include "runtime/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

namespace telemill::runtime {
namespace {

using ::testing::HasSubstr;

Address loopback(uint16_t port = 0) {
  auto endpoint = Endpoint::parse("127.0.0.1:" + std::to_string(port));
  return resolve(endpoint.value()).value().front();
}

/// A folder for socket files, gone at the end of the test.
class SocketFolder {
 public:
  SocketFolder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;
  ~SocketFolder() {
    ::unlink(socket_path().c_str());
    ::rmdir(path_.c_str());
  }
  [[nodiscard]] std::string socket_path() const { return path_ + "/s"; }
  [[nodiscard]] Address address() const {
    auto endpoint = Endpoint::parse(socket_path(), Endpoint::Family::unix_socket);
    return resolve(endpoint.value()).value().front();
  }

 private:
  std::string path_ = ::testing::TempDir() + "telemill_socket_XXXXXX";
};

/// Waits until the descriptor is ready for `events`; the test's own time limit is the kernel's.
void wait_for(const Descriptor& descriptor, short events) {
  pollfd waiting{.fd = descriptor.number(), .events = events, .revents = 0};
  ASSERT_EQ(::poll(&waiting, 1, 30'000), 1);
}

TEST(ListenOn, RefusesAPortInUseAndNamesIt) {
  auto first = listen_on(loopback(), true);
  ASSERT_TRUE(first.has_value());
  const Address taken = bound_address(*first).value();
  auto second = listen_on(taken, true);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_EQ(second.error().message,
            "cannot listen on " + taken.to_string() + ": Address already in use (errno 98)");
}

TEST(ListenOn, RefusesAPortThatManyLanesShare) {
  auto first = listen_on(loopback(), true);
  const Address taken = bound_address(first.value()).value();
  auto second = listen_on(taken, false);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(listen_on(taken, true).has_value());
}

TEST(ListenOn, LetsEveryLaneTakeConnectionsOfOnePort) {
  auto first = listen_on(loopback(), true);
  ASSERT_TRUE(first.has_value());
  const Address address = bound_address(*first).value();
  auto second = listen_on(address, false);
  ASSERT_TRUE(second.has_value());
  constexpr int clients = 64;
  std::vector<Descriptor> connections;
  for (int i = 0; i < clients; ++i) {
    connections.push_back(start_connect(address).value());
    wait_for(connections.back(), POLLOUT);
    EXPECT_EQ(connect_error(connections.back()), 0);
  }
  int accepted[2] = {0, 0};
  const Descriptor* const listeners[2] = {&*first, &*second};
  for (int i = 0; i < 2; ++i) {
    Address peer;
    for (;;) {
      auto connection = accept_from(*listeners[i], peer);
      ASSERT_TRUE(connection.has_value());
      if (!*connection) break;
      EXPECT_THAT(peer.to_string(), HasSubstr("127.0.0.1:"));
      ++accepted[i];
    }
  }
  EXPECT_EQ(accepted[0] + accepted[1], clients);
  EXPECT_GT(accepted[0], 0);  // 64 of 64 at one of them: one in 2^63
  EXPECT_GT(accepted[1], 0);
}

TEST(ListenOn, TakesIpv4AndIpv6OnOneSocketWithoutHost) {
  const Address any = resolve(Endpoint::parse(":0").value()).value().front();
  if (any.storage.ss_family != AF_INET6) GTEST_SKIP() << "this machine has no IPv6 sockets";
  auto listener = listen_on(any, true);
  ASSERT_TRUE(listener.has_value()) << listener.error().message;
  const Address bound = bound_address(*listener).value();
  EXPECT_TRUE(bound.is_dual_stack);
  const Descriptor client = start_connect(loopback(bound.port())).value();
  wait_for(*listener, POLLIN);
  Address peer;
  EXPECT_TRUE(static_cast<bool>(accept_from(*listener, peer).value()));
  EXPECT_THAT(peer.to_string(), HasSubstr("[::ffff:127.0.0.1]:"));
}

TEST(ListenOn, KeepsTcp6ToIpv6) {
  const auto endpoint = Endpoint::parse(":0", Endpoint::Family::tcp6).value();
  auto listener = listen_on(resolve(endpoint).value().front(), true);
  if (!listener) GTEST_SKIP() << listener.error().message;
  const Address bound = bound_address(*listener).value();
  EXPECT_FALSE(bound.is_dual_stack);
  const Descriptor client = start_connect(loopback(bound.port())).value();
  wait_for(client, POLLOUT);
  EXPECT_EQ(connect_error(client), ECONNREFUSED);
}

TEST(ListenOn, ListensOnIpv6Loopback) {
  const Address address = resolve(Endpoint::parse("[::1]:0").value()).value().front();
  auto listener = listen_on(address, true);
  if (!listener) GTEST_SKIP() << listener.error().message;
  const Address bound = bound_address(*listener).value();
  EXPECT_EQ(bound.to_string(), "[::1]:" + std::to_string(bound.port()));
  const Descriptor client = start_connect(bound).value();
  wait_for(*listener, POLLIN);
  Address peer;
  EXPECT_TRUE(static_cast<bool>(accept_from(*listener, peer).value()));
  EXPECT_THAT(peer.to_string(), HasSubstr("[::1]:"));
}

TEST(ListenOn, ReplacesAStaleSocketPath) {
  const SocketFolder folder;
  {
    const auto listener = listen_on(folder.address(), true).value();
  }
  struct stat status{};
  ASSERT_EQ(::lstat(folder.socket_path().c_str(), &status), 0) << "a stale path is what we test";
  const auto listener = listen_on(folder.address(), true);
  EXPECT_TRUE(listener.has_value());
}

TEST(ListenOn, LeavesASocketPathToWhoAnswersOnIt) {
  const SocketFolder folder;
  const auto listener = listen_on(folder.address(), true).value();
  const auto second = listen_on(folder.address(), true);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(folder.socket_path()));
  const auto client = start_connect(folder.address());
  EXPECT_TRUE(client.has_value()) << "the first must still be there";
}

TEST(ListenOn, NeverRemovesAFileThatIsNoSocket) {
  const SocketFolder folder;
  std::ofstream(folder.socket_path()) << "precious";
  const auto listener = listen_on(folder.address(), true);
  ASSERT_FALSE(listener.has_value());
  EXPECT_THAT(listener.error().message, HasSubstr("not a socket"));
  std::string content;
  std::ifstream(folder.socket_path()) >> content;
  EXPECT_EQ(content, "precious");
}

TEST(ListenOn, RefusesToShareASocketPath) {
  const SocketFolder folder;
  const auto second = listen_on(folder.address(), false);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::unsupported);
}

TEST(AcceptFrom, GivesAnEmptyDescriptorWhenNobodyWaits) {
  const auto listener = listen_on(loopback(), true).value();
  Address peer;
  auto connection = accept_from(listener, peer);
  ASSERT_TRUE(connection.has_value());
  EXPECT_FALSE(static_cast<bool>(*connection));
}

TEST(AcceptFrom, FailsOnWhatIsNoListener) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  Address peer;
  const auto connection = accept_from(socket, peer);
  ASSERT_FALSE(connection.has_value());
  EXPECT_EQ(connection.error().code, ErrorCode::unavailable);
}

TEST(StartConnect, TellsThatNobodyListens) {
  uint16_t port = 0;
  {
    const auto listener = listen_on(loopback(), true).value();
    port = bound_address(listener).value().port();
  }
  const Descriptor client = start_connect(loopback(port)).value();
  wait_for(client, POLLOUT);
  EXPECT_EQ(connect_error(client), ECONNREFUSED);
}

TEST(StartConnect, NamesASocketPathThatIsMissing) {
  const SocketFolder folder;
  const auto client = start_connect(folder.address());
  ASSERT_FALSE(client.has_value());
  EXPECT_THAT(client.error().message, HasSubstr(folder.socket_path()));
}

TEST(Descriptor, ClosesOnceAndMovesOn) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  Descriptor reading(pipe_ends[0]);
  {
    Descriptor writing(pipe_ends[1]);
    Descriptor moved(std::move(writing));
    EXPECT_FALSE(static_cast<bool>(writing));  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(moved.number(), pipe_ends[1]);
  }
  char byte = 0;
  EXPECT_EQ(::read(reading.number(), &byte, 1), 0) << "the writing end is closed";
}

TEST(DescribeErrno, SaysNameAndNumber) {
  EXPECT_EQ(describe_errno(ECONNREFUSED), "Connection refused (errno 111)");
}

}  // namespace
}  // namespace telemill::runtime
