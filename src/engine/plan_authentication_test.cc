#include "engine/plan_authentication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "components/registry.h"
#include "config/yaml_reader.h"

namespace telemill::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Found {
  std::string path, message;
  uint32_t line = 0;
};

/// What is wrong with a receiver that names `authenticator`.
std::vector<Found> errors_of(const std::string& authenticator, const std::string& running = "",
                             const std::string& pipelines = "otlp") {
  const std::string yaml =
      "receivers:\n"
      "  nop:\n"
      "  otlp:\n"
      "    protocols:\n"
      "      http:\n"
      "        auth: {authenticator: " +
      authenticator +
      "}\n"
      "exporters: {nop: }\n"
      "extensions:\n"
      "  bearertokenauth: {token: a}\n"
      "  basicauth/client: {client_auth: {username: a, password: b}}\n"
      "  basicauth/server: {htpasswd: {inline: 'a:b'}}\n"
      "  zpages:\n"
      "service:\n"
      "  extensions: [" +
      running + "]\n  pipelines: {logs: {receivers: [" + pipelines + "], exporters: [nop]}}\n";
  config::Problems problems;
  const auto node = config::read_yaml(yaml, 0, problems);
  (void)make_plan(node.value(), components::all_factories(), problems);
  std::vector<Found> found;
  for (const config::Problem& problem : problems) {
    found.push_back({problem.path, problem.message, static_cast<uint32_t>(problem.mark.line)});
  }
  return found;
}

TEST(PlanAuthentication, AServerAuthenticatorThatRunsIsFine) {
  EXPECT_TRUE(errors_of("bearertokenauth", "bearertokenauth").empty());
  EXPECT_TRUE(errors_of("basicauth/server", "basicauth/server").empty());
}

TEST(PlanAuthentication, AnUnknownOneIsNamedWithItsPlace) {
  const auto errors = errors_of("nobody");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].path, "receivers::otlp::protocols::http::auth::authenticator");
  EXPECT_EQ(errors[0].message, "references extension \"nobody\" which is not configured");
  EXPECT_EQ(errors[0].line, 6U);
}

TEST(PlanAuthentication, OneThatDoesNotRunIsRefused) {
  const auto errors = errors_of("bearertokenauth");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message, HasSubstr("does not run"));
}

TEST(PlanAuthentication, TheWrongSideIsRefused) {
  const auto client = errors_of("basicauth/client", "basicauth/client");
  ASSERT_EQ(client.size(), 1U);
  EXPECT_THAT(client[0].message, HasSubstr("does not authenticate clients"));
  const auto none = errors_of("zpages", "zpages");
  ASSERT_EQ(none.size(), 1U);
  EXPECT_THAT(none[0].message, HasSubstr("does not authenticate clients"));
}

TEST(PlanAuthentication, AnEmptyOneIsRefused) {
  const auto errors = errors_of("");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "required");
}

TEST(PlanAuthentication, WhatNoPipelineUsesIsNotLookedAt) {
  EXPECT_TRUE(errors_of("nobody", "", "nop").empty());
}

}  // namespace
}  // namespace telemill::engine
