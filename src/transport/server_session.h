#pragma once

#include <span>
#include <string_view>

#include "base/units.h"
#include "runtime/memory_budget.h"
#include "runtime/socket.h"
#include "transport/output_queue.h"
#include "transport/server.h"

namespace telemill::transport {

/// What a session asks of the connection that drives it. Time comes from here, so that sessions
/// are pure: tests feed bytes and move the clock.
class SessionHost {
 public:
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  [[nodiscard]] virtual UnixNanos unix_now() const noexcept = 0;
  /// Something is ready to be written or decided: drive the session at the end of this turn.
  virtual void wake() = 0;

 protected:
  ~SessionHost() = default;
};

/// What every session of one server shares and outlives none of.
struct SessionContext {
  SessionHost& host;
  const ServerSettings& settings;
  runtime::LaneBudget& budget;
  Handler& handler;
  const runtime::Address* peer = nullptr;
  bool is_secure = false;
};

/// One connection's protocol without its socket: bytes in, pieces out. Owned by a connection, used
/// on its lane.
class ServerSession {
 public:
  /// Where a session stands on its way out.
  enum class Phase : uint8_t {
    running,
    closing,  // write what is queued, then end our side and let the peer read it
    broken,   // close at once
  };

  virtual ~ServerSession() = default;

  /// Takes bytes from the peer. Calls the handler.
  virtual void receive(std::string_view bytes) = 0;
  /// Where the peer's next bytes belong, if that is known: reading there saves a copy.
  virtual std::span<char> direct_space() { return {}; }
  /// True if it pays to read little at a time and the rest into `direct_space()`.
  [[nodiscard]] virtual bool reads_directly() const noexcept { return false; }
  /// So many bytes were read into `direct_space()`.
  virtual void received_directly(size_t /*bytes*/) {}
  /// The peer has ended its side.
  virtual void on_input_end() = 0;
  /// False while the peer has to wait.
  [[nodiscard]] virtual bool wants_input() const noexcept = 0;

  /// Goes on with what waited and queues what can be sent. Called at the end of a turn and again
  /// whenever the output has been written.
  virtual void prepare_output() = 0;
  [[nodiscard]] OutputQueue& output() noexcept { return output_; }

  [[nodiscard]] virtual Phase phase() const noexcept = 0;
  /// No new requests; ends when the running ones are answered.
  virtual void drain() = 0;
  /// The handler holds a request: what comes next is up to us, not to the peer.
  [[nodiscard]] virtual bool is_handling() const noexcept = 0;
  /// When `run_timers` wants to be called at the latest; TimePoint::max() for never.
  [[nodiscard]] virtual TimePoint deadline() const noexcept = 0;
  virtual void run_timers() = 0;

 protected:
  OutputQueue output_;
};

/// Sessions queue no more than this before they wait for the socket.
inline constexpr size_t output_bytes_max = size_t{256} << 10;

}  // namespace telemill::transport
