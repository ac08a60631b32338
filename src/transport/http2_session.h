#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>

#include "transport/http2_stream.h"
#include "transport/response_head.h"
#include "transport/server_session.h"

namespace telemill::transport {

/// An HTTP/2 server's side of one connection, over nghttp2. Bodies are assembled in one piece,
/// answers are sent from where they lie. Pure: see ServerSession.
class Http2Session final : public ServerSession, private Exchange::Target {
 public:
  explicit Http2Session(const SessionContext& context);
  ~Http2Session();

  void receive(std::string_view bytes) override;
  void on_input_end() override;
  [[nodiscard]] bool wants_input() const noexcept override;
  void prepare_output() override;
  [[nodiscard]] Phase phase() const noexcept override { return phase_; }
  void drain() override;
  [[nodiscard]] bool is_handling() const noexcept override { return has_exchanges(); }
  [[nodiscard]] TimePoint deadline() const noexcept override;
  void run_timers() override;

 private:
  friend struct Http2Callbacks;  // nghttp2's C callbacks, in http2_callbacks.cc
  struct SessionDeleter {
    void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
  };
  enum class Drain : uint8_t { none, announced, final };

  void submit_settings();
  void respond(uint64_t stream, Response&& response) override;
  void give_up(uint64_t stream) override;

  // What the callbacks report.
  void on_begin(int32_t id);
  void on_head(Http2Stream& stream);
  void on_data(int32_t id, std::string_view data);
  void on_end(Http2Stream& stream);
  void on_close(Http2Stream& stream) noexcept;
  void on_frame(const nghttp2_frame& frame);
  void on_frame_sent(const nghttp2_frame& frame);
  void on_fault() noexcept;
  void on_ping();
  void on_ping_answer(const nghttp2_ping& ping);
  void on_unread_data(Http2Stream& stream, size_t bytes);
  size_t next_data(Http2Stream& stream, size_t bytes_max, uint32_t& flags);
  void queue_data(Http2Stream& stream, std::string_view frame_head, size_t bytes);

  std::optional<Refusal> read_grpc_prefix(Http2Stream& stream, std::string_view data);
  std::optional<Refusal> expect(Http2Stream& stream, uint64_t bytes);
  void forget_promise(Http2Stream& stream) noexcept;
  void refuse(Http2Stream& stream, Refusal refusal);
  void submit(Http2Stream& stream, Response&& response);
  void pump();
  void submit_trailers(Http2Stream& stream);
  bool release_credit();
  void terminate(uint32_t error_code);
  void end_if_done() noexcept;
  [[nodiscard]] Http2Stream* find(int32_t id) const noexcept;
  void expire_slow_requests();
  void stop_unread_requests();
  void stop_unread_request(Http2Stream& stream);
  void finish_drain();
  void run_ping_timers();

  const SessionContext context_;
  const uint32_t stream_window_bytes_;
  Phase phase_ = Phase::running;
  std::unique_ptr<nghttp2_session, SessionDeleter> session_;
  Http2Streams streams_;
  HttpDate date_;

  size_t bytes_unconsumed_ = 0;   // of the connection's window
  size_t bytes_handed_over_ = 0;  // bodies with the handler
  size_t bytes_promised_ = 0;     // rooms reserved for bytes that have not come
  int faults_ = 0;                // streams that ended in a reset, less those that ended well

  int needless_pings_ = 0;
  TimePoint last_ping_;             // of the peer; zero: we have sent something useful since
  bool has_settings_ = false;       // the peer's first frame has come
  Http2Stream* in_head_ = nullptr;  // whose headers are coming
  Drain drain_ = Drain::none;
  TimePoint began_;
  TimePoint head_began_;
  TimePoint last_received_;
  TimePoint idle_since_;
  TimePoint drain_began_;
  TimePoint read_due_ = TimePoint::max();  // some stream's read timeout, or earlier
  TimePoint stop_due_ = TimePoint::max();  // some answered stream's end, or earlier
  TimePoint ping_sent_;                    // zero: none on its way
};

}  // namespace telemill::transport
