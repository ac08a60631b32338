#pragma once

#include <memory>
#include <string>

#include "runtime/lane.h"
#include "transport/server_session.h"
#include "transport/stream.h"

namespace telemill::transport {

class ServerConnection;

/// What a server's connections share.
struct ServerShared {
  runtime::Lane& lane;
  runtime::LaneBudget& budget;
  const ServerSettings settings;
  Handler& handler;
  /// Destroys a connection that is over.
  base::UniqueFunction<void(ServerConnection&)> remove;
};

/// One accepted socket: reads into its session, writes what the session queues, watches the time.
/// Owned by its server; asks it for its own destruction as the last thing in a call by the lane.
class ServerConnection final : private runtime::IoHandler,
                               private runtime::TurnEnd,
                               private SessionHost {
 public:
  ServerConnection(ServerShared& shared, std::unique_ptr<Stream> stream,
                   const runtime::Address& peer);
  ~ServerConnection();

  /// Takes no new requests and ends when the running ones are answered; the peer has a few seconds
  /// for its part.
  void drain();
  /// True inside a call by the lane: it must not be destroyed now but will end by itself.
  [[nodiscard]] bool is_running() const noexcept { return is_running_; }
  /// Ends as soon as the running call is over.
  void end() noexcept { is_over_ = true; }

  // The list of its server's connections.
  ServerConnection* next = nullptr;
  ServerConnection* previous = nullptr;

 private:
  enum class Stage : uint8_t {
    handshake,  // TLS
    sniffing,   // which protocol is it?
    serving,
    lingering,  // our side has ended; the peer may read its answer
  };

  void on_io(runtime::Io ready) override;
  void on_turn_end() override;
  void on_timer();
  [[nodiscard]] TimePoint now() const noexcept override { return shared_.lane.now(); }
  [[nodiscard]] UnixNanos unix_now() const noexcept override { return shared_.lane.unix_now(); }
  void wake() override { shared_.lane.at_turn_end(*this); }

  void shake_hands();
  void read();
  [[nodiscard]] bool wants_input() const noexcept;
  [[nodiscard]] IoStatus read_piece(size_t& asked);
  void take(std::string_view bytes);
  void sniff(std::string_view bytes);
  void begin_http1();
  void begin_http2();
  void refuse_protocol(std::string_view bytes);
  void on_input_end();
  void write();
  void linger();
  void begin_drain();
  void settle();
  void watch();
  void set_timer();
  [[nodiscard]] TimePoint deadline() const noexcept;
  [[nodiscard]] SessionContext context() noexcept;

  ServerShared& shared_;
  const std::unique_ptr<Stream> stream_;
  const runtime::Address peer_;
  std::unique_ptr<ServerSession> session_;
  std::string sniffed_;
  Stage stage_ = Stage::handshake;
  bool is_running_ = false;
  bool is_over_ = false;
  bool input_ended_ = false;
  bool is_draining_ = false;
  bool is_write_blocked_ = false;
  size_t lingered_bytes_ = 0;
  TimePoint accepted_;
  TimePoint write_blocked_since_;
  TimePoint linger_began_;
  TimePoint drain_due_ = TimePoint::max();
  TimePoint timer_due_ = TimePoint::max();
  runtime::Timer timer_;
};

}  // namespace telemill::transport
