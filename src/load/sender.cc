#include "load/sender.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

namespace telemill::load {
namespace {

constexpr Duration backoff_first = std::chrono::milliseconds(100);
constexpr Duration backoff_max = std::chrono::seconds(5);
/// A stream rests this long after a request without an answer, so that a dead server is not asked
/// in a busy loop.
constexpr Duration rest_after_failure = std::chrono::milliseconds(100);
constexpr uint32_t backoff_doublings_max = 6;

Duration thread_cpu() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto nanos = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return nanos(usage.ru_utime) + nanos(usage.ru_stime);
}

transport::ClientSettings client_settings(const GenSettings& settings) {
  transport::ClientSettings client;
  client.endpoint = settings.endpoint;
  const bool is_http2 = settings.protocol == Protocol::grpc || settings.http2;
  client.protocol = is_http2 ? transport::ClientProtocol::http2 : transport::ClientProtocol::http1;
  client.tls = settings.tls;
  client.user_agent = "telemill-gen/1";
  // HTTP/1 carries one exchange at a time, so streams are connections there.
  client.connections_max = is_http2 ? 1 : settings.streams;
  return client;
}

}  // namespace

Sender::Sender(runtime::Lane& lane, runtime::Worker& worker, const GenSettings& settings,
               const std::vector<Template>& templates, SenderShare share,
               std::unique_ptr<IdFile> ids, GenProgress& progress,
               base::UniqueFunction<void()> on_done)
    : lane_(lane),
      settings_(settings),
      templates_(templates),
      share_(share),
      form_(settings),
      pool_(templates,
            settings.replay_file.empty() ? RequestPool::Order::any : RequestPool::Order::captured,
            size_t{share.connections} * settings.streams, form_.front_bytes()),
      ids_(std::move(ids)),
      progress_(progress),
      on_done_(std::move(on_done)),
      worker_(worker),
      pace_(lane, [this] { pump(); }),
      end_(lane, [this] { is_sending_ ? stop_sending() : give_up(); }) {
  for (const Template& made : templates) {
    captured_items_ = std::max(captured_items_, made.item_end());
    captured_traces_ = std::max(captured_traces_, made.trace_end());
  }
}

/// Clients settle what is in flight as they go, so everything else must still be there.
Sender::~Sender() {
  is_sending_ = false;
  is_draining_ = true;
  is_done_ = true;
  clients_.clear();
}

void Sender::start() {
  if (settings_.reuse_ids) code_all();
  for (uint32_t i = 0; i < share_.connections; ++i) {
    clients_.push_back(transport::Client::create(lane_, worker_, client_settings(settings_)));
  }
  const uint32_t slot_count = share_.connections * settings_.streams;
  for (uint32_t i = 0; i < slot_count; ++i) {
    slots_.push_back(std::make_unique<Slot>(lane_, [this, i] { on_slot_timer(i); }));
    slots_.back()->client = clients_[i % share_.connections].get();
    free_slots_.push_back(slot_count - 1 - i);
  }
  cpu_before_ = thread_cpu();
  started_ = lane_.now();
  due_ = started_;
  is_sending_ = true;
  if (settings_.duration.count() > 0) end_.schedule(settings_.duration);
  pump();
}

/// Codes every template once, with ids that stay.
void Sender::code_all() {
  Slot slot(lane_, [] {});
  slot.intended = lane_.now();
  for (size_t i = 0; i < templates_.size(); ++i) {
    const auto copy = pool_.acquire();  // kept for good
    TELEMILL_CHECK(copy.has_value());
    slot.copy = *copy;
    slot.source = &pool_.source(*copy);
    number(slot);
    auto body = form_.encode(pool_.framed(*copy), pool_.message(*copy) - form_.front_bytes());
    TELEMILL_CHECK(body.has_value());
    coded_.push_back({std::move(body).value(), slot.numbering, slot.id_sum});
  }
}

bool Sender::may_send() const noexcept {
  return is_sending_ && (!share_.requests || report_.sent.requests < *share_.requests);
}

