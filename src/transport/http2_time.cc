#include <algorithm>
#include <array>
#include <cstring>

#include "transport/deadline.h"
#include "transport/http2_session.h"

// What an HTTP/2 session does because of time: draining, timeouts, keepalive.
namespace telemill::transport {
namespace {

/// gRPC's: so many needless pings are forgiven, and so rarely may an idle connection ping.
constexpr int needless_pings_max = 2;
constexpr Duration idle_ping_interval = std::chrono::hours(2);

/// A client that never acknowledges the notice hears the last word after this.
constexpr Duration drain_wait = std::chrono::seconds(1);
constexpr std::array<uint8_t, 8> drain_ping{'d', 'r', 'a', 'i', 'n', 'i', 'n', 'g'};

}  // namespace

/// First a notice, so that requests on their way still count; the last word follows after a round
/// trip (RFC 9113 6.8).
void Http2Session::drain() {
  if (drain_ != Drain::none || phase_ != Phase::running) return;
  drain_ = Drain::announced;
  drain_began_ = context_.host.now();
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, drain_ping.data());
  context_.host.wake();
}

void Http2Session::on_ping() {
  const ServerSettings& settings = context_.settings;
  if (settings.ping_interval_min == Duration{} || drain_ == Drain::final) return;
  const bool is_idle = streams_.count() == 0 && !settings.allows_idle_pings;
  const Duration interval = is_idle ? idle_ping_interval : settings.ping_interval_min;
  const TimePoint now = context_.host.now();
  if (last_ping_ == TimePoint{} || now >= last_ping_ + interval) {
    last_ping_ = now;
    needless_pings_ = 0;
  } else if (++needless_pings_ > needless_pings_max) {
    // The words that gRPC clients know to make them ping less.
    constexpr std::string_view reason = "too_many_pings";
    nghttp2_submit_goaway(
        session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
        NGHTTP2_ENHANCE_YOUR_CALM, reinterpret_cast<const uint8_t*>(reason.data()), reason.size());
    drain_ = Drain::final;
    context_.host.wake();
  }
}

void Http2Session::on_ping_answer(const nghttp2_ping& ping) {
  if (drain_ != Drain::announced ||
      std::memcmp(ping.opaque_data, drain_ping.data(), drain_ping.size()) != 0) {
    return;
  }
  finish_drain();
}

void Http2Session::finish_drain() {
  drain_ = Drain::final;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  context_.host.wake();
}

TimePoint Http2Session::deadline() const noexcept {
  if (phase_ != Phase::running) return TimePoint::max();
  const ServerSettings& settings = context_.settings;
  TimePoint due = std::min(read_due_, stop_due_);
  if (!has_settings_) due = std::min(due, deadline_after(began_, settings.header_timeout));
  if (in_head_ != nullptr)
    due = std::min(due, deadline_after(head_began_, settings.header_timeout));
  if (drain_ == Drain::announced) due = std::min(due, drain_began_ + drain_wait);
  if (drain_ == Drain::none && streams_.count() == 0) {
    due = std::min(due, deadline_after(idle_since_, settings.idle_timeout));
  }
  if (ping_sent_ != TimePoint{}) {
    due = std::min(due, deadline_after(ping_sent_, settings.ping_timeout));
  } else {
    due = std::min(due, deadline_after(last_received_, settings.ping_interval));
  }
  return due;
}

void Http2Session::run_timers() {
  const TimePoint now = context_.host.now();
  const ServerSettings& settings = context_.settings;
  if (phase_ != Phase::running) return;
  if ((!has_settings_ && now >= deadline_after(began_, settings.header_timeout)) ||
      (in_head_ != nullptr && now >= deadline_after(head_began_, settings.header_timeout))) {
    phase_ = Phase::broken;
    return;
  }
  if (now >= read_due_) expire_slow_requests();
  if (now >= stop_due_) stop_unread_requests();
  if (drain_ == Drain::announced && now >= drain_began_ + drain_wait) finish_drain();
  if (drain_ == Drain::none && streams_.count() == 0 &&
      now >= deadline_after(idle_since_, settings.idle_timeout)) {
    drain();
  }
  run_ping_timers();
}

void Http2Session::expire_slow_requests() {
  const TimePoint now = context_.host.now();
  const Duration timeout = context_.settings.read_timeout;
  read_due_ = TimePoint::max();
  for (Http2Stream* stream = streams_.oldest(); stream != nullptr; stream = stream->next) {
    if (stream->state != Http2Stream::State::body) continue;
    if (now >= stream->began + timeout) {
      refuse(*stream, Refusal::unreadable);
      context_.host.wake();
    } else {
      read_due_ = std::min(read_due_, stream->began + timeout);
    }
  }
}

void Http2Session::stop_unread_requests() {
  const TimePoint now = context_.host.now();
  stop_due_ = TimePoint::max();
  for (Http2Stream* stream = streams_.oldest(); stream != nullptr; stream = stream->next) {
    if (stream->state != Http2Stream::State::answered) continue;
    if (now >= stream->stop_due) {
      stop_unread_request(*stream);
    } else {
      stop_due_ = std::min(stop_due_, stream->stop_due);
    }
  }
}

void Http2Session::run_ping_timers() {
  const TimePoint now = context_.host.now();
  const ServerSettings& settings = context_.settings;
  if (ping_sent_ != TimePoint{}) {
    if (now >= deadline_after(ping_sent_, settings.ping_timeout)) phase_ = Phase::broken;
    return;
  }
  if (now < deadline_after(last_received_, settings.ping_interval)) return;
  ping_sent_ = now;
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
  context_.host.wake();
}

}  // namespace telemill::transport
