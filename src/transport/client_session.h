#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "runtime/lane.h"
#include "transport/client.h"
#include "transport/output_queue.h"

namespace telemill::transport {

class ClientSession;

/// One exchange on its way: waiting in the client, or owned by the session that runs it.
struct Call {
  ClientRequest request;
  ResponseCallback done;
  std::optional<runtime::Timer> timer;
  ClientSession* session = nullptr;  // null while it waits
  size_t slot = 0;                   // in the session's list
  int32_t stream = 0;                // HTTP/2
  uint32_t retries = 0;

  // how far the request's body has been queued
  size_t slice_index = 0;
  size_t slice_offset = 0;
  size_t body_sent_bytes = 0;
  // what has come of the response
  ClientResponse response;
  base::Buffer body;
  size_t promised_bytes = 0;  // by Content-Length, bounded
  size_t field_bytes = 0;
  bool has_final_head = false;
  uint32_t field_count = 0;
  uint32_t interim_count = 0;  // 1xx answers

  /// Forgets what was sent and received, to be sent again.
  void rewind();
  /// Queues the next `bytes` of the request's body; they link to its slices.
  void send_body(size_t bytes, OutputQueue& output);
};

/// What a session needs to know of its client.
struct ClientSessionSettings {
  std::string authority;
  std::string user_agent;
  size_t response_bytes_max = 0;
  bool is_secure = false;
  bool keep_alives = true;
};

/// One connection's protocol without its socket: calls and bytes in, bytes and results out. Owned
/// by a connection, used on its lane; calls no user code.
class ClientSession {
 public:
  /// Who hears how calls end. None of these may destroy the session.
  class Observer {
   public:
    virtual void on_done(std::unique_ptr<Call> call, ClientResult result) = 0;
    /// The server has not looked at the call: it may be sent again.
    virtual void on_unprocessed(std::unique_ptr<Call> call, Failure why) = 0;

   protected:
    ~Observer() = default;
  };
  enum class Phase : uint8_t {
    running,
    draining,  // takes no more calls and ends when those under way have
    ended,     // close the connection
  };

  explicit ClientSession(Observer& observer) noexcept : observer_(observer) {}
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;
  virtual ~ClientSession() = default;

  /// Begins a call; only while there is `room`.
  virtual void start(std::unique_ptr<Call> call) = 0;
  /// Gives a call back before its end; the server is told if the protocol can.
  virtual std::unique_ptr<Call> cancel(Call& call) = 0;
  /// How many more calls may start now.
  [[nodiscard]] virtual size_t room() const noexcept = 0;

  virtual void receive(std::string_view bytes) = 0;
  /// The server has ended its side in order.
  virtual void on_input_end() = 0;
  /// Queues what can be sent; call it while `output` is empty.
  virtual void prepare_output() = 0;
  [[nodiscard]] OutputQueue& output() noexcept { return output_; }

  [[nodiscard]] virtual Phase phase() const noexcept = 0;
  /// True once the server has shown that it speaks the protocol.
  [[nodiscard]] virtual bool is_confirmed() const noexcept = 0;
  /// Why the phase is `ended`, as a sentence; empty when in order.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  /// Asks the server for a sign of life; false when the protocol has no such question.
  virtual bool ping() { return false; }
  /// Queues a farewell, if the protocol has one.
  virtual void say_goodbye() {}

  /// The connection has gone: ends every call with `why`.
  virtual void abandon(const Failure& why);
  [[nodiscard]] size_t call_count() const noexcept { return calls_.size(); }

 protected:
  Call& adopt(std::unique_ptr<Call> call);
  std::unique_ptr<Call> release(Call& call);
  void finish(Call& call, ClientResult result);
  [[nodiscard]] Call& first_call() noexcept { return *calls_.front(); }

  Observer& observer_;
  OutputQueue output_;
  std::string failure_;

 private:
  std::vector<std::unique_ptr<Call>> calls_;
};

std::unique_ptr<ClientSession> make_http1_client_session(ClientSession::Observer& observer,
                                                         const ClientSessionSettings& settings);
std::unique_ptr<ClientSession> make_http2_client_session(ClientSession::Observer& observer,
                                                         const ClientSessionSettings& settings);

/// What is queued before the socket has to take some.
inline constexpr size_t client_output_bytes_max = 256_KiB;

/// Why `request` cannot be sent as it is, or null: control characters would end a header early.
[[nodiscard]] const char* find_fault(const ClientRequest& request) noexcept;
/// True for headers that the session writes itself or that only concern one hop.
[[nodiscard]] bool is_managed_header(std::string_view name) noexcept;

}  // namespace telemill::transport
