#include "components/receivers/otlp_json_file/otlp_json_file.h"

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "components/receivers/otlp_json_file/document_reader.h"
#include "components/shared/file_follow/follow_config.h"
#include "components/shared/file_output/ordered_work.h"
#include "pipeline/item_counters.h"
#include "pipeline/lifeline.h"
#include "pipeline/retry.h"

namespace telemill::components::receivers::otlp_json_file {
namespace {

/// A document with its line break: larger ones are batches of tens of thousands of items.
constexpr uint64_t document_bytes_default = 64_MiB;
/// The memory budget has no room: how long to wait.
constexpr Duration no_room_interval = std::chrono::milliseconds(50);

/// How long a refused document is offered again. Without `enabled` always: a line that was read is
/// not lost.
struct OfferAgainConfig {
  bool enabled = false;
  Duration initial_interval = std::chrono::seconds(1);
  Duration max_interval = std::chrono::seconds(30);
  Duration max_elapsed_time = std::chrono::minutes(5);

  static constexpr auto fields = std::tuple{
      config::field("enabled", &OfferAgainConfig::enabled,
                    "Give up after max_elapsed_time; otherwise never."),
      config::field("initial_interval", &OfferAgainConfig::initial_interval,
                    "Pause after the first refusal."),
      config::field("max_interval", &OfferAgainConfig::max_interval, "Pauses stop growing here."),
      config::field("max_elapsed_time", &OfferAgainConfig::max_elapsed_time,
                    "Give a document up after this long; 0 never does."),
  };
  [[nodiscard]] config::Problems check() const {
    config::Problems problems;
    if (initial_interval <= Duration::zero()) {
      problems.add("initial_interval", "must be larger than zero");
    }
    return problems;
  }
  [[nodiscard]] pipeline::RetryConfig as_retry() const noexcept {
    return {.initial_interval = enabled ? initial_interval : std::chrono::milliseconds(100),
            .max_interval = enabled ? max_interval : std::chrono::seconds(5),
            .max_elapsed_time = enabled ? max_elapsed_time : Duration::zero()};
  }
};

struct OtlpJsonFileConfig {
  shared::FollowConfig files = {.line_bytes_default = document_bytes_default};
  bool replay_file = false;
  OfferAgainConfig retry_on_failure;

  static constexpr auto fields = std::tuple{
      config::inlined(&OtlpJsonFileConfig::files),
      config::field("replay_file", &OtlpJsonFileConfig::replay_file,
                    "Read every file from its beginning at each poll."),
      config::field("retry_on_failure", &OtlpJsonFileConfig::retry_on_failure,
                    "How long documents are offered that a pipeline refuses for the moment."),
  };
};

pipeline::Signals wanted_of(const pipeline::ReceiverOutputs& outputs) {
  pipeline::Signals wanted{};
  for (const otlp::Signal signal : otlp::all_signals) {
    if (outputs[static_cast<size_t>(signal)] != nullptr) wanted.add(signal);
  }
  return wanted;
}

/// One haul after the other: read, offer all of its documents, wait until each is settled. So a
/// pipeline that refuses holds the reading up.
class OtlpJsonFile final : public pipeline::Receiver {
 public:
  OtlpJsonFile(const pipeline::ComponentContext& context, const OtlpJsonFileConfig& config,
               const pipeline::ReceiverOutputs& outputs)
      : lane_(context.lane),
        budget_(context.budget),
        name_(context.id.text()),
        logger_(context.logger),
        config_(config),
        retry_(config.retry_on_failure.as_retry()),
        outputs_(outputs),
        reader_(
            std::make_shared<DocumentReader>(config.files, config.replay_file, wanted_of(outputs))),
        work_(context.lane, context.worker, 1),
        poll_timer_(context.lane, [this] { read(); }),
        accepted_(context.metrics, "otelcol_receiver_accepted_",
                  "Items that the pipeline took over.",
                  {{"receiver", name_}, {"transport", "file"}}),
        refused_(context.metrics, "otelcol_receiver_refused_",
                 "Items that the pipeline answered with an error.",
                 {{"receiver", name_}, {"transport", "file"}}),
        undecodable_(context.metrics.counter({.name = "otelcol_receiver_undecodable_lines",
                                              .kind = runtime::MetricKind::counter,
                                              .unit = "{line}",
                                              .help = "Lines that were no OTLP JSON document."},
                                             {{"receiver", name_}})) {}

  Result<void, Failure> start() override {
    poll_timer_.schedule(Duration::zero());
    return {};
  }

  void drain(base::UniqueFunction<void()> done) override {
    is_draining_ = true;
    drained_ = std::move(done);
    poll_timer_.cancel();
    for (Flight& flight : flights_) {  // those that pause get their last chance
      if (flight.pause.is_scheduled()) flight.pause.schedule(Duration::zero());
    }
    finish_drain();
  }

