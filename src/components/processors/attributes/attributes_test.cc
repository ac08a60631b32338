#include "components/processors/attributes/attributes.h"

#include <gtest/gtest.h>

#include <ostream>

#include "base/random.h"
#include "config/yaml_reader.h"
#include "otlp/sample_spans.h"
#include "pipeline/test_support.h"

namespace telemill::components::processors::attributes {
namespace {

using otlp::Signal;

/// A processor of one pipeline, and what came out of it last.
class AttributesTest : public testing::Test {
 protected:
  void configure(std::string_view yaml) {
    config::Problems problems;
    const auto node = config::read_yaml(yaml, 0, problems).value();
    settings_ = factory().parse(node, "", problems);
    ASSERT_FALSE(problems.has_errors()) << problems[0].path << ": " << problems[0].message;
  }
  /// Null when the batch was refused.
  const otlp::Part* run(Signal signal, const otlp::Part& part) {
    const auto processor =
        factory().create_processor(lane_.context("attributes"), *settings_, signal, next_);
    next_.held.clear();
    processor->consume({otlp::Payload(signal, part), settled_.completion()});
    return next_.held.empty() ? nullptr : &next_.held.front().payload.parts().front();
  }
  static otlp::Part walk(Signal signal, std::string_view bytes) {
    return otlp::Walker().walk(signal, base::Slice::copy_of(bytes)).value();
  }

  std::unique_ptr<pipeline::ComponentConfig> settings_;
  pipeline::TestLane lane_;
  pipeline::Settled settled_;  // outlives the batches that report to it
  pipeline::FakeConsumer next_;
};

void put(wire::Writer& writer, uint32_t field, std::string_view key, std::string_view text) {
  const size_t attribute = writer.open(field);
  writer.bytes(1, key);
  const size_t value = writer.open(2);
  writer.bytes(1, text);
  writer.close(value);
  writer.close(attribute);
}

/// One resource "service.name=shop, env=prod", one scope "lib" 1.2, and what `records` writes.
template <class Records>
std::string request_of(Records records) {
  base::Buffer out;
  wire::Writer writer(out);
  const size_t entry = writer.open(1);
  const size_t resource = writer.open(1);
  put(writer, 1, "service.name", "shop");
  put(writer, 1, "env", "prod");
  writer.close(resource);
  const size_t scope_entry = writer.open(2);
  const size_t scope = writer.open(1);
  writer.bytes(1, "lib");
  writer.bytes(2, "1.2");
  writer.close(scope);
  records(writer);
  writer.close(scope_entry);
  writer.close(entry);
  return std::string(out.view());
}

std::string one_span() {
  return request_of([](wire::Writer& writer) {
    const size_t span = writer.open(2);
    writer.bytes(5, "GET /cart");
    writer.varint(6, 2);
    put(writer, 9, "user", "joe");
    put(writer, 9, "code", "500");
    writer.close(span);
  });
}

std::string one_log(bool has_severity = true) {
  return request_of([has_severity](wire::Writer& writer) {
    const size_t log = writer.open(2);
    if (has_severity) writer.varint(2, 9);
    writer.bytes(3, "INFO");
    const size_t body = writer.open(5);
    writer.bytes(1, "hello world");
    writer.close(body);
    put(writer, 6, "user", "joe");
    writer.close(log);
  });
}

std::string one_metric() {
  return request_of([](wire::Writer& writer) {
    const size_t metric = writer.open(2);
    writer.bytes(1, "http.requests");
    const size_t sum = writer.open(7);
    for (const std::string_view user : {"joe", "ann"}) {
      const size_t point = writer.open(1);
      writer.fixed64(6, 5);
      put(writer, 7, "user", user);
      writer.close(point);
    }
    writer.close(sum);
    writer.close(metric);
  });
}

struct Selection {
  const char* name;
  Signal signal;
  const char* match;
  bool is_selected;

