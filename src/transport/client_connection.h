#pragma once

#include <memory>
#include <optional>
#include <span>

#include "runtime/lane.h"
#include "transport/client_session.h"
#include "transport/stream.h"

namespace telemill::transport {

/// A session on its stream: reads what has come, writes once per turn, keeps the peer's signs of
/// life. Owned by a client, used on its lane.
class ClientConnection final : runtime::IoHandler, runtime::TurnEnd {
 public:
  class Owner {
   public:
    /// Calls may have ended, or there may be room for more.
    virtual void on_progress(ClientConnection& connection) = 0;
    /// The connection is over and all its calls are settled. The owner destroys it.
    virtual void on_ended(ClientConnection& connection, const Failure& why) = 0;

   protected:
    ~Owner() = default;
  };
  struct Settings {
    bool closes_idle = false;    // HTTP/1
    Duration confirm_timeout{};  // until the server speaks the protocol
    Duration idle_timeout{};
    Duration ping_interval{};
    Duration ping_timeout{};
    bool ping_without_streams = false;
  };

  /// `scratch` is where bytes are read to; connections of one lane may share it.
  ClientConnection(runtime::Lane& lane, std::unique_ptr<Stream> stream,
                   std::unique_ptr<ClientSession> session, const Settings& settings,
                   std::span<char> scratch, Owner& owner);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  [[nodiscard]] ClientSession& session() noexcept { return *session_; }
  [[nodiscard]] const ClientSession& session() const noexcept { return *session_; }
  /// The session has something to write or to decide: see to it at the end of this turn.
  void wake() { lane_.at_turn_end(*this); }
  /// Says goodbye as far as the socket takes it at once. Calls are the caller's business.
  void close() noexcept;

 private:
  void on_io(runtime::Io ready) override;
  void on_turn_end() override;
  void read();
  void write();
  void lose(std::string why);
  void watch();
  void keep_time();
  void hear();
  void on_ping_timer();

  runtime::Lane& lane_;
  const std::unique_ptr<Stream> stream_;
  const std::unique_ptr<ClientSession> session_;
  const Settings settings_;
  const std::span<char> scratch_;
  Owner& owner_;
  runtime::Timer patience_timer_;  // with a silent server, or without use
  runtime::Timer ping_timer_;
  runtime::Io watched_ = runtime::Io::none;
  bool has_heard_ = false;  // bytes have come since the ping timer was set
  bool awaits_pong_ = false;
  bool is_lost_ = false;
  std::string loss_;
};

}  // namespace telemill::transport
