#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "components/registry.h"
#include "config/yaml_reader.h"
#include "pipeline/extension.h"
#include "pipeline/test_support.h"

/// What every component promises, whatever it does. A new component is tested by its registration;
/// one that cannot run with default settings has a row in `minimal_config`.
namespace telemill {
namespace {

using pipeline::ComponentKind;
using pipeline::Factory;
using pipeline::Outcome;
using pipeline::OutcomeClass;
using pipeline::Settled;
using std::chrono::milliseconds;

/// Nobody listens on the discard port of loopback.
constexpr std::string_view no_peer = "127.0.0.1:9";

/// The least that makes a component's settings valid. Exporters fail fast, and tell the outcome.
std::string minimal_config(const Factory& factory) {
  const std::string_view type = factory.info().type;
  const std::string synchronous =
      "retry_on_failure: {enabled: false}\nsending_queue: {wait_for_result: true}\n";
  if (factory.info().kind == ComponentKind::exporter) {
    if (type == "otlp_grpc") {
      return "endpoint: " + std::string(no_peer) + "\ntls: {insecure: true}\n" + synchronous;
    }
    if (type == "file")
      return "path: " + testing::TempDir() + "telemill_conformance_" + std::to_string(::getpid()) +
             "\n";
    if (type == "otlp_http") return "endpoint: http://" + std::string(no_peer) + "\n" + synchronous;
  }
  if (type == "basicauth") return "client_auth: {username: somebody, password: secret}\n";
  if (type == "bearertokenauth") return "token: secret\n";
  if (type == "health_check" || type == "zpages" || type == "pprof") {
    return "endpoint: 127.0.0.1:0\n";
  }
  if (factory.info().kind == ComponentKind::processor) {
    constexpr std::string_view action = "[{key: conformance, value: 1, action: insert}]\n";
    if (type == "attributes") return "actions: " + std::string(action);
    if (type == "resource") return "attributes: " + std::string(action);
    if (type == "memory_limiter") return "check_interval: 1s\nlimit_percentage: 100\n";
  }
  if (factory.info().kind == ComponentKind::receiver && type == "otlp") {
    return "protocols:\n  grpc: {endpoint: 127.0.0.1:0}\n  http: {endpoint: 127.0.0.1:0}\n";
  }
  if (factory.info().kind == ComponentKind::receiver && type == "otlp_json_file") {
    return "include: [" + testing::TempDir() + "telemill_conformance_none/*.json]\n";
  }
  return {};
}

/// Processors that acknowledge before the next consumer has answered.
bool has_own_acknowledgement(const Factory& factory) { return factory.info().type == "batch"; }
/// Exporters whose outcome is a peer's.
bool has_peer(const Factory& factory) { return factory.info().type.starts_with("otlp"); }

std::string name_of(const testing::TestParamInfo<const Factory*>& row) {
  const auto& info = row.param->info();
  return std::string(config::name_of(info.kind)) + "_" + std::string(info.type);
}

std::unique_ptr<pipeline::ComponentConfig> parse(const Factory& factory, const std::string& yaml,
                                                 config::Problems& problems) {
  const auto node = config::read_yaml(yaml, 0, problems);
  return factory.parse(node.value_or(config::Node{}), "component", problems);
}

class Conformance : public testing::TestWithParam<const Factory*> {
 protected:
  [[nodiscard]] const Factory& factory() const { return *GetParam(); }
  [[nodiscard]] ComponentKind kind() const { return factory().info().kind; }
  [[nodiscard]] bool is_consumer() const {
    return kind() != ComponentKind::receiver && kind() != ComponentKind::extension;
  }
  /// What it is given, the next consumer gets.
  [[nodiscard]] bool passes_on() const {
    return kind() == ComponentKind::processor || kind() == ComponentKind::connector;
  }

  void SetUp() override {
    config::Problems problems;
    settings_ = parse(factory(), minimal_config(factory()), problems);
    ASSERT_TRUE(problems.empty()) << problems[0].path << ": " << problems[0].message;
  }