void Sender::pump() {
  if (share_.items_per_second > 0) {
    pump_on_time();
  } else {
    while (may_send() && !free_slots_.empty() && send_new(lane_.now())) {
    }
  }
  if (is_sending_ && !may_send()) stop_sending();
}

void Sender::pump_on_time() {
  while (may_send() && !free_slots_.empty() && due_ <= lane_.now()) {
    if (!send_new(due_)) return;  // an answer will free a copy
    const double seconds = static_cast<double>(planned_items_) / share_.items_per_second;
    due_ = started_ + Duration(static_cast<int64_t>(seconds * 1e9));
  }
  if (may_send() && due_ > lane_.now()) pace_.schedule(due_ - lane_.now());
}

/// Starts a new request on a free slot; false when every copy is in flight.
bool Sender::send_new(TimePoint intended) {
  const uint32_t index = free_slots_.back();
  Slot& slot = *slots_[index];
  slot.intended = intended;
  slot.attempts = 0;
  if (!take_request(slot)) return false;
  free_slots_.pop_back();
  const Template& source = *slot.source;
  planned_items_ += source.item_count();
  report_.sent.add(source.item_count());
  report_.anonymous_items += source.item_count() - source.id_count();
  progress_.sent_items += source.item_count();
  send(index);
  return true;
}

bool Sender::take_request(Slot& slot) {
  if (settings_.reuse_ids) {
    slot.copy = next_coded_;
    slot.source = &templates_[next_coded_];
    slot.numbering = coded_[next_coded_].numbering;
    slot.id_sum = coded_[next_coded_].id_sum;
    next_coded_ = static_cast<uint32_t>((next_coded_ + 1) % coded_.size());
    return true;
  }
  const auto copy = pool_.acquire();
  if (!copy) return false;
  slot.copy = *copy;
  slot.source = &pool_.source(*copy);
  number(slot);
  return true;
}

void Sender::return_request(const Slot& slot) {
  if (!settings_.reuse_ids) pool_.release(slot.copy);
}

/// Gives the slot's items their numbers and times.
void Sender::number(Slot& slot) {
  const Template& source = *slot.source;
  const auto late = static_cast<uint64_t>((lane_.now() - slot.intended).count());
  slot.numbering.series = share_.series;
  slot.numbering.sent_at = lane_.unix_now() - late;
  if (settings_.replay_file.empty()) {
    slot.numbering.item_base = next_item_;
    slot.numbering.trace_base = next_trace_;
    next_item_ += source.item_end();
    next_trace_ += source.trace_end();
  } else {
    slot.numbering.item_base = pool_.round(slot.copy) * captured_items_;
    slot.numbering.trace_base = pool_.round(slot.copy) * captured_traces_;
  }
  slot.id_sum = source.fill(slot.numbering, pool_.message(slot.copy));
}

Result<base::Rope> Sender::encode(const Slot& slot) {
  if (settings_.reuse_ids) return base::Rope(coded_[slot.copy].body);
  return form_.encode(pool_.framed(slot.copy), pool_.message(slot.copy) - form_.front_bytes());
}

void Sender::send(uint32_t index) {
  Slot& slot = *slots_[index];
  auto body = encode(slot);
  if (!body) {
    const Failure why{body.error().code, body.error().what};
    return settle(index, nullptr, &why);
  }
  if (slot.attempts++ == 0) report_.bytes += body->size();
  slot.client->send(
      form_.request(std::move(body).value()),
      [this, index](transport::ClientResult result) { on_response(index, std::move(result)); });
}

void Sender::on_response(uint32_t index, transport::ClientResult result) {
  if (!result) {
    if (!retry(index, nullptr)) settle(index, nullptr, &result.error());
    return;
  }
  const Answer answer = read_answer(settings_.protocol, *result);
  const bool may_retry = answer.kind == Answer::Kind::refused && answer.is_retryable;
  if (may_retry && retry(index, &answer)) return;
  settle(index, &answer, nullptr);
}

