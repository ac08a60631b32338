#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "components/registry.h"
#include "config/yaml_reader.h"
#include "otlp/sample_spans.h"
#include "pipeline/test_support.h"

namespace telemill::components {
namespace {

constexpr size_t spans = 1000;

/// The attributes processor over spans with nine attributes, its copy of the request included.
void attributes(benchmark::State& state, const std::string& actions, bool is_edited) {
  const auto& all = all_factories();
  const auto found = std::ranges::find_if(
      all, [](const pipeline::Factory* factory) { return factory->info().type == "attributes"; });
  config::Problems problems;
  const auto settings =
      (*found)->parse(config::read_yaml("actions: " + actions, 0, problems).value(), "", problems);
  TELEMILL_CHECK(!problems.has_errors());
  pipeline::TestLane lane;
  pipeline::FakeConsumer next;
  next.answer = pipeline::Outcome::ok();
  const auto processor =
      (*found)->create_processor(lane.context("a"), *settings, otlp::Signal::traces, next);
  const otlp::Part part =
      otlp::Walker().walk(otlp::Signal::traces, otlp::SampleSpans(1).request(spans).bytes).value();
  next.answer.reset();
  processor->consume({otlp::Payload(otlp::Signal::traces, part), {}});
  const auto& result = next.held.front().payload.parts().front();
  TELEMILL_CHECK((result.bytes.data() != part.bytes.data()) == is_edited);
  next.held.clear();
  next.answer = pipeline::Outcome::ok();
  for (auto _ : state) {
    processor->consume({otlp::Payload(otlp::Signal::traces, part), {}});
    next.item_counts.clear();
  }
  state.counters["per_span"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * spans,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(attributes, nothing_to_delete, "[{key: nothing, action: delete}]", false);
BENCHMARK_CAPTURE(attributes, insert_constant, "[{key: env, value: prod, action: insert}]", true);
BENCHMARK_CAPTURE(attributes, update_constant, "[{key: server.port, value: 1, action: update}]",
                  true);
BENCHMARK_CAPTURE(attributes, delete_key, "[{key: server.port, action: delete}]", true);
BENCHMARK_CAPTURE(attributes, hash_key, "[{key: server.address, action: hash}]", true);
BENCHMARK_CAPTURE(attributes, five_actions,
                  "[{key: env, value: prod, action: insert}, {key: region, value: eu, action: "
                  "upsert}, {key: thread.name, action: delete}, {key: server.port, converted_type: "
                  "int, action: convert}, {key: peer, from_attribute: server.address, action: "
                  "insert}]",
                  true);

}  // namespace
}  // namespace telemill::components