 private:
  /// A document on its way, offered until it is taken or refused for good.
  struct Flight {
    Flight(OtlpJsonFile& owner, Document read)
        : document(std::move(read)),
          retry(owner.retry_, owner.lane_.now()),
          pause(owner.lane_, [this, &owner] { owner.offer(*this); }) {}
    Document document;
    runtime::Admission admission;
    pipeline::Retry retry;
    runtime::Timer pause;
    std::list<Flight>::iterator self{};
  };

  void read() {
    is_reading_ = true;
    auto haul = std::make_shared<Haul>();
    work_.submit(
        0,
        [reader = reader_, haul, now = lane_.now(),
         unix_now = lane_.unix_now()]() -> Result<void, Failure> {
          *haul = reader->next(now, unix_now);
          return {};
        },
        [this, haul](Result<void, Failure> result) {
          is_reading_ = false;
          if (result) return on_haul(*haul);
          poll_timer_.schedule(config_.files.poll_interval);  // the worker is full
        });
  }

  void on_haul(Haul& haul) {
    if (haul.undecodable_lines > 0) {
      undecodable_ += static_cast<int64_t>(haul.undecodable_lines);
      logger_.warn("otlp_json_file.undecodable",
                   {{"lines", haul.undecodable_lines}, {"first", haul.first_problem}});
    }
    has_more_ = haul.has_more;
    for (Document& document : haul.documents) {
      Flight& flight = flights_.emplace_back(*this, std::move(document));
      flight.self = std::prev(flights_.end());
    }
    // Offering may end a flight at once, so the list is not walked meanwhile.
    std::vector<Flight*> fresh;
    for (Flight& flight : flights_) fresh.push_back(&flight);
    is_offering_ = true;
    for (Flight* flight : fresh) offer(*flight);
    is_offering_ = false;
    go_on();
  }

  void offer(Flight& flight) {
    if (flight.admission.bytes() == 0 && !is_draining_ &&
        !budget_.try_admit(flight.document.part.bytes.size(), flight.admission)) {
      return flight.pause.schedule(no_room_interval);
    }
    pipeline::Completion completion(
        [this, watch = lifeline_.watch(), &flight](pipeline::Outcome outcome) {
          if (watch.is_alive()) on_outcome(flight, std::move(outcome));
        });
    outputs_[static_cast<size_t>(flight.document.signal)]->consume(
        {.payload = otlp::Payload(flight.document.signal, flight.document.part),
         .done = std::move(completion)});
  }

  void on_outcome(Flight& flight, pipeline::Outcome outcome) {
    if (outcome.cls == pipeline::OutcomeClass::retryable && !is_draining_) {
      if (const auto delay = flight.retry.next(lane_.now(), outcome.delay, lane_.random())) {
        return flight.pause.schedule(*delay);
      }
    }
    (outcome.is_ok() ? accepted_ : refused_)
        .add(flight.document.signal, flight.document.part.item_count);
    if (!outcome.is_ok()) {
      logger_.warn("otlp_json_file.refused",
                   {{"items", flight.document.part.item_count}, {"error", outcome.message}});
    }
    flights_.erase(flight.self);
    if (!is_offering_) go_on();
  }

  void go_on() {
    if (is_draining_) return finish_drain();
    if (!flights_.empty() || is_reading_ || poll_timer_.is_scheduled()) return;
    poll_timer_.schedule(has_more_ ? Duration::zero() : config_.files.poll_interval);
  }

  void finish_drain() {
    if (!drained_ || is_reading_ || !flights_.empty()) return;
    auto done = std::exchange(drained_, {});
    done();
  }

  runtime::Lane& lane_;
  runtime::LaneBudget& budget_;
  const std::string name_;
  const log::Logger logger_;
  const OtlpJsonFileConfig& config_;
  const pipeline::RetryConfig retry_;
  const pipeline::ReceiverOutputs outputs_;
  std::shared_ptr<DocumentReader> reader_;  // shared with the job on the worker
  const pipeline::Lifeline lifeline_;       // of completions that the pipeline holds
  std::list<Flight> flights_;
  shared::OrderedWork work_;
  runtime::Timer poll_timer_;
  bool has_more_ = false;
  bool is_reading_ = false;
  bool is_offering_ = false;
  bool is_draining_ = false;
  base::UniqueFunction<void()> drained_;

  pipeline::ItemCounters accepted_;
  pipeline::ItemCounters refused_;
  runtime::Counter& undecodable_;
};

class OtlpJsonFileFactory final : public pipeline::FactoryFor<OtlpJsonFileConfig> {
 public:
  OtlpJsonFileFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::receiver,
                    .type = "otlp_json_file",
                    .summary = "Reads files of OTLP JSON lines, and follows them as they grow.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Receiver> create_receiver(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      const pipeline::ReceiverOutputs& outputs) const override {
    return std::make_unique<OtlpJsonFile>(context, as_config(settings), outputs);
  }
};

}  // namespace

const pipeline::Factory& factory() {
  static const OtlpJsonFileFactory instance;
  return instance;
}

}  // namespace telemill::components::receivers::otlp_json_file
