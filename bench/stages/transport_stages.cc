// HTTP/2 in and out: a server session that takes requests and a client session that sends them,
// whole exchanges each. Assembling a body copies it once, which counts; the kernel's copies do not.
#include <span>

#include "stages/peers.h"
#include "stages/stage.h"

namespace telemill::bench {
namespace {

using transport::ClientSession;
using transport::Http2Session;

/// What one read of a socket gives a server connection.
constexpr size_t read_bytes = 256 * 1024 - 128;

/// A client's session and a server's, joined; either may be the one that is measured.
class Exchanges {
 public:
  explicit Exchanges(size_t spans) : requests_(house_requests(spans)), spans_(spans) {
    driver_.settings().connection_window_bytes = 16 << 20;
    client_ = transport::make_http2_client_session(calls_, settings_);
    server_ = std::make_unique<Http2Session>(driver_.context());
    client_->prepare_output();
    server_->receive(take_output(*client_));
    client_->receive(take_output(*server_));
    for (const base::Slice& request : requests_) exchange(request, nullptr, nullptr);
  }

  void run(size_t rounds, Meter* server_meter, Meter* client_meter) {
    for (size_t round = 0; round < rounds; ++round) {
      for (const base::Slice& request : requests_) exchange(request, server_meter, client_meter);
    }
    TELEMILL_CHECK(calls_.good == (rounds + 1) * requests_.size());
    TELEMILL_CHECK(handler_.requests == calls_.good);
    (server_meter != nullptr ? server_meter : client_meter)
        ->add(rounds * requests_.size(), rounds * requests_.size() * spans_);
  }

 private:
  /// Runs `work` under a meter, if there is one.
  template <class Work>
  static void measured(Meter* meter, Work work) {
    if (meter != nullptr) meter->resume();
    work();
    if (meter != nullptr) meter->pause();
  }

  void exchange(const base::Slice& request, Meter* server_meter, Meter* client_meter) {
    auto call = make_export_call(request);
    measured(client_meter, [&] { client_->start(std::move(call)); });
    const std::string sent = drain(*client_, client_meter);
    for (size_t at = 0; at < sent.size(); at += read_bytes) {
      measured(server_meter,
               [&] { server_->receive(std::string_view(sent).substr(at, read_bytes)); });
    }
    const std::string answer = drain(*server_, server_meter);
    measured(client_meter, [&] { client_->receive(answer); });
    // What the client has to say to the answer, such as new window.
    server_->receive(drain(*client_, client_meter));
  }

  /// All output. Copying it out stands for the kernel and does not count.
  template <class Session>
  static std::string drain(Session& session, Meter* meter) {
    std::string bytes;
    for (;;) {
      std::array<iovec, 64> pieces;
      size_t count = 0;
      measured(meter, [&] {
        if (session.output().empty()) session.prepare_output();
        count = session.output().pieces(pieces);
      });
      if (count == 0) return bytes;
      size_t taken = 0;
      for (const iovec& piece : std::span(pieces).first(count)) {
        bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
        taken += piece.iov_len;
      }
      measured(meter, [&] { session.output().consume(taken); });
    }
  }

  const std::vector<base::Slice> requests_;
  const size_t spans_;
  AcceptingHandler handler_;
  transport::SessionDriver driver_{handler_, 64 << 20};
  CallCounter calls_;
  const transport::ClientSessionSettings settings_ = peer_settings();
  std::unique_ptr<ClientSession> client_;
  std::unique_ptr<Http2Session> server_;
};

template <size_t spans>
void http2_in(Meter& meter, size_t rounds) {
  Exchanges(spans).run(rounds, &meter, nullptr);
}

template <size_t spans>
void http2_out(Meter& meter, size_t rounds) {
  Exchanges(spans).run(rounds, nullptr, &meter);
}

}  // namespace

std::vector<Stage> transport_stages() {
  return {{"http2_in_1000", &http2_in<1000>, 4},
          {"http2_in_100", &http2_in<100>, 20},
          {"http2_out_1000", &http2_out<1000>, 4},
          {"http2_out_100", &http2_out<100>, 20}};
}

}  // namespace telemill::bench
