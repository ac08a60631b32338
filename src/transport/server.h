#pragma once

#include <cstdint>
#include <memory>

#include "base/buffer.h"
#include "base/unique_function.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/socket.h"
#include "transport/http.h"
#include "transport/tls.h"

namespace telemill::transport {

/// The one answer a request is owed. Move it to whoever will know; dropping it unanswered answers
/// 500 (HTTP) or resets the stream. Answering after the client has gone does nothing. One lane.
class Exchange {
 public:
  /// The connection's side of it.
  class Target {
   public:
    /// Called at most once per exchange.
    virtual void respond(uint64_t stream, Response&& response) = 0;
    /// Called instead when an open exchange is dropped unanswered.
    virtual void give_up(uint64_t stream) = 0;

   protected:
    ~Target();
    /// Every open exchange of this target loses it: the client has gone.
    void abandon_exchanges() noexcept;
    /// The exchange of one stream loses it.
    void abandon_exchange(uint64_t stream) noexcept;
    /// Somebody still owes an answer.
    [[nodiscard]] bool has_exchanges() const noexcept { return first_ != nullptr; }

   private:
    friend class Exchange;
    Exchange* first_ = nullptr;
  };

  Exchange() noexcept = default;
  Exchange(Target& target, uint64_t stream) noexcept;
  Exchange(Exchange&& other) noexcept;
  Exchange& operator=(Exchange&& other) noexcept;
  ~Exchange();

  void respond(Response&& response);
  /// False once answered or once the client has gone. An HTTP/1 client that ended its side in order
  /// may still wait for its answer and does not count as gone.
  [[nodiscard]] bool is_open() const noexcept { return target_ != nullptr; }

 private:
  void link(Target* target) noexcept;
  void unlink() noexcept;

  Target* target_ = nullptr;
  uint64_t stream_ = 0;
  Exchange* next_ = nullptr;
  Exchange* previous_ = nullptr;
};

/// A request body in one piece, and the admission that pays for it.
struct Body {
  base::Buffer bytes;
  runtime::Admission admission;
};

/// What to do with a request whose head has come.
struct HeadVerdict {
  /// Read the body, up to this many bytes as they come over the wire (still compressed).
  size_t body_bytes_max = 0;
  /// The body is a sequence of gRPC messages: its first five bytes tell its length.
  bool is_grpc = false;
  /// Answer this at once instead, without reading the body.
  std::unique_ptr<Response> answer;
};

/// Why the server itself refuses a request that the handler was ready to read.
enum class Refusal : uint8_t {
  too_large,   // the body exceeds `body_bytes_max`
  overloaded,  // the memory budget has no room for it
  unreadable,  // the body breaks the protocol, or came too slowly
};

/// What a server serves. Called on the server's lane.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual HeadVerdict on_head(const RequestHead& head) = 0;
  /// The body is complete. `head` is valid during the call.
  virtual void on_request(const RequestHead& head, Body body, Exchange exchange) = 0;
  /// The answer for a refusal by the server.
  virtual Response on_refusal(const RequestHead& head, Refusal refusal) = 0;
};

struct ServerSettings {
  bool accept_http1 = true;
  bool accept_http2 = true;
  size_t connections_max = 0;                  // 0: no limit; more wait in the kernel's queue
  uint32_t streams_per_connection_max = 0;     // 0: our default of 1024
  size_t header_bytes_max = size_t{16} << 10;  // over it: 431
  /// HTTP/2: bytes of bodies not yet answered per connection before the peer is held back by flow
  /// control; also the window it is given.
  size_t connection_window_bytes = size_t{4} << 20;
  Duration header_timeout = std::chrono::minutes(1);  // first byte to end of head; zero: none
  Duration read_timeout{};                            // whole request; zero: none
  Duration write_timeout{};                           // answer accepted by the kernel; zero: none
  Duration idle_timeout{};                            // between requests; zero: none
  // HTTP/2 keepalive as gRPC servers do it; zero: off
  Duration ping_interval = std::chrono::hours(2);
  Duration ping_timeout = std::chrono::seconds(20);
  /// HTTP/2: clients that ping more often than this without need are told to go (gRPC's
  /// `min_time`); zero: anything goes. Without running calls two hours are asked for instead,
  /// unless `allows_idle_pings`.
  Duration ping_interval_min{};
  bool allows_idle_pings = false;
  Duration connection_age_max{};
  Duration connection_age_grace{};
  bool keep_alives = true;                  // HTTP/1
  std::shared_ptr<const TlsContext> tls{};  // null: plaintext
};

/// One listener on one lane, speaking HTTP/1.1 and HTTP/2 (told apart by the first bytes, or by
/// ALPN) to `handler`. Settings' limits hold per connection; what exceeds them is answered and
/// harms nobody else.
class Server {
 public:
  /// Takes a listening socket. `handler`, `lane` and `budget` outlive the server.
  static std::unique_ptr<Server> create(runtime::Lane& lane, runtime::LaneBudget& budget,
                                        runtime::Descriptor listener,
                                        const ServerSettings& settings, Handler& handler);
  virtual ~Server() = default;

  /// Closes the listener, tells clients to go elsewhere (GOAWAY, `Connection: close`) and lets
  /// running exchanges end; calls `drained` once when the last connection has closed, which may
  /// destroy the server. Waits for the handler as long as it takes, but for clients that do not
  /// finish what they send, or do not read, a few seconds only.
  virtual void drain(base::UniqueFunction<void()> drained) = 0;
  /// Closes everything now.
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual size_t connection_count() const noexcept = 0;
};

}  // namespace telemill::transport