/// Plans another attempt with the same ids. `answer` is null when none came.
bool Sender::retry(uint32_t index, const Answer* answer) {
  if (!settings_.retry || is_draining_) return false;
  Slot& slot = *slots_[index];
  const uint32_t doublings = std::min(slot.attempts - 1, backoff_doublings_max);
  const Duration usual = std::min(backoff_first * (1U << doublings), backoff_max);
  const auto jittered =
      static_cast<int64_t>(static_cast<double>(usual.count()) * (0.5 + lane_.random().real()));
  const bool has_wish = answer != nullptr && answer->delay;
  slot.timer.schedule(has_wish ? *answer->delay : Duration(jittered));
  ++report_.retries;
  return true;
}

void Sender::on_slot_timer(uint32_t index) {
  Slot& slot = *slots_[index];
  if (!slot.is_resting) return send(index);
  slot.is_resting = false;
  free_slots_.push_back(index);
  pump();
}

/// The request on the slot has come to its end.
void Sender::settle(uint32_t index, const Answer* answer, const Failure* failure) {
  Slot& slot = *slots_[index];
  const uint64_t items = slot.source->item_count();
  const bool is_acknowledged = answer != nullptr && answer->kind == Answer::Kind::acknowledged;
  if (is_acknowledged) {
    report_.acknowledged.add(items);
    report_.rejected_items += answer->rejected_items;
    report_.id_sum += slot.id_sum;
    report_.latency.record(
        static_cast<uint64_t>(std::max<int64_t>((lane_.now() - slot.intended).count(), 0)));
    progress_.acknowledged_items += static_cast<int64_t>(items);
    record_ids(slot, IdStatus::acknowledged);
  } else if (answer != nullptr) {
    report_.refused[answer->code].add(items);
    report_.last_refusal = answer->message;
    progress_.lost_requests += 1;
    record_ids(slot, IdStatus::refused);
  } else {
    report_.failed.add(items);
    report_.last_failure = failure->message;
    progress_.lost_requests += 1;
    record_ids(slot, IdStatus::unknown);
  }
  return_request(slot);
  if (failure != nullptr && is_sending_) {
    slot.is_resting = true;
    slot.timer.schedule(rest_after_failure);
  } else {
    free_slots_.push_back(index);
  }
  if (is_sending_) pump();
  finish_if_done();
}

void Sender::record_ids(const Slot& slot, IdStatus status) {
  if (!ids_) return;
  slot.source->for_each_id(slot.numbering, [&](uint64_t id) { ids_->add(status, id); });
}

void Sender::stop_sending() {
  if (!is_sending_) return;
  if (share_.items_per_second > 0) pump_on_time();  // what is due at this very moment
  is_sending_ = false;
  pace_.cancel();
  count_unsent();
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i]->is_resting) continue;
    slots_[i]->timer.cancel();
    slots_[i]->is_resting = false;
    free_slots_.push_back(i);
  }
  end_.schedule(settings_.drain);
  finish_if_done();
}

/// The time for answers is over: what is still open has failed.
void Sender::give_up() {
  is_draining_ = true;
  const Failure why{ErrorCode::shutting_down, "no answer before the end of the run"};
  for (uint32_t i = 0; i < slots_.size() && !is_done_; ++i) {
    if (!slots_[i]->timer.is_scheduled()) continue;
    slots_[i]->timer.cancel();
    settle(i, nullptr, &why);
  }
  for (const auto& client : clients_) client->close();
}

void Sender::finish_if_done() {
  if (is_sending_ || is_done_ || free_slots_.size() != slots_.size()) return;
  is_done_ = true;
  end_.cancel();
  report_.wall = lane_.now() - started_;
  report_.cpu = thread_cpu() - cpu_before_;
  report_.busiest_cpu = report_.cpu;
  if (ids_) ids_->flush();
  on_done_();
}

/// What was due by now and found no free stream.
void Sender::count_unsent() {
  if (share_.items_per_second == 0 || share_.requests || due_ > lane_.now()) return;
  const double seconds = std::chrono::duration<double>(lane_.now() - started_).count();
  const auto due = static_cast<uint64_t>(std::floor(seconds * share_.items_per_second));
  if (due > planned_items_) report_.unsent_items = due - planned_items_;
}

}  // namespace telemill::load