  friend std::ostream& operator<<(std::ostream& out, const Selection& row) {
    return out << row.name;
  }
};

class Include : public AttributesTest, public testing::WithParamInterface<Selection> {};

std::string request_for(Signal signal) {
  if (signal == Signal::metrics) return one_metric();
  return signal == Signal::logs ? one_log() : one_span();
}

/// An item is edited when `include` matches it, and left alone when `exclude` does.
TEST_P(Include, SelectsAsItsRowSays) {
  const Selection& row = GetParam();
  const otlp::Part part = walk(row.signal, request_for(row.signal));
  for (const bool is_include : {true, false}) {
    configure((is_include ? "include: {" : "exclude: {") + std::string(row.match) +
              "}\nactions: [{key: marked, value: 1, action: insert}]\n");
    const otlp::Part* const result = run(row.signal, part);
    ASSERT_NE(result, nullptr);
    const bool is_edited = result->bytes.view().find("marked") != std::string_view::npos;
    EXPECT_EQ(is_edited, row.is_selected == is_include) << is_include;
  }
}

constexpr Signal traces = Signal::traces;
constexpr Signal logs = Signal::logs;
constexpr Signal metrics = Signal::metrics;
constexpr Selection selections[] = {
    {"services", traces, "match_type: strict, services: [x, shop]", true},
    {"services_other", traces, "match_type: strict, services: [sho]", false},
    {"services_regexp", traces, "match_type: regexp, services: [^sh]", true},
    {"span_names", traces, "match_type: strict, span_names: ['GET /cart']", true},
    {"span_names_regexp_searches", traces, "match_type: regexp, span_names: [cart]", true},
    {"span_names_strict_is_whole", traces, "match_type: strict, span_names: [cart]", false},
    {"span_kinds", traces, "match_type: strict, span_kinds: [SPAN_KIND_SERVER]", true},
    {"span_kinds_other", traces, "match_type: strict, span_kinds: [SPAN_KIND_CLIENT]", false},
    {"span_kinds_regexp", traces, "match_type: regexp, span_kinds: [SER]", true},
    {"attributes_key", traces, "match_type: strict, attributes: [{key: user}]", true},
    {"attributes_value", traces, "match_type: strict, attributes: [{key: user, value: joe}]", true},
    {"attributes_type_counts", traces, "match_type: strict, attributes: [{key: code, value: 500}]",
     false},
    {"attributes_all_must_match", traces,
     "match_type: strict, attributes: [{key: user}, {key: none}]", false},
    {"attributes_regexp", traces, "match_type: regexp, attributes: [{key: code, value: '^5..$'}]",
     true},
    {"resources", traces, "match_type: strict, resources: [{key: env, value: prod}]", true},
    {"resources_all_must_match", traces, "match_type: strict, resources: [{key: env}, {key: no}]",
     false},
    {"libraries_name", traces, "match_type: strict, libraries: [{name: lib}]", true},
    {"libraries_version", traces, "match_type: strict, libraries: [{name: lib, version: '1.2'}]",
     true},
    {"libraries_other_version", traces, "match_type: strict, libraries: [{name: lib, version: ''}]",
     false},
    {"libraries_one_is_enough", traces, "match_type: strict, libraries: [{name: x}, {name: lib}]",
     true},
    {"keys_must_all_match", traces, "match_type: strict, services: [shop], span_names: [other]",
     false},
    {"log_bodies", logs, "match_type: regexp, log_bodies: [wor]", true},
    {"log_bodies_strict", logs, "match_type: strict, log_bodies: [hello]", false},
    {"log_severity_texts", logs, "match_type: strict, log_severity_texts: [INFO]", true},
    {"log_severity_number", logs, "match_type: strict, log_severity_number: {min: 9}", true},
    {"log_severity_number_below", logs, "match_type: strict, log_severity_number: {min: 10}",
     false},
    {"log_attributes", logs, "match_type: strict, attributes: [{key: user, value: joe}]", true},
    {"metric_names", metrics, "match_type: regexp, metric_names: ['^http\\.']", true},
    {"metric_names_other", metrics, "match_type: strict, metric_names: [http]", false},
    {"metric_resources", metrics, "match_type: strict, resources: [{key: env}]", true},
};
INSTANTIATE_TEST_SUITE_P(Rows, Include, testing::ValuesIn(selections),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(AttributesTest, SeverityZeroMatchesOnlyWhenAskedFor) {
  const otlp::Part part = walk(logs, one_log(false));
  for (const bool matches : {true, false}) {
    configure("include: {match_type: strict, log_severity_number: {min: 1, match_undefined: " +
              std::string(matches ? "true" : "false") +
              "}}\nactions: [{key: user, action: delete}]\n");
    EXPECT_EQ(run(logs, part)->bytes.view().find("joe") == std::string_view::npos, matches);
  }
}

TEST_F(AttributesTest, ExcludeIsLookedAtAfterInclude) {
  configure(
      "include: {match_type: strict, metric_names: [http.requests]}\n"
      "exclude: {match_type: strict, attributes: [{key: user, value: joe}]}\n"
      "actions: [{key: user, value: x, action: update}]\n");
  const std::string_view result = run(metrics, walk(metrics, one_metric()))->bytes.view();
  EXPECT_NE(result.find("joe"), std::string_view::npos);
  EXPECT_EQ(result.find("ann"), std::string_view::npos);
}

TEST_F(AttributesTest, KeysOfAnotherSignalAreMistakes) {
  const auto wrong = [this](std::string_view match, Signal signal) {
    configure("exclude: {match_type: strict, " + std::string(match) +
              "}\nactions: [{key: a, action: delete}]\n");
    const config::Problems problems = factory().check_signal(*settings_, signal);
    return problems.empty() ? "" : problems[0].path;
  };
  EXPECT_EQ(wrong("services: [a]", traces), "");
  EXPECT_EQ(wrong("services: [a]", logs), "exclude::services");
  EXPECT_EQ(wrong("span_names: [a]", metrics), "exclude::span_names");
  EXPECT_EQ(wrong("span_kinds: [SPAN_KIND_SERVER]", logs), "exclude::span_kinds");
  EXPECT_EQ(wrong("log_bodies: [a]", traces), "exclude::log_bodies");
  EXPECT_EQ(wrong("log_severity_texts: [a]", metrics), "exclude::log_severity_texts");
  EXPECT_EQ(wrong("log_severity_number: {min: 1}", traces), "exclude::log_severity_number");
  EXPECT_EQ(wrong("metric_names: [a]", logs), "exclude::metric_names");
}

TEST_F(AttributesTest, MistakesOfIncludeAreNamed) {
  const auto mistake = [](std::string_view include) {
    config::Problems problems;
    const auto node = config::read_yaml("include: " + std::string(include) +
                                            "\nactions: [{key: a, action: delete}]\n",
                                        0, problems)
                          .value();
    static_cast<void>(factory().parse(node, "", problems));
    return problems.empty() ? std::string() : problems[0].path + ": " + problems[0].message;
  };
  EXPECT_EQ(mistake("{services: [a]}"), "include::match_type: is required");
  EXPECT_EQ(mistake("{match_type: strict}"), "include: says nothing about what to match");
  EXPECT_TRUE(mistake("{match_type: fuzzy, services: [a]}").starts_with("include::match_type"));
  EXPECT_TRUE(mistake("{match_type: regexp, services: [a, '(']}")
                  .starts_with("include::services[1]: is no regular"));
  EXPECT_TRUE(mistake("{match_type: strict, span_kinds: [SERVER]}")
                  .starts_with("include::span_kinds[0]: there is no span kind"));
  EXPECT_EQ(mistake("{match_type: regexp, attributes: [{key: a, value: 1}]}"),
            "include::attributes[0]::value: must be a string where match_type is regexp");
  EXPECT_EQ(mistake("{match_type: strict, resources: [{value: 1}]}"),
            "include::resources[0]::key: must not be empty");
}

TEST_F(AttributesTest, WhatIsNotChangedGoesOnAsTheSameBytes) {
  const otlp::Part part = walk(traces, one_span());
  for (const std::string_view action :
       {"{key: none, action: delete}", "{key: user, value: joe, action: upsert}",
        "{key: none, value: 1, action: update}", "{key: user, value: x, action: insert}"}) {
    configure("actions: [" + std::string(action) + "]");
    EXPECT_EQ(run(traces, part)->bytes.data(), part.bytes.data()) << action;
  }
}

TEST_F(AttributesTest, ACopyIsPaidForUntilItDies) {
  configure("actions: [{key: user, action: delete}]");
  const size_t copy_bytes = run(traces, walk(traces, one_span()))->bytes.size();
  const size_t leased_bytes = lane_.memory.leased_bytes();
  next_.held.clear();
  EXPECT_EQ(lane_.memory.leased_bytes(), leased_bytes - copy_bytes);
}

TEST_F(AttributesTest, WithoutRoomForACopyTheBatchIsRefusedForTheMoment) {
  configure("actions: [{key: user, action: delete}]");
  runtime::MemoryBudget memory(10);
  runtime::LaneBudget budget(memory);
  const pipeline::ComponentContext roomy = lane_.context("attributes");
  const pipeline::ComponentContext tight{.id = roomy.id,
                                         .lane = roomy.lane,
                                         .budget = budget,
                                         .worker = roomy.worker,
                                         .metrics = roomy.metrics,
                                         .shared = roomy.shared};
  const auto processor = factory().create_processor(tight, *settings_, traces, next_);
  processor->consume({otlp::Payload(traces, walk(traces, one_span())), settled_.completion()});
  EXPECT_TRUE(settled_.is(pipeline::OutcomeClass::retryable));
  EXPECT_TRUE(next_.held.empty());
}

TEST_F(AttributesTest, ABrokenSpanIsLeftAlone) {
  configure("actions: [{key: user, action: delete}, {key: n, value: 1, action: insert}]");
  const std::string broken = request_of([](wire::Writer& writer) {
    const size_t span = writer.open(2);
    put(writer, 9, "user", "joe");
    writer.out().append("\x4a\x7f");  // an attribute that runs past the end
    writer.close(span);
  });
  const otlp::Part part = walk(traces, broken);
  EXPECT_EQ(run(traces, part)->bytes.data(), part.bytes.data());
}

TEST_F(AttributesTest, ABrokenAttributeStaysAndHasNoKey) {
  configure("actions: [{pattern: '', key: x, action: delete}, {key: n, value: 1, action: insert}]");
  const std::string_view broken("\x4a\x05\x0a\x01u\x12\x7f", 7);
  const std::string request = request_of([&](wire::Writer& writer) {
    const size_t span = writer.open(2);
    put(writer, 9, "x", "joe");
    writer.out().append(broken);
    writer.close(span);
  });
  const std::string_view result = run(traces, walk(traces, request))->bytes.view();
  EXPECT_NE(result.find(broken), std::string_view::npos);
  EXPECT_EQ(result.find("joe"), std::string_view::npos);
}

TEST_F(AttributesTest, UnknownFieldsOfAnAttributeStayWhenItsValueChanges) {
  configure("actions: [{key: k, value: 1, action: update}]");
  const std::string request = request_of([](wire::Writer& writer) {
    const size_t span = writer.open(2);
    const size_t attribute = writer.open(9);
    writer.bytes(2, "");  // the value before the key
    writer.bytes(99, "unknown");
    writer.bytes(1, "k");
    writer.close(attribute);
    writer.close(span);
  });
  const otlp::Part* const result = run(traces, walk(traces, request));
  EXPECT_NE(result->bytes.view().find("unknown"), std::string_view::npos);
  const otlp::Range record = result->table.records()[0];
  const auto attribute = otlp::SpanView(result->bytes.view().substr(record.offset, record.size))
                             .attributes()
                             .find("k");
  ASSERT_TRUE(attribute.has_value());
  EXPECT_EQ(attribute->value().integer(), 1);
}

TEST_F(AttributesTest, ValuesOfTenMegabytesAndOddBytesPassThrough) {
  configure(
      "actions: [{key: big, action: hash}, {key: other, from_attribute: odd, action: insert}]");
  const std::string big(10'000'000, 'x');
  const std::string request = request_of([&big](wire::Writer& writer) {
    const size_t span = writer.open(2);
    put(writer, 9, "big", big);
    put(writer, 9, "odd", "\xff\xfe");
    writer.close(span);
  });
  const std::string_view result = run(traces, walk(traces, request))->bytes.view();
  EXPECT_LT(result.size(), 300U);
  EXPECT_NE(result.find("other\x12\x04\x0a\x02\xff\xfe"), std::string_view::npos);
}

// Damaged requests never crash, and what comes out walks again.
TEST_F(AttributesTest, SurvivesDamage) {
  configure(
      "include: {match_type: regexp, attributes: [{key: server.port, value: '.'}]}\n"
      "actions: [{key: server.port, action: hash}, {pattern: '^u', action: delete}, "
      "{key: n, value: {a: [1]}, action: upsert}]");
  for (uint64_t seed = 0; seed < 500; ++seed) {
    base::Random random(seed);
    std::string bytes(otlp::SampleSpans(seed).request(3).bytes.view());
    for (uint64_t n = 1 + random.below(8); n > 0; --n) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.u64());
    }
    auto part = otlp::Walker().walk(traces, base::Slice::copy_of(bytes));
    if (!part) continue;
    const otlp::Part* const result = run(traces, *part);
    ASSERT_NE(result, nullptr);
    EXPECT_TRUE(otlp::Walker().walk(traces, result->bytes).has_value()) << "seed " << seed;
  }
}

TEST_F(AttributesTest, CountsWhatGoesInAndOut) {
  configure("actions: [{key: user, action: delete}]");
  run(metrics, walk(metrics, one_metric()));
  EXPECT_EQ(lane_.metric("otelcol_processor_incoming_items"), 2);
  EXPECT_EQ(lane_.metric("otelcol_processor_outgoing_items"), 2);
}

}  // namespace
}  // namespace telemill::components::processors::attributes
