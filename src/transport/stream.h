#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "runtime/lane.h"
#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::transport {

/// How a read or write on a stream went.
struct IoStatus {
  enum class Kind : uint8_t { done, blocked, closed, failed };
  Kind kind = Kind::done;
  size_t bytes = 0;  // for `done`
};

/// A connected byte stream that never blocks: plain TCP or unix socket, or TLS over one. Owns its
/// descriptor. The owner watches `descriptor()` for `wanted()` after a `blocked`.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Ends the handshake, if there is one: `blocked` until it is through, `done` from then on.
  virtual IoStatus handshake() = 0;
  /// `closed` when the peer has ended its side in order.
  virtual IoStatus read(char* into, size_t bytes_max) = 0;
  /// Writes from the front of `pieces`; may take only a part. After `blocked` the next write must
  /// begin with the same bytes.
  virtual IoStatus write(std::span<const iovec> pieces) = 0;
  /// Ends our side in order (FIN, close_notify); best effort.
  virtual void shut_down() noexcept = 0;
  /// What a blocked call waits for; TLS may read in order to write.
  [[nodiscard]] virtual runtime::Io wanted() const noexcept = 0;
  /// Bytes that `read` would return without a new announcement by the kernel (TLS keeps some).
  [[nodiscard]] virtual bool has_pending() const noexcept = 0;
  [[nodiscard]] virtual int descriptor() const noexcept = 0;
  /// The protocol that ALPN chose: "h2", "http/1.1" or empty.
  [[nodiscard]] virtual std::string_view protocol() const noexcept = 0;
  [[nodiscard]] virtual bool is_secure() const noexcept = 0;
  /// Why the last call failed, as a sentence.
  [[nodiscard]] virtual std::string_view failure() const noexcept = 0;
};

std::unique_ptr<Stream> make_plain_stream(runtime::Descriptor socket);

}  // namespace telemill::transport
