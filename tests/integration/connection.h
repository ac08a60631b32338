#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/socket.h"

/// A client that does to a socket whatever a test wants.
namespace telemill::integration {

/// One blocking connection to a port of a loopback address.
class Connection {
 public:
  explicit Connection(uint16_t port, const std::string& address = "127.0.0.1");

  /// Sends all of `bytes`; false when the peer has closed or takes nothing for ten seconds.
  bool send(std::string_view bytes);
  /// Sends until all is gone or something comes back, as a client does that listens while it
  /// sends; returns the first HTTP/1 answer.
  std::string send_and_listen(std::string_view bytes);
  /// Sends what the peer takes, and gives up once it has taken nothing for `patience`. Returns how
  /// many bytes it took.
  size_t push(std::string_view bytes, std::chrono::milliseconds patience);
  /// Ends our side; the peer may still answer.
  void end_output() noexcept;
  /// Closes with a reset.
  void reset() noexcept;
  /// What comes within `patience`, at least a byte; empty at the end and when nothing comes.
  std::string receive(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// All that comes until the peer closes, or nothing has come for `patience`.
  std::string receive_all(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// One HTTP/1 answer with its body; empty when none comes.
  std::string receive_answer();
  /// True once the peer has closed.
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }
  [[nodiscard]] int descriptor() const noexcept { return socket_.number(); }

 private:
  runtime::Descriptor socket_;
  std::string rest_;
  bool has_ended_ = false;
};

/// True when nobody listens there.
bool is_port_closed(uint16_t port);

/// An HTTP/1.1 request for traces; `more` are headers, each with its line end.
std::string http_head(size_t content_length, std::string_view more = {},
                      std::string_view type = "application/x-protobuf");
std::string http_post(std::string_view body, std::string_view more = {},
                      std::string_view type = "application/x-protobuf");
/// The status of an HTTP/1 answer, or -1.
int status_of(std::string_view answer);

/// A request with `span_count` empty spans.
std::string spans(size_t span_count);

}  // namespace telemill::integration
