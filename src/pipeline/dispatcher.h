#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/unique_function.h"
#include "pipeline/exporter_metrics.h"
#include "pipeline/lifeline.h"
#include "pipeline/outgoing.h"
#include "pipeline/retry.h"
#include "runtime/lane.h"
#include "runtime/shared_limit.h"

namespace telemill::pipeline {

/// Sends requests in their order, a bounded number at once, and again what failed for the moment.
/// One signal, one lane; the bound is shared with other lanes.
class Dispatcher {
 public:
  /// `consumers` bounds the requests in flight; null: no bound. `on_idle` runs when the last
  /// request has ended.
  struct Setup {
    runtime::Lane& lane;
    const log::Logger& logger;       // of the exporter
    std::string_view give_up_event;  // what it says when it gives data up
    runtime::SharedLimit* consumers = nullptr;
    RetryConfig retry;
    Sender& sender;
    ExporterMetrics& metrics;
    bool is_acknowledged = false;  // senders have been told that all is well
    base::UniqueFunction<void()> on_idle;
  };
  explicit Dispatcher(Setup setup);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void send(Outgoing request);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty() && flights_.empty(); }
  /// From now on every request has one more attempt, without a pause.
  void hurry();
  /// Gives up what waits; what is in flight ends with its next outcome.
  void close();

 private:
  /// A request in flight or waiting for its next attempt; it keeps its place among the consumers.
  struct Flight {
    Flight(Dispatcher& owner, Outgoing outgoing);
    Outgoing request;
    Retry retry;
    runtime::Timer pause;
    std::list<Flight>::iterator self{};
  };

  void start_waiting();
  void take_granted();
  void take_off();
  void attempt(Flight& flight);
  void on_outcome(Flight& flight, Outcome outcome);
  [[nodiscard]] bool try_later(Flight& flight, Outcome& outcome);
  void retry_parts_alone(Flight& flight);
  void land(Flight& flight);
  void finish(Flight& flight, const Outcome& outcome);
  void give_up(Outgoing request, const Outcome& outcome);

  Setup setup_;
  std::unique_ptr<runtime::LaneShare> consumers_;  // null: no bound
  std::deque<Outgoing> waiting_;
  std::list<Flight> flights_;
  bool is_hurried_ = false;
  bool is_closed_ = false;
  const Lifeline lifeline_;  // of callbacks that the sender holds
};

}  // namespace telemill::pipeline
