#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/units.h"
#include "runtime/socket.h"
#include "transport/stream.h"
#include "transport/tls.h"

namespace telemill::transport {

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPointer = std::unique_ptr<SSL, SslDeleter>;

/// What OpenSSL's error queue says, newest first reason only; clears the queue.
std::string take_openssl_error();

/// A TLS session over `socket`. `ssl` is ready to start its handshake in the role it was made for;
/// `context` is kept as long as the stream, for OpenSSL calls back into it.
std::unique_ptr<Stream> make_tls_stream(SslPointer ssl, runtime::Descriptor socket,
                                        std::shared_ptr<const TlsContext> context);

}  // namespace telemill::transport
