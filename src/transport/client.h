#pragma once

#include <memory>
#include <string>

#include "base/unique_function.h"
#include "runtime/lane.h"
#include "runtime/socket.h"
#include "runtime/worker.h"
#include "telemill/result.h"
#include "transport/http.h"
#include "transport/tls.h"

namespace telemill::transport {

/// Why an exchange did not end with a response, and whether bytes may have reached the server.
/// Network failures and timeouts are `unavailable`; `shutting_down` when the client was closed.
using ClientResult = Result<ClientResponse, Failure>;
using ResponseCallback = base::UniqueFunction<void(ClientResult)>;

enum class ClientProtocol : uint8_t {
  http1,         // one exchange at a time per connection
  http2,         // multiplexed; prior knowledge without TLS, ALPN with it
  by_agreement,  // HTTP/2 if TLS and ALPN agree on it, else HTTP/1.1
};

struct ClientSettings {
  runtime::Endpoint endpoint;
  std::string authority;  // empty: the endpoint's
  ClientProtocol protocol = ClientProtocol::http2;
  std::shared_ptr<const TlsContext> tls;  // null: plaintext
  std::string user_agent;
  size_t connections_max = 8;  // HTTP/1: at once; HTTP/2: opened when streams run out
  size_t response_bytes_max = size_t{4} << 20;
  Duration connect_timeout = std::chrono::seconds(20);
  Duration idle_timeout = std::chrono::seconds(90);  // HTTP/1: idle connections are closed
  // HTTP/2 keepalive as gRPC clients do it; zero: off
  Duration ping_interval{};
  Duration ping_timeout = std::chrono::seconds(10);
  bool ping_without_streams = false;
  bool keep_alives = true;
};

/// Exchanges with one server on one lane. Connects in the background and again after failures
/// (bounded exponential back-off, 1 s to 2 min as gRPC's connection back-off), resolves the name
/// again on each new try and takes the addresses in turn. Requests wait while a first connection
/// is under way and fail fast while it is known to be down.
class Client {
 public:
  static std::unique_ptr<Client> create(runtime::Lane& lane, runtime::Worker& worker,
                                        const ClientSettings& settings);
  virtual ~Client() = default;

  /// `done` is called exactly once, never inside `send`. The body's slices live until then.
  virtual void send(ClientRequest request, ResponseCallback done) = 0;
  /// Exchanges under way or waiting.
  [[nodiscard]] virtual size_t pending() const noexcept = 0;
  /// Fails what is pending with `shutting_down` and closes all connections.
  virtual void close() = 0;
};

}  // namespace telemill::transport
