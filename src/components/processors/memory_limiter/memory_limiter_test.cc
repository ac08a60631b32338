#include "components/processors/memory_limiter/memory_limiter.h"

#include <gtest/gtest.h>

#include <ostream>

#include "config/yaml_reader.h"
#include "pipeline/test_support.h"

namespace telemill::components::processors::memory_limiter {
namespace {

using otlp::Signal;
using pipeline::OutcomeClass;

std::string mistake(std::string_view yaml) {
  config::Problems problems;
  static_cast<void>(factory().parse(config::read_yaml(yaml, 0, problems).value(), "", problems));
  return problems.empty() ? "" : problems[0].path + ": " + problems[0].message;
}

struct Row {
  const char* name;
  const char* yaml;
  const char* problem;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }
};

class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, AreKept) { EXPECT_EQ(mistake(GetParam().yaml), GetParam().problem); }

constexpr Row rows[] = {
    {"limit_mib", "{check_interval: 1s, limit_mib: 4000}", ""},
    {"limit_percentage", "{check_interval: 5s, limit_percentage: 80, spike_limit_percentage: 25}",
     ""},
    {"all_keys",
     "{check_interval: 1s, limit_mib: 10, spike_limit_mib: 2, limit_percentage: 50, "
     "spike_limit_percentage: 10, min_gc_interval_when_soft_limited: 20s, "
     "min_gc_interval_when_hard_limited: 1s, max_gc_interval_when_soft_limited: 40s, "
     "max_gc_interval_when_hard_limited: 35s}",
     ""},
    {"check_interval_is_required", "{limit_mib: 1}", "check_interval: must be greater than zero"},
    {"check_interval_is_positive", "{limit_mib: 1, check_interval: -1s}",
     "check_interval: must be greater than zero"},
    {"one_limit_is_required", "{check_interval: 1s}",
     ": limit_mib or limit_percentage must be greater than zero"},
    {"spike_below_limit", "{check_interval: 1s, limit_mib: 5, spike_limit_mib: 5}",
     "spike_limit_mib: must be smaller than limit_mib"},
    {"percentage_at_most_100", "{check_interval: 1s, limit_percentage: 101}",
     "limit_percentage: must be at most 100"},
    {"spike_percentage_below_limit",
     "{check_interval: 1s, limit_percentage: 50, spike_limit_percentage: 50}",
     "spike_limit_percentage: must be smaller than limit_percentage"},
    {"gc_minima", "{check_interval: 1s, limit_mib: 5, min_gc_interval_when_hard_limited: 11s}",
     "min_gc_interval_when_soft_limited: must not be smaller than "
     "min_gc_interval_when_hard_limited"},
    {"gc_maximum_below_minimum",
     "{check_interval: 1s, limit_mib: 5, max_gc_interval_when_soft_limited: 5s}",
     "max_gc_interval_when_soft_limited: must be 0 or not smaller than "
     "min_gc_interval_when_soft_limited"},
    {"gc_maximum_below_hard_maximum",
     "{check_interval: 1s, limit_mib: 5, max_gc_interval_when_soft_limited: 20s}",
     "max_gc_interval_when_soft_limited: must be 0 or not smaller than "
     "max_gc_interval_when_hard_limited"},
    {"gc_maximum_zero_disables",
     "{check_interval: 1s, limit_mib: 5, max_gc_interval_when_soft_limited: 0s}", ""},
};
INSTANTIATE_TEST_SUITE_P(Rows, Rules, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Thresholds, AreOfTheLimitAndTheSpike) {
  MemoryLimiterConfig config;
  config.limit_mib = 100;
  EXPECT_EQ(config.thresholds(1).hard_bytes, 100_MiB);
  EXPECT_EQ(config.thresholds(1).soft_bytes, 80_MiB) << "20 % unless told";
  config.spike_limit_mib = 30;
  config.limit_percentage = 50;
  EXPECT_EQ(config.thresholds(1).soft_bytes, 70_MiB) << "MiB win over percent";
  config.limit_mib = 0;
  config.spike_limit_percentage = 10;
  EXPECT_EQ(config.thresholds(1000).hard_bytes, 500U);
  EXPECT_EQ(config.thresholds(1000).soft_bytes, 400U);
}

size_t used = 0;
size_t read_used() { return used; }

