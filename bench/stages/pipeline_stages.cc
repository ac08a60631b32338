// Batching, the sending queue and their counters, with a peer that accepts everything.
#include "base/check.h"
#include "components/processors/batch/batch.h"
#include "otlp/walk.h"
#include "pipeline/sending_queue.h"
#include "stages/stage.h"

namespace telemill::bench {
namespace {

/// Accepts what it is sent, a moment later, as the contract wants it.
class AcceptingSender final : public pipeline::Sender {
 public:
  void send(const pipeline::Outgoing& request,
            base::UniqueFunction<void(pipeline::Outcome)> done) override {
    spans += request.payload.item_count();
    sent_.push_back(std::move(done));
  }
  void settle() {
    while (!sent_.empty()) {
      const auto done =
          std::make_unique<base::UniqueFunction<void(pipeline::Outcome)>>(std::move(sent_.back()));
      sent_.pop_back();
      (*done)(pipeline::Outcome::ok());
    }
  }
  size_t spans = 0;

 private:
  std::vector<base::UniqueFunction<void(pipeline::Outcome)>> sent_;
};

/// From the receiver's hand-over of a walked request to the end of its slabs.
void batching(Meter& meter, size_t rounds, size_t spans) {
  const auto lane = runtime::Lane::create({}).value();
  runtime::MemoryBudget process(64 << 20);
  runtime::LaneBudget budget(process);
  runtime::Worker worker;
  runtime::MetricRegistry metrics;
  runtime::SharedObjects shared;
  const pipeline::ComponentContext context{.id = {.type = "bench"},
                                           .lane = *lane,
                                           .budget = budget,
                                           .worker = worker,
                                           .metrics = metrics,
                                           .shared = shared};
  AcceptingSender sender;
  pipeline::SendingQueue queue(context, otlp::Signal::traces, {}, sender);
  const components::processors::batch::BatchConfig config;
  components::processors::batch::Batch batch(context, config, otlp::Signal::traces, queue);

  const std::vector<base::Slice> requests = house_requests(spans);
  otlp::Walker walker;
  size_t acknowledged = 0;
  const auto run = [&](size_t count, bool is_measured) {
    for (size_t i = 0; i < count; ++i) {
      auto part = walker.walk(otlp::Signal::traces, requests[i % requests.size()]).value();
      pipeline::Completion done(
          [&acknowledged](pipeline::Outcome outcome) { acknowledged += outcome.is_ok() ? 1 : 0; });
      if (is_measured) meter.resume();
      batch.consume({.payload = otlp::Payload(otlp::Signal::traces, std::move(part)),
                     .done = std::move(done)});
      sender.settle();
      if (is_measured) meter.pause();
    }
  };
  // A batch is full after `count` requests, so every round ends as it began.
  const size_t count = (config.send_batch_size + spans - 1) / spans;
  run(count, false);
  for (size_t round = 0; round < rounds; ++round) run(count, true);
  TELEMILL_CHECK(acknowledged == (rounds + 1) * count);
  TELEMILL_CHECK(sender.spans == (rounds + 1) * count * spans);
  meter.add(rounds * count, rounds * count * spans);
}

}  // namespace

std::vector<Stage> pipeline_stages() {
  return {{"batching_1000", [](Meter& meter, size_t rounds) { batching(meter, rounds, 1000); }, 20},
          {"batching_100", [](Meter& meter, size_t rounds) { batching(meter, rounds, 100); }, 8}};
}

}  // namespace telemill::bench
