#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/lane.h"
#include "runtime/socket.h"
#include "runtime/worker.h"
#include "transport/backoff.h"
#include "transport/stream.h"
#include "transport/tls.h"

namespace telemill::transport {

/// Makes connections to one endpoint, one at a time: resolves its name (anew for each try), takes
/// the addresses in turn, ends the TLS handshake. After a failed try it waits, longer each time.
/// Owned by a client, used on its lane.
class Connector final : runtime::IoHandler {
 public:
  /// Who wants connections. May destroy the connector in these calls.
  class Owner {
   public:
    virtual void on_connected(std::unique_ptr<Stream> stream) = 0;
    /// A try has failed at every address; the next one is scheduled.
    virtual void on_connect_failed(const Failure& why) = 0;
    /// The wait is over: is there still need for a connection?
    [[nodiscard]] virtual bool wants_connection() const noexcept = 0;

   protected:
    ~Owner() = default;
  };
  struct Settings {
    runtime::Endpoint endpoint;
    std::shared_ptr<const TlsContext> tls;
    Duration timeout{};  // per address, with its handshake
  };

  Connector(runtime::Lane& lane, runtime::Worker& worker, Settings settings, Owner& owner);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  /// Begins a try; nothing when one is under way or the wait is not over.
  void start();
  [[nodiscard]] bool is_idle() const noexcept { return state_ == State::idle; }
  /// The last connection has proved good: the next wait is short again.
  void on_proved_good() noexcept { backoff_.reset(); }
  /// The last connection came to nothing, though it could be made: wait before the next.
  void on_proved_bad();
  /// Gives up whatever is under way. Final.
  void stop() noexcept;

 private:
  enum class State : uint8_t { idle, resolving, connecting, handshaking, waiting, stopped };
  struct Resolution;

  void on_io(runtime::Io ready) override;
  void on_timer();
  void on_resolved(Result<std::vector<runtime::Address>, Failure> addresses);
  void try_next_address();
  void go_on_connecting();
  void shake_hands();
  void fail_address(std::string why);
  void fail_try(Failure why);
  void wait();
  void succeed();
  void drop_socket() noexcept;

  runtime::Lane& lane_;
  runtime::Worker& worker_;
  const Settings settings_;
  Owner& owner_;
  runtime::Timer timer_;
  Backoff backoff_;
  State state_ = State::idle;
  std::shared_ptr<Resolution> resolution_;  // shared with the job on the worker
  std::vector<runtime::Address> addresses_;
  size_t tries_ = 0;                // at which address a try begins
  size_t address_count_ = 0;        // how many of them this try has taken
  runtime::Descriptor socket_;      // while connecting
  std::unique_ptr<Stream> stream_;  // while shaking hands
  std::string last_failure_;
};

}  // namespace telemill::transport