struct Reporter final : pipeline::StatusReporter {
  std::vector<pipeline::Status> states;
  void report(pipeline::Status status, std::string_view /*message*/) override {
    states.push_back(status);
  }
};

class MemoryLimiterTest : public testing::Test {
 protected:
  MemoryLimiterTest() {
    config_.check_interval = std::chrono::seconds(1);
    used = 0;
  }
  std::unique_ptr<MemoryLimiter> create(Signal signal) {
    auto context = lane_.context("memory_limiter");
    context.status = &reporter_;
    auto limiter = std::make_unique<MemoryLimiter>(context, config_, signal, next_, guard_);
    EXPECT_TRUE(limiter->start().has_value());
    return limiter;
  }
  static OutcomeClass offer(MemoryLimiter& limiter, Signal signal) {
    pipeline::Settled settled;
    limiter.consume({pipeline::make_payload(signal, 3), settled.completion()});
    return settled.outcomes.at(0).cls;
  }

  MemoryLimiterConfig config_;
  pipeline::TestLane lane_;
  pipeline::FakeConsumer next_;
  Reporter reporter_;
  runtime::MemoryGuard guard_{{.soft_bytes = 80, .hard_bytes = 100}, lane_.memory, &read_used};
};

TEST_F(MemoryLimiterTest, RefusesAllDataForTheMomentAndResumes) {
  next_.answer = pipeline::Outcome::ok();
  const auto traces = create(Signal::traces);
  const auto logs = create(Signal::logs);  // follows the same guard
  EXPECT_EQ(offer(*traces, Signal::traces), OutcomeClass::ok);
  used = 90;
  EXPECT_EQ(offer(*traces, Signal::traces), OutcomeClass::ok) << "not looked at yet";
  lane_.pass(std::chrono::seconds(1));
  EXPECT_EQ(offer(*traces, Signal::traces), OutcomeClass::retryable);
  EXPECT_EQ(offer(*logs, Signal::logs), OutcomeClass::retryable);
  used = 10;
  lane_.pass(std::chrono::seconds(1));
  EXPECT_EQ(offer(*logs, Signal::logs), OutcomeClass::ok);
  EXPECT_EQ(lane_.metric("otelcol_processor_memory_limiter_accepted_spans"), 6);
  EXPECT_EQ(lane_.metric("otelcol_processor_memory_limiter_refused_spans"), 3);
  EXPECT_EQ(lane_.metric("otelcol_processor_memory_limiter_refused_log_records"), 3);
  EXPECT_EQ(lane_.metric("otelcol_processor_incoming_items"), 15);
  EXPECT_EQ(lane_.metric("otelcol_processor_outgoing_items"), 9);
  using pipeline::Status;
  EXPECT_EQ(reporter_.states, (std::vector{Status::recoverable_error, Status::recoverable_error,
                                           Status::ok, Status::ok}));
}

TEST_F(MemoryLimiterTest, AnotherInstanceTakesOverFromACheckerThatIsGone) {
  auto first = create(Signal::traces);
  const auto second = create(Signal::logs);
  first.reset();
  used = 90;
  lane_.pass(std::chrono::seconds(1));
  EXPECT_EQ(offer(*second, Signal::logs), OutcomeClass::retryable);
}

TEST_F(MemoryLimiterTest, LetsOutWhatIsHeldUpstreamWhileDraining) {
  next_.answer = pipeline::Outcome::ok();
  used = 90;
  const auto limiter = create(Signal::traces);
  EXPECT_EQ(offer(*limiter, Signal::traces), OutcomeClass::retryable);
  bool is_drained = false;
  limiter->drain([&is_drained] { is_drained = true; });
  EXPECT_TRUE(is_drained);
  EXPECT_EQ(offer(*limiter, Signal::traces), OutcomeClass::ok);
}

TEST_F(MemoryLimiterTest, TheSoftLimitCapsWhatReceiversAdmit) {
  config::Problems problems;
  const auto settings = factory().parse(
      config::read_yaml("{check_interval: 1s, limit_mib: 10}", 0, problems).value(), "", problems);
  const auto limiter =
      factory().create_processor(lane_.context("m"), *settings, Signal::traces, next_);
  EXPECT_EQ(lane_.memory.bytes_max(), 8_MiB);
}

}  // namespace
}  // namespace telemill::components::processors::memory_limiter
