#include "components/extensions/basicauth/server_side.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "pipeline/test_support.h"
#include "transport/base64.h"

namespace telemill::components::extensions::basicauth {
namespace {

using pipeline::Authenticated;

/// One header of a request, or none.
struct Shown final : pipeline::RequestHeaders {
  explicit Shown(std::string text) : value(std::move(text)) {}
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
    if (name != "authorization" || value.empty()) return std::nullopt;
    return value;
  }
  std::string value;
};
Shown basic(const std::string& user, const std::string& password) {
  return Shown("Basic " + transport::encode_base64(user + ":" + password));
}

class ServerSideTest : public testing::Test {
 protected:
  ServerSideTest() {
    config_.inline_text = config::Secret(
        "quick:plain\nslow:$2y$05$CCCCCCCCCCCCCCCCCCCCC.vTdnMkpWk2uFGdD13bbQkt9V3Bbgxl.\n");
    server_ = std::make_unique<ServerSide>(lane_.context("basicauth"), config_);
    EXPECT_TRUE(server_->start().has_value());
  }
  /// The verdict when all is computed.
  bool is_let_in(const Shown& shown) {
    std::optional<bool> verdict;
    server_->authenticate(shown, [&](const Authenticated& known) { verdict = known.has_value(); });
    wait_for([&] { return verdict.has_value(); });
    return verdict.value_or(false);
  }
  template <class IsDone>
  void wait_for(IsDone is_done) {
    for (int i = 0; i < 20'000 && !is_done(); ++i) {
      lane_.turn();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(is_done());
  }

  pipeline::TestLane lane_;
  HtpasswdConfig config_;
  std::unique_ptr<ServerSide> server_;
};

TEST_F(ServerSideTest, QuickHashesAreJudgedAtOnce) {
  EXPECT_TRUE(server_->authenticate_now(basic("quick", "plain"))->has_value());
  EXPECT_FALSE(server_->authenticate_now(basic("quick", "wrong"))->has_value());
  EXPECT_FALSE(server_->authenticate_now(Shown(""))->has_value());
  EXPECT_FALSE(server_->authenticate_now(Shown("Bearer x"))->has_value());
}

TEST_F(ServerSideTest, SlowHashesAreComputedOnceAndRemembered) {
  const Shown right = basic("slow", "open sesame");
  const Shown wrong = basic("slow", "closed");
  EXPECT_FALSE(server_->authenticate_now(right).has_value()) << "nothing is known yet";
  EXPECT_TRUE(is_let_in(right));
  EXPECT_FALSE(is_let_in(wrong));
  EXPECT_TRUE(server_->authenticate_now(right)->has_value());
  EXPECT_FALSE(server_->authenticate_now(wrong)->has_value());
}

TEST_F(ServerSideTest, UnknownUsersTakeAsLongAsKnownOnes) {
  EXPECT_FALSE(server_->authenticate_now(basic("nobody", "open sesame")).has_value());
  EXPECT_FALSE(is_let_in(basic("nobody", "open sesame"))) << "somebody else's password";
}

TEST_F(ServerSideTest, ManyWhoAskTheSameAreComputedTogether) {
  const Shown right = basic("slow", "open sesame");
  size_t let_in = 0;
  for (int i = 0; i < 100; ++i) {
    server_->authenticate(right, [&](const Authenticated& known) { let_in += known ? 1 : 0; });
  }
  wait_for([&] { return let_in == 100; });
}

TEST_F(ServerSideTest, StrangersWhoGuessAreToldToComeLater) {
  size_t refused = 0, later = 0;
  for (int i = 0; i < 100; ++i) {
    server_->authenticate(basic("slow", std::to_string(i)), [&](const Authenticated& known) {
      ASSERT_FALSE(known.has_value());
      ++(known.error().code == ErrorCode::unavailable ? later : refused);
    });
  }
  EXPECT_EQ(later, 84U);
  wait_for([&] { return refused == 16; });
}

TEST_F(ServerSideTest, MayBeDestroyedWhileItComputes) {
  size_t calls = 0;
  server_->authenticate(basic("slow", "x"), [&](const Authenticated&) { ++calls; });
  server_.reset();
  for (int i = 0; i < 50; ++i) lane_.turn();
  EXPECT_EQ(calls, 0U);
}

TEST(ServerSide, RefusesToStartWithoutUsers) {
  pipeline::TestLane lane;
  const HtpasswdConfig nothing{.file = "/nonexistent/htpasswd", .inline_text = {}};
  EXPECT_FALSE(ServerSide(lane.context("basicauth"), nothing).start().has_value());
  const HtpasswdConfig garbage{.file = {}, .inline_text = config::Secret("garbage\n:x\n")};
  EXPECT_FALSE(ServerSide(lane.context("basicauth"), garbage).start().has_value());
}

}  // namespace
}  // namespace telemill::components::extensions::basicauth
