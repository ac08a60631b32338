#include "engine/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "components/registry.h"
#include "config/yaml_reader.h"

/// How pipelines hang together: connectors, cycles, ids, the order of a drain.
namespace telemill::engine {
namespace {

using pipeline::ComponentKind;
using testing::ElementsAre;
using testing::HasSubstr;

struct NoSettings {
  static constexpr auto fields = std::tuple{};
};

/// A connector that turns traces into metrics and takes nothing else.
class CountingFactory final : public pipeline::FactoryFor<NoSettings> {
 public:
  CountingFactory()
      : FactoryFor({.kind = ComponentKind::connector,
                    .type = "counting",
                    .summary = "Traces to metrics.",
                    .signals = {otlp::Signal::traces}}) {}
  [[nodiscard]] pipeline::Signals outputs_of(otlp::Signal from) const noexcept override {
    return from == otlp::Signal::traces ? pipeline::Signals{otlp::Signal::metrics}
                                        : pipeline::Signals{};
  }
};

struct Planned {
  Plan plan;
  std::vector<std::string> errors;
};

Planned plan_of(const std::string& connectors, const std::string& pipelines) {
  static const CountingFactory counting;
  auto factories = components::all_factories();
  factories.push_back(&counting);
  const std::string yaml =
      "receivers: {nop: , nop/2: }\nprocessors: {batch: , batch/2: }\nexporters: {nop: }\n"
      "connectors: {" +
      connectors + "}\nservice:\n  pipelines:\n" + pipelines;
  config::Problems problems;
  const auto node = config::read_yaml(yaml, 0, problems);
  Planned planned{.plan = make_plan(node.value(), factories, problems), .errors = {}};
  for (const config::Problem& problem : problems) {
    if (problem.severity == config::Severity::error) planned.errors.push_back(problem.message);
  }
  return planned;
}

TEST(PlanGraph, AForwardConnectorJoinsPipelines) {
  const auto [plan, errors] = plan_of("forward: ",
                                      "    traces/in: {receivers: [nop], processors: [batch, "
                                      "batch/2], exporters: [forward]}\n"
                                      "    traces/out: {receivers: [forward], processors: [batch], "
                                      "exporters: [nop]}\n");
  EXPECT_THAT(errors, ElementsAre());
  // What is fed is built before what feeds it.
  EXPECT_THAT(plan.build_order, ElementsAre(1, 0));
  // Receivers, two processors, the connector, one processor, exporters.
  EXPECT_EQ(plan.pipelines[0].first_stage, 1U);
  EXPECT_THAT(plan.connector_stages, ElementsAre(3));
  EXPECT_EQ(plan.pipelines[1].first_stage, 4U);
  EXPECT_EQ(plan.stage_count, 6U);
}

TEST(PlanGraph, WithoutConnectorsStagesFollowTheLongestPipeline) {
  const auto [plan, errors] =
      plan_of("",
              "    traces: {receivers: [nop], processors: [batch], exporters: [nop]}\n"
              "    logs: {receivers: [nop], exporters: [nop]}\n");
  EXPECT_THAT(errors, ElementsAre());
  EXPECT_EQ(plan.stage_count, 3U);
}

TEST(PlanGraph, ACycleIsPrinted) {
  const auto [plan, errors] =
      plan_of("forward: , forward/back: ",
              "    logs/a: {receivers: [nop, forward/back], exporters: [forward]}\n"
              "    logs/b: {receivers: [forward], exporters: [forward/back, nop]}\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0],
            "the pipelines form a cycle: pipeline \"logs/a\" -> connector \"forward\" -> pipeline "
            "\"logs/b\" -> connector \"forward/back\" -> pipeline \"logs/a\"");
}

TEST(PlanGraph, APipelineThatFeedsItselfIsACycle) {
  const auto [plan, errors] =
      plan_of("forward: ", "    logs: {receivers: [nop, forward], exporters: [forward, nop]}\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0],
              HasSubstr("pipeline \"logs\" -> connector \"forward\" -> pipeline \"logs\""));
}

TEST(PlanGraph, AConnectorUsedOnOneSideOnlyIsRefused) {
  const auto only_out =
      plan_of("forward: ", "    logs: {receivers: [nop], exporters: [forward]}\n");
  ASSERT_EQ(only_out.errors.size(), 1U);
  EXPECT_THAT(only_out.errors[0], HasSubstr("is used as exporter here, but not as receiver"));
  const auto only_in = plan_of("forward: ", "    logs: {receivers: [forward], exporters: [nop]}\n");
  ASSERT_EQ(only_in.errors.size(), 1U);
  EXPECT_THAT(only_in.errors[0], HasSubstr("is used as receiver here, but not as exporter"));
}

TEST(PlanGraph, AForwardConnectorKeepsTheSignal) {
  const auto [plan, errors] = plan_of("forward: ",
                                      "    logs: {receivers: [nop], exporters: [forward]}\n"
                                      "    traces: {receivers: [forward], exporters: [nop]}\n");
  EXPECT_EQ(errors.size(), 2U);  // neither end finds the other
}

TEST(PlanGraph, AConnectorMayChangeTheSignal) {
  const auto [plan, errors] = plan_of("counting: ",
                                      "    traces: {receivers: [nop], exporters: [counting]}\n"
                                      "    metrics: {receivers: [counting], exporters: [nop]}\n");
  EXPECT_THAT(errors, ElementsAre());
  EXPECT_EQ(plan_of("counting: ",
                    "    logs: {receivers: [nop], exporters: [counting]}\n"
                    "    metrics: {receivers: [counting], exporters: [nop]}\n")
                .errors.size(),
            2U);
}

TEST(PlanGraph, AConnectorMayNotShareItsIdWithAReceiver) {
  const auto [plan, errors] = plan_of("nop: ", "    logs: {receivers: [nop], exporters: [nop]}\n");
  EXPECT_THAT(errors, testing::Contains(HasSubstr("the receiver \"nop\" has the same id")));
}

TEST(PlanGraph, AnExtensionThatIsNotConfiguredIsNamed) {
  config::Problems problems;
  const auto node = config::read_yaml(
      "receivers: {nop: }\nexporters: {nop: }\nservice:\n  extensions: [zpages/x]\n"
      "  pipelines: {logs: {receivers: [nop], exporters: [nop]}}\n",
      0, problems);
  (void)make_plan(node.value(), components::all_factories(), problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "references extension \"zpages/x\" which is not configured");
  EXPECT_EQ(problems[0].mark.line, 4U);
}

TEST(PlanGraph, AReceiverNamedTwiceIsFedOnce) {
  const auto [plan, errors] =
      plan_of("", "    logs: {receivers: [nop, nop, nop/2], exporters: [nop, nop]}\n");
  EXPECT_THAT(errors, ElementsAre());
  EXPECT_THAT(plan.pipelines[0].receivers, ElementsAre(0, 1));
  EXPECT_THAT(plan.pipelines[0].exporters, ElementsAre(0));
}

TEST(PlanGraph, WithTheGateNothingNeedsToBeConfigured) {
  for (const std::string yaml : {"service: {}\n", "receivers: {nop: }\nservice: {pipelines: }\n"}) {
    const auto problems_with = [&yaml](std::string_view gates) {
      config::Problems problems;
      const auto node = config::read_yaml(yaml, 0, problems);
      config::FeatureGates switches;
      switches.apply(gates, problems);
      (void)make_plan(node.value(), components::all_factories(), problems, switches);
      return problems.error_count();
    };
    EXPECT_GT(problems_with(""), 0U) << yaml;
    EXPECT_EQ(problems_with("service.AllowNoPipelines"), 0U) << yaml;
  }
}

}  // namespace
}  // namespace telemill::engine