  /// A fresh instance; the former one is destroyed.
  void create(otlp::Signal signal) {
    const std::string id(factory().info().type);
    component_.reset();
    input_ = nullptr;
    drains_ = 0;
    const auto context = lane_.context(id);
    if (kind() == ComponentKind::receiver) {
      pipeline::ReceiverOutputs outputs{};
      outputs[static_cast<size_t>(signal)] = &next_;
      component_ = factory().create_receiver(context, *settings_, outputs);
    } else if (kind() == ComponentKind::processor) {
      auto processor = factory().create_processor(context, *settings_, signal, next_);
      input_ = processor.get();
      component_ = std::move(processor);
    } else if (kind() == ComponentKind::connector) {
      const pipeline::ConnectorOutput output{{.type = "next", .name = {}}, &next_};
      auto connector =
          factory().create_connector(context, *settings_, signal, signal, {&output, 1});
      input_ = connector.get();
      component_ = std::move(connector);
    } else if (kind() == ComponentKind::extension) {
      component_ = factory().create_extension(context, *settings_);
    } else {
      auto exporter = factory().create_exporter(context, *settings_, signal);
      input_ = exporter.get();
      component_ = std::move(exporter);
    }
    ASSERT_NE(component_, nullptr);
  }
  void start() {
    const auto started = component_->start();
    ASSERT_TRUE(started.has_value()) << started.error().message;
  }
  void drain() {
    component_->drain([this] { ++drains_; });
  }
  void consume(otlp::Signal signal, Settled& settled, size_t items = 3) {
    input_->consume({pipeline::make_payload(signal, items), settled.completion()});
  }
  /// Runs the lane, with the sockets of the machine under it, until `is_done` or time is up. The
  /// clock of the lane moves with it.
  template <class IsDone>
  [[nodiscard]] bool run_until(IsDone is_done) {
    for (int i = 0; i < 3000 && !is_done(); ++i) {
      lane_.clock.advance(milliseconds(10));
      lane_.lane->run_turn(milliseconds(1));
    }
    return is_done();
  }
  [[nodiscard]] std::vector<otlp::Signal> signals() const {
    std::vector<otlp::Signal> result;
    for (const otlp::Signal signal : otlp::all_signals) {
      if (factory().info().signals.has(signal)) result.push_back(signal);
    }
    return result;
  }

