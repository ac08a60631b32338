#include "components/extensions/health_check/health_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/extensions/health_check/status_page.h"
#include "pipeline/test_host.h"

namespace telemill::components::extensions::health_check {
namespace {

using pipeline::ComponentKind;
using pipeline::Status;
using testing::HasSubstr;

constexpr UnixNanos second = 1'000'000'000;

struct Row {
  const char* name;
  Status status;
  ComponentHealth rules;
  int http_status;
};

class StatusRules : public testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, StatusRules,
    testing::Values(
        Row{"ok", Status::ok, {}, 200}, Row{"starting", Status::starting, {}, 503},
        Row{"stopping", Status::stopping, {}, 503}, Row{"stopped", Status::stopped, {}, 503},
        Row{"fatal", Status::fatal_error, {}, 500},
        Row{"permanent_left_out", Status::permanent_error, {}, 200},
        Row{"permanent", Status::permanent_error, {.include_permanent_errors = true}, 500},
        Row{"recoverable_left_out", Status::recoverable_error, {}, 200},
        Row{"recoverable_in_time",
            Status::recoverable_error,
            {.include_recoverable_errors = true, .recovery_duration = std::chrono::seconds(90)},
            200},
        Row{"recoverable_too_late",
            Status::recoverable_error,
            {.include_recoverable_errors = true, .recovery_duration = std::chrono::seconds(30)},
            500}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(StatusRules, DecideTheAnswer) {
  pipeline::TestHost host;
  host.pipeline_list.push_back(
      {.id = {"traces", ""}, .receivers = {{"otlp", ""}}, .exporters = {{"nop", ""}}});
  host.status_list = {{.kind = ComponentKind::receiver, .id = {"otlp", ""}, .status = Status::ok},
                      {.kind = ComponentKind::exporter,
                       .id = {"nop", ""},
                       .status = GetParam().status,
                       .message = "a \"quoted\" reason",
                       .changed_at = 40 * second}};
  const StatusPageInput input{
      .host = host, .rules = GetParam().rules, .now = 100 * second, .is_ready = true};
  const StatusPageOutput output = render_status(input, "verbose");
  EXPECT_EQ(output.http_status, GetParam().http_status) << output.body;
  EXPECT_THAT(output.body, HasSubstr(R"("error":"a \"quoted\" reason")"));
  EXPECT_THAT(output.body, HasSubstr(R"("exporter:nop":{"healthy":)"));
  EXPECT_EQ(render_status(input, "pipeline=traces").http_status, GetParam().http_status);
  EXPECT_EQ(render_status(input, "pipeline=logs").http_status, 404);
  const StatusPageInput early{.host = host, .rules = GetParam().rules, .now = 1, .is_ready = false};
  EXPECT_EQ(render_status(early, "").http_status, 503);
}

TEST(HealthCheckConfig, Checks) {
  EXPECT_TRUE(HealthCheckConfig{}.check().empty());
  HealthCheckConfig config;
  config.path = "health";
  EXPECT_TRUE(config.check().has_errors());
  EXPECT_TRUE((ConfigPage{.enabled = true}).check().has_errors());
}

}  // namespace
}  // namespace telemill::components::extensions::health_check
