#include "runtime/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <string>

namespace telemill::runtime {
namespace {

using ::testing::HasSubstr;
using Family = Endpoint::Family;

TEST(EndpointParse, ReadsTheFormsThatPeopleWrite) {
  struct Case {
    std::string_view text;
    std::string_view host;
    uint16_t port;
  };
  for (const Case& c :
       {Case{"localhost:4317", "localhost", 4317}, Case{"0.0.0.0:0", "0.0.0.0", 0},
        Case{":4318", "", 4318}, Case{"[::1]:65535", "::1", 65535},
        Case{"[fe80::1%eth0]:1", "fe80::1%eth0", 1},
        Case{"otel-collector.monitoring.svc:80", "otel-collector.monitoring.svc", 80}}) {
    const auto endpoint = Endpoint::parse(c.text);
    ASSERT_TRUE(endpoint.has_value()) << c.text;
    EXPECT_EQ(endpoint->host, c.host);
    EXPECT_EQ(endpoint->port, c.port);
    EXPECT_EQ(endpoint->to_string(), c.text);
  }
}

TEST(EndpointParse, RefusesWithTheTextAndTheReason) {
  struct Case {
    std::string_view text;
    std::string_view why;
  };
  for (const Case& c :
       {Case{"", "no port"}, Case{"localhost", "no port"}, Case{"localhost:", "no port between"},
        Case{"localhost:http", "no port between"}, Case{"localhost:65536", "no port between"},
        Case{"localhost:-1", "no port between"}, Case{"localhost:+1", "no port between"},
        Case{"localhost:1 ", "no port between"}, Case{"localhost:99999999999999999999", "no port"},
        Case{"::1:4317", "in brackets"}, Case{"[::1]", "no port"}, Case{"[::1", "no closing"},
        Case{"[::1]4317", "no port"}, Case{"[localhost]:1", "no IPv6 address"},
        Case{"[]:1", "no IPv6 address"}, Case{"a b:1", "no valid host"},
        Case{"http://localhost:4318", "too many colons"}, Case{"localhost/v1:1", "no valid host"},
        Case{"a]:1", "in brackets"}}) {
    const auto endpoint = Endpoint::parse(c.text);
    ASSERT_FALSE(endpoint.has_value()) << c.text;
    EXPECT_THAT(endpoint.error().message, HasSubstr(c.why)) << c.text;
    EXPECT_THAT(endpoint.error().message, HasSubstr("'" + std::string(c.text) + "'"));
    EXPECT_EQ(endpoint.error().code, ErrorCode::corrupt);
  }
}

TEST(EndpointParse, RefusesAHostLongerThanAnyName) {
  EXPECT_TRUE(Endpoint::parse(std::string(253, 'a') + ":1").has_value());
  EXPECT_FALSE(Endpoint::parse(std::string(254, 'a') + ":1").has_value());
}

TEST(EndpointParse, RefusesAZeroByteThatTheKernelWouldStopAt) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(Endpoint::parse("local\0host:1"sv).has_value());
  EXPECT_FALSE(Endpoint::parse("/tmp/\0x"sv, Family::unix_socket).has_value());
}

TEST(EndpointParse, TakesSocketPathsThatFit) {
  const auto endpoint = Endpoint::parse("/run/telemill.sock", Family::unix_socket);
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->to_string(), "/run/telemill.sock");
  EXPECT_TRUE(Endpoint::parse(std::string(107, 'p'), Family::unix_socket).has_value());
  EXPECT_FALSE(Endpoint::parse(std::string(108, 'p'), Family::unix_socket).has_value());
  EXPECT_FALSE(Endpoint::parse("", Family::unix_socket).has_value());
}

TEST(Resolve, GivesEveryAddressOfAName) {
  const auto addresses = resolve(Endpoint::parse("localhost:4317").value());
  ASSERT_TRUE(addresses.has_value()) << addresses.error().message;
  std::vector<std::string> texts;
  for (const Address& address : *addresses) {
    EXPECT_EQ(address.port(), 4317);
    texts.push_back(address.to_string());
  }
  EXPECT_THAT(texts, ::testing::IsSubsetOf({"127.0.0.1:4317", "[::1]:4317"}));
  EXPECT_FALSE(texts.empty());
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end()) << "none twice";
}

TEST(Resolve, KeepsToTheFamilyAskedFor) {
  const auto v4 = resolve(Endpoint::parse("localhost:1", Family::tcp4).value());
  ASSERT_TRUE(v4.has_value());
  for (const Address& address : *v4) EXPECT_EQ(address.storage.ss_family, AF_INET);
  EXPECT_FALSE(resolve(Endpoint::parse("[::1]:1", Family::tcp4).value()).has_value());
  EXPECT_FALSE(resolve(Endpoint::parse("127.0.0.1:1", Family::tcp6).value()).has_value());
}

TEST(Resolve, TakesNoHostForEveryInterface) {
  const Address v4 = resolve(Endpoint::parse(":9", Family::tcp4).value()).value().front();
  EXPECT_EQ(v4.to_string(), "0.0.0.0:9");
  const Address v6 = resolve(Endpoint::parse(":9", Family::tcp6).value()).value().front();
  EXPECT_EQ(v6.to_string(), "[::]:9");
  EXPECT_FALSE(v6.is_dual_stack);
}

TEST(Resolve, NamesWhatItCannotFind) {
  // A label of 64 characters is no legal name, so no server is asked.
  const auto endpoint = Endpoint::parse(std::string(64, 'x') + ".invalid:1");
  const auto addresses = resolve(endpoint.value());
  ASSERT_FALSE(addresses.has_value());
  EXPECT_EQ(addresses.error().code, ErrorCode::unavailable);
  EXPECT_THAT(addresses.error().message, HasSubstr(endpoint->to_string()));
}

TEST(Resolve, RefusesAPathThatDoesNotFitThoughMadeByHand) {
  EXPECT_FALSE(resolve({.family = Family::unix_socket, .host = std::string(200, 'p'), .port = 0})
                   .has_value());
}

TEST(Address, PrintsPathsAndAbstractNames) {
  const auto text = [](std::string_view path) {
    return resolve(Endpoint::parse(path, Family::unix_socket).value()).value().front().to_string();
  };
  EXPECT_EQ(text("/run/x"), "/run/x");
  EXPECT_EQ(text("@telemill"), "@telemill");
  EXPECT_EQ(Address{}.to_string(), "unnamed");
}

}  // namespace
}  // namespace telemill::runtime
