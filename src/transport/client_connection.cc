#include "transport/client_connection.h"

#include <sys/uio.h>

#include <array>
#include <utility>

namespace telemill::transport {
namespace {

/// After so many reads or writes in a turn other connections have theirs.
constexpr int rounds_max = 16;
constexpr size_t pieces_max = 128;

}  // namespace

ClientConnection::ClientConnection(runtime::Lane& lane, std::unique_ptr<Stream> stream,
                                   std::unique_ptr<ClientSession> session, const Settings& settings,
                                   std::span<char> scratch, Owner& owner)
    : lane_(lane),
      stream_(std::move(stream)),
      session_(std::move(session)),
      settings_(settings),
      scratch_(scratch),
      owner_(owner),
      patience_timer_(lane,
                      [this] {
                        lose(session_->is_confirmed()
                                 ? "the connection was idle for too long"
                                 : "the server does not answer in the protocol");
                      }),
      ping_timer_(lane, [this] { on_ping_timer(); }) {
  if (settings_.ping_interval > Duration{}) ping_timer_.schedule(settings_.ping_interval);
  wake();
}

ClientConnection::~ClientConnection() { lane_.unwatch(stream_->descriptor()); }

void ClientConnection::close() noexcept {
  if (!is_lost_) {
    session_->say_goodbye();
    write();
  }
  stream_->shut_down();
}

void ClientConnection::on_io(runtime::Io ready) {
  if (ready != runtime::Io::write) read();
  // With TLS a read may be what a blocked write has waited for.
  wake();
}

void ClientConnection::read() {
  for (int round = 0; round < rounds_max || stream_->has_pending(); ++round) {
    if (is_lost_ || session_->phase() == ClientSession::Phase::ended) return;
    const IoStatus status = stream_->read(scratch_.data(), scratch_.size());
    switch (status.kind) {
      case IoStatus::Kind::done:
        hear();
        session_->receive({scratch_.data(), status.bytes});
        // A short read has most likely emptied the socket; if not, it is announced again.
        if (status.bytes < scratch_.size() && !stream_->is_secure()) return;
        break;
      case IoStatus::Kind::blocked:
        return;
      case IoStatus::Kind::closed:
        session_->on_input_end();
        lose(session_->failure());
        return;
      case IoStatus::Kind::failed:
        lose(std::string(stream_->failure()));
        return;
    }
  }
}

void ClientConnection::write() {
  std::array<iovec, pieces_max> pieces{};
  OutputQueue& output = session_->output();
  for (int round = 0; round < rounds_max; ++round) {
    if (output.empty()) session_->prepare_output();
    if (output.empty()) return;
    const size_t count = output.pieces(pieces);
    const IoStatus status = stream_->write(std::span(pieces).first(count));
    switch (status.kind) {
      case IoStatus::Kind::done:
        output.consume(status.bytes);
        break;
      case IoStatus::Kind::blocked:
        return;
      case IoStatus::Kind::closed:
      case IoStatus::Kind::failed:
        // The server may have answered before it hung up.
        const std::string why(stream_->failure());
        read();
        lose(why);
        return;
    }
  }
  // Others have their turn; what is left must stand in the queue, or nobody would ask to go on.
  if (output.empty()) session_->prepare_output();
}

void ClientConnection::on_turn_end() {
  if (!is_lost_) write();
  if (!is_lost_ && session_->phase() != ClientSession::Phase::ended) {
    watch();
    keep_time();
    owner_.on_progress(*this);
    return;
  }
  Failure why{ErrorCode::unavailable, is_lost_ ? loss_ : session_->failure()};
  if (why.message.empty()) why.message = "the connection has ended";
  session_->abandon(why);
  stream_->shut_down();
  owner_.on_ended(*this, why);
}

void ClientConnection::lose(std::string why) {
  if (is_lost_) return;
  is_lost_ = true;
  loss_ = std::move(why);
  wake();
}

void ClientConnection::watch() {
  runtime::Io wanted = stream_->wanted();
  if (!session_->output().empty()) wanted = wanted | runtime::Io::write;
  if (wanted == watched_) return;
  watched_ = wanted;
  lane_.watch(stream_->descriptor(), wanted, *this);
}

void ClientConnection::keep_time() {
  const bool is_confirmed = session_->is_confirmed();
  const bool is_idle = settings_.closes_idle && session_->call_count() == 0;
  const Duration patience = is_confirmed ? settings_.idle_timeout : settings_.confirm_timeout;
  if ((is_confirmed && !is_idle) || patience <= Duration{}) {
    patience_timer_.cancel();
  } else if (!patience_timer_.is_scheduled()) {
    patience_timer_.schedule(patience);
  }
}

/// Any bytes are a sign of life; the next question comes an interval later.
void ClientConnection::hear() {
  has_heard_ = true;
  if (std::exchange(awaits_pong_, false)) ping_timer_.schedule(settings_.ping_interval);
}

void ClientConnection::on_ping_timer() {
  if (awaits_pong_) {
    lose("the server does not answer pings");
    return;
  }
  const bool is_asked = settings_.ping_without_streams || session_->call_count() > 0;
  if (!has_heard_ && is_asked && session_->ping()) {
    awaits_pong_ = true;
    wake();
  }
  has_heard_ = false;
  ping_timer_.schedule(awaits_pong_ ? settings_.ping_timeout : settings_.ping_interval);
}

}  // namespace telemill::transport