  std::unique_ptr<pipeline::ComponentConfig> settings_;
  pipeline::TestLane lane_;
  pipeline::FakeConsumer next_;
  std::unique_ptr<pipeline::Component> component_;
  pipeline::Consumer* input_ = nullptr;
  int drains_ = 0;
};

TEST_P(Conformance, SaysWhatItIs) {
  EXPECT_FALSE(factory().info().type.empty());
  EXPECT_TRUE(factory().info().summary.ends_with('.')) << factory().info().summary;
  EXPECT_FALSE(signals().empty());
}

void expect_documented(const config::TypeInfo& type, const std::string& path) {
  config::visit_fields(type, [&path](const config::FieldInfo& field) {
    EXPECT_FALSE(field.key.empty()) << path;
    EXPECT_FALSE(field.doc.empty()) << path << "::" << field.key;
    const config::TypeInfo* inner = field.type;
    while (inner != nullptr && inner->element != nullptr) inner = inner->element;
    if (inner == nullptr || inner->kind != config::TypeKind::structure) return;
    expect_documented(*inner, path + "::" + std::string(field.key));
  });
}

TEST_P(Conformance, DocumentsEveryKey) {
  expect_documented(factory().type_info(), std::string(factory().info().type));
}

TEST_P(Conformance, RefusesAnUnknownKeyAndNamesTheNearest) {
  std::string known;
  config::visit_fields(factory().type_info(), [&known](const config::FieldInfo& field) {
    if (field.key.size() > known.size()) known = field.key;
  });
  config::Problems problems;
  parse(factory(), minimal_config(factory()) + known + "x: 1\n", problems);
  ASSERT_TRUE(problems.has_errors());
  EXPECT_EQ(problems[0].message, "unknown key");
  if (!known.empty()) {
    EXPECT_NE(problems[0].hint.find('"' + known + '"'), std::string::npos) << problems[0].hint;
  }
  config::Problems others;
  parse(factory(), minimal_config(factory()) + "zzzzzzzz: 1\n", others);
  EXPECT_TRUE(others.has_errors());
}

TEST_P(Conformance, RefusesSettingsThatAreNoMapping) {
  for (const std::string yaml : {"[1, 2]", "text", "7"}) {
    config::Problems problems;
    EXPECT_NE(parse(factory(), yaml, problems), nullptr);
    EXPECT_TRUE(problems.has_errors()) << yaml;
  }
}

TEST_P(Conformance, MayBeDestroyedInAnyState) {
  for (const otlp::Signal signal : signals()) {
    create(signal);
    create(signal);
    start();
    create(signal);
    drain();  // never started
    EXPECT_TRUE(run_until([this] { return drains_ == 1; }));
    create(signal);
    start();
    drain();
    EXPECT_TRUE(run_until([this] { return drains_ == 1; }));
  }
}

TEST_P(Conformance, DrainsAtOnceWhenItHoldsNothing) {
  for (const otlp::Signal signal : signals()) {
    create(signal);
    start();
    drain();
    EXPECT_TRUE(run_until([this] { return drains_ > 0; }));
    for (int i = 0; i < 20; ++i) lane_.pass(milliseconds(50));
    EXPECT_EQ(drains_, 1);
  }
}

TEST_P(Conformance, SettlesEachBatchOnceWhenTheNextAccepts) {
  if (!is_consumer()) return;
  for (const otlp::Signal signal : signals()) {
    SCOPED_TRACE(otlp::names(signal).name);
    create(signal);
    start();
    next_.answer = Outcome::ok();
    next_.items = 0;
    std::array<Settled, 5> settled;
    for (Settled& each : settled) consume(signal, each);
    EXPECT_TRUE(run_until([&] {
      return std::ranges::all_of(settled, [](const Settled& each) { return each.count() > 0; });
    }));
    drain();
    EXPECT_TRUE(run_until([this] { return drains_ > 0; }));
    const bool is_refused = kind() == ComponentKind::exporter && has_peer(factory());
    for (const Settled& each : settled) {
      EXPECT_TRUE(each.is(is_refused ? OutcomeClass::retryable : OutcomeClass::ok));
    }
    if (passes_on()) {
      EXPECT_EQ(next_.items, 15U);
    }
  }
}

TEST_P(Conformance, PassesOnTheClassOfARefusal) {
  if (!passes_on() || has_own_acknowledgement(factory())) return;
  for (const otlp::Signal signal : signals()) {
    for (const OutcomeClass cls : {OutcomeClass::retryable, OutcomeClass::permanent}) {
      create(signal);
      start();
      next_.answer = Outcome{.cls = cls, .message = "no"};
      Settled settled;
      consume(signal, settled);
      drain();
      EXPECT_TRUE(run_until([this] { return drains_ > 0; }));
      EXPECT_TRUE(settled.is(cls));
    }
  }
}

TEST_P(Conformance, DrainSettlesWhatIsHeld) {
  if (!is_consumer()) return;
  for (const otlp::Signal signal : signals()) {
    SCOPED_TRACE(otlp::names(signal).name);
    create(signal);
    start();
    next_.answer.reset();
    std::array<Settled, 12> settled;
    for (Settled& each : settled) consume(signal, each);
    drain();
    Settled late;
    consume(signal, late);
    EXPECT_TRUE(run_until([&] {
      while (!next_.held.empty()) next_.settle_first(Outcome::ok());
      return drains_ > 0 && late.count() > 0;
    }));
    for (const Settled& each : settled) EXPECT_EQ(each.count(), 1U);
    EXPECT_EQ(late.count(), 1U);
    EXPECT_EQ(drains_, 1);
    component_.reset();
    EXPECT_EQ(late.count(), 1U);
  }
}

TEST_P(Conformance, DestroyedByForceItLeavesNobodyWaiting) {
  if (!is_consumer()) return;
  for (const otlp::Signal signal : signals()) {
    create(signal);
    start();
    next_.answer.reset();
    std::array<Settled, 20> settled;
    for (Settled& each : settled) consume(signal, each);
    component_.reset();
    // What the next consumer holds may be settled later, by when the component is gone.
    while (!next_.held.empty()) next_.settle_first(Outcome::ok());
    for (const Settled& each : settled) EXPECT_EQ(each.count(), 1U);
    lane_.turn();
  }
}

INSTANTIATE_TEST_SUITE_P(Components, Conformance, testing::ValuesIn(components::all_factories()),
                         name_of);

}  // namespace
}  // namespace telemill
