#include "transport/tls_stream.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace telemill::transport {
namespace {

using runtime::Io;

/// The most plain text one TLS record carries.
constexpr size_t record_bytes_max = 16_KiB;

class TlsStream final : public Stream {
 public:
  TlsStream(SslPointer ssl, runtime::Descriptor socket,
            std::shared_ptr<const TlsContext> context) noexcept
      : context_(std::move(context)), socket_(std::move(socket)), ssl_(std::move(ssl)) {}

  IoStatus handshake() override {
    if (SSL_is_init_finished(ssl_.get()) != 0) return {};
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
      read_waits_for_ = Io::read;
      write_waits_for_ = Io::none;
      const unsigned char* name = nullptr;
      unsigned size = 0;
      SSL_get0_alpn_selected(ssl_.get(), &name, &size);
      protocol_.assign(reinterpret_cast<const char*>(name), size);
      return {};
    }
    return explain(result, read_waits_for_, "TLS handshake failed");
  }

  IoStatus read(char* into, size_t bytes_max) override {
    ERR_clear_error();
    const int result =
        SSL_read(ssl_.get(), into, static_cast<int>(std::min<size_t>(bytes_max, INT_MAX)));
    if (result > 0) {
      is_drained_ = false;
      read_waits_for_ = Io::read;
      return {IoStatus::Kind::done, static_cast<size_t>(result)};
    }
    is_drained_ = true;
    return explain(result, read_waits_for_, "cannot read from TLS");
  }

  IoStatus write(std::span<const iovec> pieces) override {
    size_t written = 0;
    size_t piece_index = 0;
    size_t piece_offset = 0;
    for (;;) {
      if (staged_bytes_ == 0) stage(pieces, piece_index, piece_offset);
      if (staged_bytes_ == 0) break;
      ERR_clear_error();
      const int result = SSL_write(ssl_.get(), staged_.data(), static_cast<int>(staged_bytes_));
      if (result <= 0) {
        const IoStatus status = explain(result, write_waits_for_, "cannot write to TLS");
        if (status.kind != IoStatus::Kind::blocked || written == 0) return status;
        break;
      }
      // A record is written as a whole: partial writes end between records, and this is one.
      if (static_cast<size_t>(result) != staged_bytes_) return short_write();
      write_waits_for_ = Io::none;
      advance(pieces, piece_index, piece_offset, staged_bytes_);
      written += std::exchange(staged_bytes_, 0);
    }
    return {IoStatus::Kind::done, written};
  }

  void shut_down() noexcept override {
    ERR_clear_error();
    if (!is_broken_ && SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ::shutdown(socket_.number(), SHUT_WR);
  }

  [[nodiscard]] Io wanted() const noexcept override { return read_waits_for_ | write_waits_for_; }
  [[nodiscard]] bool has_pending() const noexcept override {
    return !is_drained_ && SSL_has_pending(ssl_.get()) != 0;
  }
  [[nodiscard]] int descriptor() const noexcept override { return socket_.number(); }
  [[nodiscard]] std::string_view protocol() const noexcept override { return protocol_; }
  [[nodiscard]] bool is_secure() const noexcept override { return true; }
  [[nodiscard]] std::string_view failure() const noexcept override { return failure_; }

 private:
  /// Copies the next record's worth of `pieces` together: a frame's header and its payload should
  /// not become two records. What is staged stays until it is written, as OpenSSL demands.
  void stage(std::span<const iovec> pieces, size_t index, size_t offset) {
    if (staged_.empty()) staged_.resize(record_bytes_max);
    for (; index < pieces.size() && staged_bytes_ < record_bytes_max; ++index, offset = 0) {
      const size_t count =
          std::min(pieces[index].iov_len - offset, record_bytes_max - staged_bytes_);
      std::memcpy(staged_.data() + staged_bytes_,
                  static_cast<const char*>(pieces[index].iov_base) + offset, count);
      staged_bytes_ += count;
    }
  }

  static void advance(std::span<const iovec> pieces, size_t& index, size_t& offset, size_t count) {
    while (count > 0 && index < pieces.size()) {
      const size_t step = std::min(pieces[index].iov_len - offset, count);
      count -= step;
      offset += step;
      if (offset == pieces[index].iov_len) {
        ++index;
        offset = 0;
      }
    }
  }

  IoStatus short_write() {
    is_broken_ = true;
    failure_ = "TLS wrote a part of a record";
    return {IoStatus::Kind::failed, 0};
  }

  /// What a call that did not succeed means. `waits_for` is what it waits for if it is blocked.
  IoStatus explain(int result, Io& waits_for, const char* what) {
    const int system_error = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        waits_for = Io::read;
        return {IoStatus::Kind::blocked, 0};
      case SSL_ERROR_WANT_WRITE:
        waits_for = Io::write;
        return {IoStatus::Kind::blocked, 0};
      case SSL_ERROR_ZERO_RETURN:
        return {IoStatus::Kind::closed, 0};
      case SSL_ERROR_SYSCALL:
        is_broken_ = true;
        failure_ = std::string(what) + ": " +
                   (system_error != 0 ? runtime::describe_errno(system_error)
                                      : "the peer closed the connection");
        return {IoStatus::Kind::failed, 0};
      default:
        is_broken_ = true;
        failure_ = std::string(what) + ": " + reason();
        return {IoStatus::Kind::failed, 0};
    }
  }

  [[nodiscard]] std::string reason() const {
    std::string text = take_openssl_error();
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE) {
      text += std::string(" (") + X509_verify_cert_error_string(verdict) + ")";
    }
    return text;
  }

  const std::shared_ptr<const TlsContext> context_;
  runtime::Descriptor socket_;  // outlives ssl_
  SslPointer ssl_;
  std::string protocol_;
  std::string failure_;
  std::string staged_;  // one record of plain text; allocated by the first write
  size_t staged_bytes_ = 0;
  Io read_waits_for_ = Io::read;
  Io write_waits_for_ = Io::none;
  bool is_drained_ = true;
  bool is_broken_ = false;
};

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  std::string text;
  if (code != 0) {
    const char* const reason = ERR_reason_error_string(code);
    text = reason != nullptr ? reason : "error " + std::to_string(code);
  }
  ERR_clear_error();
  return text.empty() ? "unknown reason" : text;
}

std::unique_ptr<Stream> make_tls_stream(SslPointer ssl, runtime::Descriptor socket,
                                        std::shared_ptr<const TlsContext> context) {
  return std::make_unique<TlsStream>(std::move(ssl), std::move(socket), std::move(context));
}

}  // namespace telemill::transport
