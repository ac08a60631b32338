#include "transport/server_connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "transport/deadline.h"
#include "transport/http1_connection.h"
#include "transport/http2_session.h"
#include "transport/response_head.h"

namespace telemill::transport {
namespace {

constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t preface_told_bytes = 3;  // no HTTP/1 method begins with PRI

constexpr size_t slab_overhead_bytes = base::Slab::header_bytes + limits::slab_padding_bytes;
constexpr size_t http2_read_bytes = 256 * 1024 - slab_overhead_bytes;
/// HTTP/1 bodies are read to where they belong; only heads and small bodies are read here.
constexpr size_t http1_read_bytes = 16 * 1024;
/// Per connection and turn: then others have theirs.
constexpr size_t turn_read_bytes_max = 1024 * 1024;
constexpr size_t pieces_per_write_max = 64;

/// How long and how much of a refused request is read over, so that the answer arrives.
constexpr Duration linger_time_max = std::chrono::seconds(5);
/// How long a peer may take to accept the last bytes, whatever the settings.
constexpr Duration last_write_time_max = std::chrono::seconds(30);
/// A server that drains has others to think of: what is held behind it has to be sent in time.
constexpr Duration drain_time_max = std::chrono::seconds(5);
constexpr Duration drain_linger_time_max = std::chrono::seconds(1);
constexpr size_t linger_bytes_max = 16 * 1024 * 1024;

}  // namespace

ServerConnection::ServerConnection(ServerShared& shared, std::unique_ptr<Stream> stream,
                                   const runtime::Address& peer)
    : shared_(shared),
      stream_(std::move(stream)),
      peer_(peer),
      accepted_(shared.lane.now()),
      timer_(shared.lane, [this] { on_timer(); }) {
  watch();
  set_timer();
}

ServerConnection::~ServerConnection() {
  session_.reset();  // first, for its exchanges may still answer into it
  shared_.lane.unwatch(stream_->descriptor());
}

SessionContext ServerConnection::context() noexcept {
  return {.host = *this,
          .settings = shared_.settings,
          .budget = shared_.budget,
          .handler = shared_.handler,
          .peer = &peer_,
          .is_secure = stream_->is_secure()};
}

void ServerConnection::on_io(runtime::Io ready) {
  is_running_ = true;
  const bool is_paused = stage_ == Stage::serving && !wants_input() && !is_write_blocked_;
  if (runtime::has(ready, runtime::Io::hang_up) && is_paused) {
    is_over_ = true;  // nobody is left to hear the answer
  } else if (stage_ == Stage::handshake) {
    shake_hands();
  } else if (ready != runtime::Io::write || stream_->is_secure()) {
    read();
  }
  is_running_ = false;
  wake();  // all else is done once, at the end of the turn
}

void ServerConnection::on_turn_end() {
  is_running_ = true;
  if (!is_over_) write();
  // TLS may hold decrypted bytes that the kernel will not announce again.
  while (!is_over_ && stream_->has_pending() && stage_ != Stage::handshake && wants_input()) {
    read();
    if (!is_over_) write();
  }
  is_running_ = false;
  settle();
}

void ServerConnection::on_timer() {
  is_running_ = true;
  timer_due_ = TimePoint::max();
  if (now() >= deadline()) {
    const ServerSettings& settings = shared_.settings;
    const TimePoint age_end = deadline_after(accepted_, settings.connection_age_max);
    const bool is_write_late =
        is_write_blocked_ && now() >= deadline_after(write_blocked_since_, settings.write_timeout);
    const bool is_age_late = age_end != TimePoint::max() && is_draining_ &&
                             now() >= deadline_after(age_end, settings.connection_age_grace);
    const bool is_end_late = stage_ == Stage::serving && is_write_blocked_ &&
                             session_->phase() == ServerSession::Phase::closing &&
                             now() >= write_blocked_since_ + last_write_time_max;
    const bool is_drain_late =
        stage_ == Stage::serving && now() >= drain_due_ && !session_->is_handling();
    if (stage_ != Stage::serving || is_write_late || is_end_late || is_age_late || is_drain_late) {
      is_over_ = true;
    } else {
      if (!is_draining_ && now() >= age_end) begin_drain();
      session_->run_timers();
    }
  }
  is_running_ = false;
  wake();
}

/// Sets the watch and the timer to what is wanted now, or ends. The last thing in a call.
void ServerConnection::settle() {
  if (is_over_) {
    shared_.remove(*this);  // this is gone
    return;
  }
  watch();
  set_timer();
}

void ServerConnection::watch() {
  runtime::Io interest = runtime::Io::hang_up;
  if (stage_ == Stage::handshake) {
    interest = stream_->wanted();
  } else {
    if (wants_input()) interest = interest | runtime::Io::read;
    if (is_write_blocked_) interest = interest | stream_->wanted();
  }
  shared_.lane.watch(stream_->descriptor(), interest, *this);
}

// One timer serves all deadlines: it fires at the earliest one known when it was set, and looks
// again. Later deadlines cost nothing.
void ServerConnection::set_timer() {
  const TimePoint due = deadline();
  if (due >= timer_due_) return;
  timer_due_ = due;
  timer_.schedule(due - now());
}

TimePoint ServerConnection::deadline() const noexcept {
  const ServerSettings& settings = shared_.settings;
  if (stage_ == Stage::lingering) {
    const bool is_server_draining = drain_due_ != TimePoint::max();
    return linger_began_ + (is_server_draining ? drain_linger_time_max : linger_time_max);
  }
  if (stage_ != Stage::serving) return deadline_after(accepted_, settings.header_timeout);
  TimePoint due = session_->deadline();
  if (!session_->is_handling()) due = std::min(due, drain_due_);
  const TimePoint age_end = deadline_after(accepted_, settings.connection_age_max);
  if (!is_draining_) {
    due = std::min(due, age_end);
  } else if (age_end != TimePoint::max()) {
    due = std::min(due, deadline_after(age_end, settings.connection_age_grace));
  }
  if (is_write_blocked_) {
    due = std::min(due, deadline_after(write_blocked_since_, settings.write_timeout));
    if (session_->phase() == ServerSession::Phase::closing) {
      due = std::min(due, write_blocked_since_ + last_write_time_max);
    }
  }
  return due;
}

void ServerConnection::shake_hands() {
  const IoStatus status = stream_->handshake();
  if (status.kind == IoStatus::Kind::blocked) return;
  if (status.kind != IoStatus::Kind::done) {
    is_over_ = true;
    return;
  }
  stage_ = Stage::sniffing;
  const std::string_view protocol = stream_->protocol();
  if (protocol == "h2") {
    begin_http2();
  } else if (protocol == "http/1.1") {
    begin_http1();
  }
  read();
}

bool ServerConnection::wants_input() const noexcept {
  if (input_ended_) return false;
  return stage_ != Stage::serving || session_->wants_input();
}

void ServerConnection::read() {
  size_t left = turn_read_bytes_max;
  while (!is_over_ && wants_input() && (left > 0 || stream_->has_pending())) {
    size_t asked = 0;
    const IoStatus status = read_piece(asked);
    switch (status.kind) {
      case IoStatus::Kind::blocked:
        return;
      case IoStatus::Kind::failed:
        is_over_ = true;
        return;
      case IoStatus::Kind::closed:
        on_input_end();
        return;
      case IoStatus::Kind::done:
        break;
    }
    left -= std::min(left, status.bytes);
    // A short read has emptied a plain socket; TLS gives one record at a time.
    if (status.bytes < asked && !stream_->is_secure()) return;
  }
}

/// Reads once, to where the session wants it or through a lane-local scratch slab.
IoStatus ServerConnection::read_piece(size_t& asked) {
  if (stage_ == Stage::serving) {
    const std::span<char> space = session_->direct_space();
    if (!space.empty()) {
      asked = space.size();
      const IoStatus status = stream_->read(space.data(), asked);
      if (status.kind == IoStatus::Kind::done) session_->received_directly(status.bytes);
      return status;
    }
  }
  // From this thread's pool, last in first out: in effect one scratch buffer per lane.
  base::Buffer scratch(http2_read_bytes);
  const bool is_http1 = stage_ == Stage::serving && session_->reads_directly();
  asked = is_http1 ? http1_read_bytes : http2_read_bytes;
  const IoStatus status = stream_->read(scratch.data(), asked);
  if (status.kind == IoStatus::Kind::done) take({scratch.data(), status.bytes});
  return status;
}

void ServerConnection::take(std::string_view bytes) {
  switch (stage_) {
    case Stage::serving:
      session_->receive(bytes);
      break;
    case Stage::lingering:
      lingered_bytes_ += bytes.size();
      if (lingered_bytes_ > linger_bytes_max) is_over_ = true;
      break;
    default:
      sniff(bytes);
      break;
  }
}

/// Tells the protocols apart by the first bytes.
void ServerConnection::sniff(std::string_view bytes) {
  std::string together;
  if (!sniffed_.empty()) {
    together = std::exchange(sniffed_, {}).append(bytes);
    bytes = together;
  }
  const size_t known = std::min(bytes.size(), preface_told_bytes);
  const bool may_be_http2 = bytes.substr(0, known) == http2_preface.substr(0, known);
  if (may_be_http2 && shared_.settings.accept_http2) {
    if (known < preface_told_bytes) {
      sniffed_ = bytes;
      return;
    }
    begin_http2();
  } else if (shared_.settings.accept_http1) {
    begin_http1();
  } else {
    return refuse_protocol(bytes);
  }
  session_->receive(bytes);
}

void ServerConnection::begin_http1() {
  session_ = std::make_unique<Http1Connection>(context());
  stage_ = Stage::serving;
  if (is_draining_) session_->drain();
}

void ServerConnection::begin_http2() {
  session_ = std::make_unique<Http2Session>(context());
  stage_ = Stage::serving;
  if (is_draining_) session_->drain();
}

/// Someone speaks HTTP/1 (or nothing known) to a port that speaks HTTP/2 only. What looks like
/// HTTP/1 is answered so that a person with a browser learns why.
void ServerConnection::refuse_protocol(std::string_view bytes) {
  if (bytes.front() < 'A' || bytes.front() > 'Z') {
    is_over_ = true;
    return;
  }
  HttpDate date;
  OutputQueue answer;
  write_http1_response(plain_response(400, "this port speaks HTTP/2 only (gRPC)"), {.closes = true},
                       date.text(unix_now()), answer);
  std::array<iovec, pieces_per_write_max> pieces;
  const size_t count = answer.pieces(pieces);
  stream_->write({pieces.data(), count});  // a fresh socket has room for so little
  linger();
}

void ServerConnection::on_input_end() {
  input_ended_ = true;
  if (stage_ == Stage::serving) {
    session_->on_input_end();
  } else {
    is_over_ = true;
  }
}

void ServerConnection::write() {
  if (stage_ != Stage::serving) return;
  session_->prepare_output();
  OutputQueue& output = session_->output();
  std::array<iovec, pieces_per_write_max> pieces;
  while (!output.empty() && session_->phase() != ServerSession::Phase::broken) {
    const size_t count = output.pieces(pieces);
    const IoStatus status = stream_->write({pieces.data(), count});
    if (status.kind == IoStatus::Kind::blocked) {
      if (!std::exchange(is_write_blocked_, true)) write_blocked_since_ = now();
      return;
    }
    if (status.kind != IoStatus::Kind::done) {
      is_over_ = true;
      return;
    }
    output.consume(status.bytes);
    if (!output.empty()) continue;
    is_write_blocked_ = false;
    session_->prepare_output();
  }
  is_write_blocked_ = false;
  if (session_->phase() == ServerSession::Phase::broken) is_over_ = true;
  if (session_->phase() == ServerSession::Phase::closing) linger();
}

/// Ends our side and reads on a while: closing at once could destroy the answer on its way
/// (RFC 9112 9.6).
void ServerConnection::linger() {
  stream_->shut_down();
  session_.reset();
  stage_ = Stage::lingering;
  linger_began_ = now();
  if (input_ended_) is_over_ = true;
}

void ServerConnection::drain() {
  drain_due_ = now() + drain_time_max;
  begin_drain();
}

void ServerConnection::begin_drain() {
  is_draining_ = true;
  if (stage_ == Stage::serving) {
    session_->drain();
  } else if (stage_ != Stage::lingering) {
    is_over_ = true;  // nothing was asked yet
  }
  wake();
}

}  // namespace telemill::transport
