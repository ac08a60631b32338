#include "components/extensions/basicauth/basicauth.h"

#include <gtest/gtest.h>

#include <fstream>

#include "components/extensions/basicauth/basicauth_config.h"
#include "components/extensions/basicauth/client_side.h"
#include "pipeline/test_support.h"
#include "transport/client_fixture.h"

namespace telemill::components::extensions::basicauth {
namespace {

TEST(BasicAuthConfig, HasExactlyOneSide) {
  EXPECT_EQ(BasicAuthConfig{}.check().size(), 1U);
  BasicAuthConfig config{.htpasswd = HtpasswdConfig{.file = "x"}};
  EXPECT_TRUE(config.check().empty());
  config.client_auth = ClientAuthConfig{.username = "x"};
  EXPECT_EQ(config.check().size(), 1U);
  EXPECT_EQ(HtpasswdConfig{}.check().size(), 1U);
  EXPECT_EQ(ClientAuthConfig{}.check().size(), 1U);
  EXPECT_EQ((ClientAuthConfig{.username = "a", .username_file = "b"}).check().size(), 1U);
  EXPECT_EQ((ClientAuthConfig{.username = "a:b"}).check().size(), 1U);
}

TEST(ClientSide, ShowsNameAndPassword) {
  pipeline::TestLane lane;
  const ClientAuthConfig config{.username = "Aladdin", .password = config::Secret("open sesame")};
  ClientSide client(lane.context("basicauth"), config);
  ASSERT_TRUE(client.start().has_value());
  std::vector<pipeline::ContextEntry> headers;
  ASSERT_TRUE(client.add_headers(headers).has_value());
  EXPECT_EQ(headers, (std::vector<pipeline::ContextEntry>{
                         {"authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}}));
  EXPECT_TRUE(client.requires_tls());
}

TEST(ClientSide, ReadsThemFromFiles) {
  const transport::testing::TemporaryFolder folder;
  std::ofstream(folder.file("name")) << "Aladdin\n";
  std::ofstream(folder.file("word")) << "open sesame\r\n";
  pipeline::TestLane lane;
  const ClientAuthConfig config{.username_file = folder.file("name"),
                                .password_file = folder.file("word")};
  ClientSide client(lane.context("basicauth"), config);
  ASSERT_TRUE(client.start().has_value());
  std::vector<pipeline::ContextEntry> headers;
  ASSERT_TRUE(client.add_headers(headers).has_value());
  EXPECT_EQ(headers.at(0).value, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  const ClientAuthConfig missing{.username_file = folder.file("none")};
  EXPECT_FALSE(ClientSide(lane.context("basicauth"), missing).start().has_value());
}

}  // namespace
}  // namespace telemill::components::extensions::basicauth
