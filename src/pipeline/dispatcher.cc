#include "pipeline/dispatcher.h"

#include <utility>

#include "config/scalar.h"

namespace telemill::pipeline {

Dispatcher::Flight::Flight(Dispatcher& owner, Outgoing outgoing)
    : request(std::move(outgoing)),
      retry(owner.setup_.retry, owner.setup_.lane.now()),
      pause(owner.setup_.lane, [this, &owner] { owner.attempt(*this); }) {}

Dispatcher::Dispatcher(Setup setup) : setup_(std::move(setup)) {
  if (setup_.consumers == nullptr) return;
  consumers_ = std::make_unique<runtime::LaneShare>(*setup_.consumers, setup_.lane, [this] {
    take_granted();
    start_waiting();
  });
}

void Dispatcher::send(Outgoing request) {
  waiting_.push_back(std::move(request));
  start_waiting();
}

void Dispatcher::start_waiting() {
  while (!is_closed_ && !waiting_.empty()) {
    if (consumers_ && (consumers_->is_waiting() || !consumers_->take_or_wait(1))) return;
    take_off();
  }
}

/// The place that was waited for has come; what waited for it may have been given up.
void Dispatcher::take_granted() {
  if (!waiting_.empty()) return take_off();
  static_cast<void>(consumers_->give(1));  // waits for nothing
}

void Dispatcher::take_off() {
  Flight& flight = flights_.emplace_back(*this, std::move(waiting_.front()));
  flight.self = std::prev(flights_.end());
  waiting_.pop_front();
  setup_.metrics.set_in_flight(flights_.size());
  attempt(flight);
}

void Dispatcher::attempt(Flight& flight) {
  setup_.sender.send(flight.request, [this, &flight, watch = lifeline_.watch()](Outcome outcome) {
    if (watch.is_alive()) on_outcome(flight, std::move(outcome));
  });
}

void Dispatcher::on_outcome(Flight& flight, Outcome outcome) {
  if (outcome.cls == OutcomeClass::retryable && try_later(flight, outcome)) return;
  const bool was_merged = flight.request.payload.parts().size() > 1;
  if (outcome.cls == OutcomeClass::permanent && was_merged && !is_closed_) {
    return retry_parts_alone(flight);
  }
  finish(flight, outcome);
}

/// Schedules the next attempt, or says in `outcome` that there is none.
bool Dispatcher::try_later(Flight& flight, Outcome& outcome) {
  if (!setup_.retry.enabled || is_hurried_ || is_closed_) return false;
  const auto delay = flight.retry.next(setup_.lane.now(), outcome.delay, setup_.lane.random());
  if (!delay) {
    outcome.message.insert(0, "no more retries left: ");
    return false;
  }
  setup_.logger.info("Exporting failed. Will retry the request after interval.",
                     {{"error", outcome.message},
                      {"interval", config::format_duration(*delay)},
                      {"items", flight.request.payload.item_count()}});
  flight.pause.schedule(*delay);
  return true;
}

/// A peer refused a merged request for good. The fault may lie in one part only, so each gets a
/// request of its own: a client that sends nonsense poisons nobody but itself.
void Dispatcher::retry_parts_alone(Flight& flight) {
  Outgoing request = std::move(flight.request);
  const auto& parts = request.payload.parts();
  std::deque<Outgoing> alone;
  size_t part = 0;
  for (Outgoing::Share& share : request.shares) {
    auto completions = fork(std::move(share.done), share.part_count);
    for (Completion& done : completions) {
      alone.emplace_back(Batch{.payload = otlp::Payload(request.payload.signal(), parts[part++]),
                               .done = std::move(done),
                               .context = request.context});
    }
  }
  while (!alone.empty()) {  // to the front, so the first goes last
    waiting_.push_front(std::move(alone.back()));
    alone.pop_back();
  }
  land(flight);
}

/// Gives the flight's place to the next request.
void Dispatcher::land(Flight& flight) {
  flights_.erase(flight.self);
  setup_.metrics.set_in_flight(flights_.size());
  if (consumers_ && consumers_->give(1)) take_granted();
  start_waiting();
}

void Dispatcher::finish(Flight& flight, const Outcome& outcome) {
  Outgoing request = std::move(flight.request);
  land(flight);
  if (outcome.is_ok()) {
    setup_.metrics.count_sent(request.payload);
    request.settle(outcome);
  } else {
    give_up(std::move(request), outcome);
  }
  if (empty()) setup_.on_idle();
}

void Dispatcher::give_up(Outgoing request, const Outcome& outcome) {
  setup_.metrics.count_send_failed(request.payload, outcome);
  if (setup_.is_acknowledged) {
    const bool is_stopping = is_hurried_ || is_closed_;
    const std::string_view passing = is_stopping ? "shutdown" : "retries_exhausted";
    const bool is_permanent = outcome.cls == OutcomeClass::permanent;
    setup_.metrics.count_lost(request.payload.item_count(), is_permanent ? "rejected" : passing);
  }
  const bool has_queue = setup_.consumers != nullptr;
  setup_.logger.error(setup_.give_up_event, {{"error", outcome.message},
                                             {has_queue ? "dropped_items" : "rejected_items",
                                              request.payload.item_count()}});
  request.settle(outcome);
}

void Dispatcher::hurry() {
  is_hurried_ = true;
  for (Flight& flight : flights_) {
    if (flight.pause.is_scheduled()) flight.pause.schedule(Duration::zero());
  }
}

void Dispatcher::close() {
  is_closed_ = true;
  const Outcome stopped = Outcome::retryable("stopped before it could be sent");
  for (Outgoing& request : std::exchange(waiting_, {})) give_up(std::move(request), stopped);
  for (auto at = flights_.begin(); at != flights_.end();) {
    Flight& flight = *at++;
    if (flight.pause.is_scheduled()) finish(flight, stopped);
  }
}

}  // namespace telemill::pipeline
