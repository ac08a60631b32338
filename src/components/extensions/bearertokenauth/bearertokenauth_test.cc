#include "components/extensions/bearertokenauth/bearertokenauth.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "pipeline/test_support.h"
#include "transport/client_fixture.h"

namespace telemill::components::extensions::bearertokenauth {
namespace {

using pipeline::ContextEntry;

/// One header of a request.
struct Shown final : pipeline::RequestHeaders {
  Shown(std::string key, std::string text) : name(std::move(key)), value(std::move(text)) {}
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const override {
    return key == name ? std::optional<std::string_view>(value) : std::nullopt;
  }
  std::string name, value;
};

class BearerTest : public testing::Test {
 protected:
  BearerTokenAuth& make(BearerTokenAuthConfig config) {
    auth_.reset();
    config_ = std::move(config);
    EXPECT_TRUE(config_.check().empty());
    auth_ = std::make_unique<BearerTokenAuth>(lane_.context("bearertokenauth"), config_);
    return *auth_;
  }
  bool lets_in(const std::string& value, const std::string& name = "authorization") {
    return auth_->authenticate_now(Shown(name, value))->has_value();
  }
  std::string sent() {
    std::vector<ContextEntry> headers;
    EXPECT_TRUE(auth_->add_headers(headers).has_value());
    return headers.at(0).name + ": " + headers.at(0).value;
  }
  /// Lets the file be looked at until `is_done`.
  template <class IsDone>
  bool watch_until(IsDone is_done) {
    for (int i = 0; i < 2000 && !is_done(); ++i) {
      lane_.pass(std::chrono::milliseconds(500));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return is_done();
  }
  /// Replaces the file as careful programs do.
  void put(std::string_view text) {
    std::ofstream(folder_.file("new"), std::ios::binary) << text;
    std::filesystem::rename(folder_.file("new"), path_);
  }

  pipeline::TestLane lane_;
  transport::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.file("token");
  BearerTokenAuthConfig config_;
  std::unique_ptr<BearerTokenAuth> auth_;
};

TEST_F(BearerTest, OneToken) {
  make({.token = config::Secret("abc")});
  EXPECT_TRUE(lets_in("Bearer abc"));
  for (const char* value : {"", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "bearer abc",
                            "Bearer  abc", "abc", "Basic abc"}) {
    EXPECT_FALSE(lets_in(value)) << value;
  }
  EXPECT_FALSE(lets_in("Bearer abc", "x-other"));
  EXPECT_EQ(sent(), "authorization: Bearer abc");
  EXPECT_TRUE(auth_->requires_tls());
  EXPECT_EQ(auth_->challenge(), "Bearer");
}

TEST_F(BearerTest, SeveralTokens) {
  make({.tokens = {config::Secret("a"), config::Secret("b")}});
  EXPECT_TRUE(lets_in("Bearer a"));
  EXPECT_TRUE(lets_in("Bearer b"));
  EXPECT_FALSE(lets_in("Bearer c"));
  EXPECT_EQ(sent(), "authorization: Bearer a");
}

TEST_F(BearerTest, OwnHeaderAndScheme) {
  make({.token = config::Secret("k"), .scheme = "", .header = "X-Api-Key"});
  EXPECT_TRUE(lets_in("k", "x-api-key"));
  EXPECT_EQ(sent(), "x-api-key: k");
}

TEST_F(BearerTest, FollowsItsFile) {
  put("one\n");
  make({.filename = path_});
  ASSERT_TRUE(auth_->start().has_value());
  EXPECT_TRUE(lets_in("Bearer one"));
  put("\n two \r\nthree\n");
  EXPECT_TRUE(watch_until([&] { return lets_in("Bearer two"); }));
  EXPECT_TRUE(lets_in("Bearer three"));
  EXPECT_FALSE(lets_in("Bearer one"));
  EXPECT_EQ(sent(), "authorization: Bearer two");
}

TEST_F(BearerTest, KeepsTheLastGoodTokens) {
  put("one\n");
  make({.filename = path_});
  ASSERT_TRUE(auth_->start().has_value());
  const std::string huge(1'000'000, 'x');
  for (const std::string& text :
       {std::string(), std::string("\n \n"), std::string("a b\n"), huge}) {
    put(text);
    for (int i = 0; i < 20; ++i) {
      lane_.pass(std::chrono::seconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_TRUE(lets_in("Bearer one"));
  }
  std::filesystem::remove(path_);
  for (int i = 0; i < 20; ++i) {
    lane_.pass(std::chrono::seconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_TRUE(lets_in("Bearer one"));
  put("back\n");
  EXPECT_TRUE(watch_until([&] { return lets_in("Bearer back"); }));
}

TEST_F(BearerTest, AFileThatCannotBeUsedIsAnErrorAtStart) {
  EXPECT_FALSE(make({.filename = path_}).start().has_value());
  put(std::string(70'000, 'x'));
  EXPECT_FALSE(make({.filename = path_}).start().has_value());
  put("\n");
  EXPECT_FALSE(make({.filename = path_}).start().has_value());
}

TEST(BearerConfig, Checks) {
  EXPECT_TRUE(BearerTokenAuthConfig{}.check().has_errors());
  BearerTokenAuthConfig both{.token = config::Secret("a"), .tokens = {config::Secret("b")}};
  EXPECT_TRUE(both.check().has_errors());
  EXPECT_TRUE((BearerTokenAuthConfig{.token = config::Secret("a b")}).check().has_errors());
  EXPECT_TRUE((BearerTokenAuthConfig{.token = config::Secret("a\nb")}).check().has_errors());
  EXPECT_TRUE(
      (BearerTokenAuthConfig{.token = config::Secret("a"), .header = "a b"}).check().has_errors());
}

}  // namespace
}  // namespace telemill::components::extensions::bearertokenauth
