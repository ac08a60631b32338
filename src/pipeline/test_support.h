#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "otlp/walk.h"
#include "pipeline/batch.h"
#include "pipeline/component.h"
#include "runtime/manual_clock.h"
#include "wire/writer.h"

/// What tests of pipelines and components share.
namespace telemill::pipeline {

/// One lane under a clock that the test moves, and what a component lives on.
struct TestLane {
  runtime::ManualClock clock;
  std::unique_ptr<runtime::Lane> lane = runtime::Lane::create({.seed = 1, .clock = &clock}).value();
  runtime::MemoryBudget memory{size_t{1} << 30};
  runtime::LaneBudget budget{memory};
  runtime::MetricRegistry metrics;
  runtime::SharedObjects shared;
  runtime::Worker worker;

  TestLane() { lane->run_turn(Duration::zero()); }

  [[nodiscard]] ComponentContext context(std::string_view id) {
    return {.id = config::parse_component_id(id).value(),
            .lane = *lane,
            .budget = budget,
            .worker = worker,
            .metrics = metrics,
            .shared = shared};
  }
  void turn() { lane->run_turn(Duration::zero()); }
  /// Moves the clock, then runs what is due.
  void pass(Duration time) {
    clock.advance(time);
    turn();
    turn();
  }
  [[nodiscard]] int64_t metric(std::string_view name) const { return metrics.total(name); }
};

/// A part with `items` records in one scope; metrics with one point each, profiles with one sample.
inline otlp::Part make_part(otlp::Signal signal, size_t items, std::string_view mark = "m") {
  base::Buffer out;
  wire::Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  for (size_t i = 0; i < items; ++i) {
    const size_t record = writer.open(2);
    if (signal == otlp::Signal::metrics) writer.bytes(5, std::string_view("\x0a\x00", 2));
    if (signal == otlp::Signal::profiles) writer.bytes(2, "");
    writer.bytes(200, std::string(mark) + std::to_string(i));
    writer.close(record);
  }
  writer.close(scope);
  writer.close(resource);
  return otlp::Walker().walk(signal, std::move(out).freeze()).value();
}

inline otlp::Payload make_payload(otlp::Signal signal, size_t items, std::string_view mark = "m") {
  return {signal, make_part(signal, items, mark)};
}

/// What became of a batch. Lives at a fixed place until the batch is settled.
struct Settled {
  std::vector<Outcome> outcomes;

  Settled() = default;
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;

  [[nodiscard]] Completion completion() {
    return Completion([this](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
  }
  [[nodiscard]] size_t count() const noexcept { return outcomes.size(); }
  /// Settled exactly once, with this class.
  [[nodiscard]] bool is(OutcomeClass cls) const noexcept {
    return outcomes.size() == 1 && outcomes.front().cls == cls;
  }
};

/// The end of a pipeline: keeps every batch, or settles it at once.
class FakeConsumer final : public Consumer {
 public:
  /// Empty: batches are kept until the test settles them.
  std::optional<Outcome> answer;
  std::deque<Batch> held;
  std::vector<size_t> item_counts;  // of all batches ever given
  size_t items = 0;

  void consume(Batch batch) override {
    item_counts.push_back(batch.item_count());
    items += batch.item_count();
    if (answer) return batch.done.settle(*answer);
    held.push_back(std::move(batch));
  }
  void settle_first(Outcome outcome) {
    Batch batch = std::move(held.front());
    held.pop_front();
    batch.done.settle(std::move(outcome));
  }
};

}  // namespace telemill::pipeline
