#include "transport/http2_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "transport/deadline.h"
#include "transport/grpc.h"
#include "transport/http2_callbacks.h"

namespace telemill::transport {
namespace {

constexpr uint32_t streams_default = 1024;
constexpr size_t window_bytes_max = (size_t{1} << 31) - 1;
constexpr size_t window_bytes_default = 65535;  // what RFC 9113 starts with
constexpr int faults_max = 1000;

uint32_t window_of(size_t bytes) noexcept {
  return static_cast<uint32_t>(std::clamp(bytes, window_bytes_default, window_bytes_max));
}

}  // namespace

Http2Session::Http2Session(const SessionContext& context)
    : context_(context),
      stream_window_bytes_(window_of(context.settings.connection_window_bytes)),
      session_(create_http2_server(*this)),
      streams_(context.budget),
      began_(context.host.now()),
      last_received_(began_),
      idle_since_(began_) {
  submit_settings();
}

Http2Session::~Http2Session() {
  abandon_exchanges();
  session_.reset();  // reports no closed streams
}

void Http2Session::submit_settings() {
  const uint32_t streams_max = context_.settings.streams_per_connection_max;
  const std::array<nghttp2_settings_entry, 3> entries{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams_max == 0 ? streams_default : streams_max},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window_bytes_},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<uint32_t>(context_.settings.header_bytes_max)}}};
  TELEMILL_CHECK(nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, entries.data(),
                                         entries.size()) == 0);
  TELEMILL_CHECK(
      nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0,
                                            static_cast<int32_t>(stream_window_bytes_)) == 0);
}

Http2Stream* Http2Session::find(int32_t id) const noexcept {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

void Http2Session::receive(std::string_view bytes) {
  if (phase_ != Phase::running) return;
  last_received_ = context_.host.now();
  ping_sent_ = {};
  const ssize_t read = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (read < 0) {
    // Flooded, out of step beyond repair, or no HTTP/2 at all: nothing more to talk about.
    phase_ = Phase::broken;
    return;
  }
  release_credit();
  end_if_done();
  context_.host.wake();
}

void Http2Session::on_input_end() { phase_ = Phase::broken; }

// A peer that does not read its answers is not read either.
bool Http2Session::wants_input() const noexcept {
  return phase_ == Phase::running && output_.size() < output_bytes_max;
}

void Http2Session::prepare_output() {
  if (phase_ == Phase::broken) return;
  pump();
  if (release_credit()) pump();  // streams may have closed as they were sent
  end_if_done();
}

/// Moves what nghttp2 has to say into the output.
void Http2Session::pump() {
  while (output_.size() < output_bytes_max) {
    const uint8_t* bytes = nullptr;
    const ssize_t count = nghttp2_session_mem_send(session_.get(), &bytes);
    if (count < 0) {
      phase_ = Phase::broken;
      return;
    }
    if (count == 0) break;
    output_.append_copy({reinterpret_cast<const char*>(bytes), static_cast<size_t>(count)});
  }
}

void Http2Session::end_if_done() noexcept {
  if (phase_ != Phase::running) return;
  const bool wants_write = nghttp2_session_want_write(session_.get()) != 0;
  if (wants_write) return;
  const bool is_drained = drain_ == Drain::final && streams_.count() == 0;
  if (is_drained || nghttp2_session_want_read(session_.get()) == 0) phase_ = Phase::closing;
}

void Http2Session::terminate(uint32_t error_code) {
  nghttp2_session_terminate_session(session_.get(), error_code);
  context_.host.wake();
}

// Requests.

void Http2Session::on_begin(int32_t id) {
  Http2Stream& stream = streams_.open(id);
  stream.began = head_began_ = context_.host.now();
  in_head_ = &stream;
  nghttp2_session_set_stream_user_data(session_.get(), id, &stream);
  read_due_ = std::min(read_due_, deadline_after(stream.began, context_.settings.read_timeout));
}

void Http2Session::on_frame(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA: {
      in_head_ = nullptr;
      Http2Stream* stream = find(frame.hd.stream_id);
      if (stream == nullptr) return;
      const bool is_end = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
      if (is_end) stream->is_remote_open = false;
      if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
        on_head(*stream);
      }
      if (is_end) on_end(*stream);
      break;
    }
    case NGHTTP2_SETTINGS:
      has_settings_ = true;
      break;
    case NGHTTP2_PING:
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0) {
        on_ping_answer(frame.ping);
      } else {
        on_ping();
      }
      break;
    case NGHTTP2_RST_STREAM:
      on_fault();
      break;
    default:
      break;
  }
}

void Http2Session::on_head(Http2Stream& stream) {
  if (stream.store.is_over_limit()) {
    submit(stream, plain_response(431, "headers are too long"));
    return;
  }
  stream.head = stream.store.head();
  stream.head.peer = context_.peer;
  stream.head.is_secure = context_.is_secure;
  HeadVerdict verdict = context_.handler.on_head(stream.head);
  stream.is_grpc = verdict.is_grpc;
  if (verdict.answer) {
    submit(stream, std::move(*verdict.answer));
    return;
  }
  stream.state = Http2Stream::State::body;
  stream.body.start(verdict.body_bytes_max);
  if (stream.head.content_length && *stream.head.content_length > 0) {
    if (const auto refusal = expect(stream, *stream.head.content_length)) refuse(stream, *refusal);
  }
}

/// Makes room for a body of declared size. Sizes are believed as long as all that is promised on
/// this connection fits its window; beyond that, room grows with what has really come.
std::optional<Refusal> Http2Session::expect(Http2Stream& stream, uint64_t bytes) {
  constexpr size_t modest_bytes = 16 * 1024;
  const size_t trusted =
      static_cast<size_t>(std::min<uint64_t>(bytes, BodyBuilder::trusted_bytes_max));
  const bool is_believed = bytes_promised_ + trusted <= stream_window_bytes_;
  const auto refusal = stream.body.expect(bytes, is_believed ? trusted : modest_bytes);
  if (!refusal && is_believed) {
    stream.bytes_promised += trusted;
    bytes_promised_ += trusted;
  }
  return refusal;
}

void Http2Session::forget_promise(Http2Stream& stream) noexcept {
  bytes_promised_ -= std::exchange(stream.bytes_promised, 0);
}

void Http2Session::on_data(int32_t id, std::string_view data) {
  bytes_unconsumed_ += data.size();
  Http2Stream* const stream = find(id);
  if (stream == nullptr) return;
  if (stream->state != Http2Stream::State::body) return on_unread_data(*stream, data.size());
  if (stream->is_grpc && !stream->has_prefix && !stream->head.content_length) {
    if (const auto refusal = read_grpc_prefix(*stream, data)) return refuse(*stream, *refusal);
  }
  if (const auto refusal = stream->body.append(data)) return refuse(*stream, *refusal);
  stream->bytes_unconsumed += data.size();
  // Most messages fit the stream's window, which then never needs an update.
  if (stream->bytes_unconsumed >= stream_window_bytes_ / 2) {
    nghttp2_session_consume_stream(session_.get(), id, std::exchange(stream->bytes_unconsumed, 0));
  }
}

/// Learns a gRPC body's length from its first five bytes, as soon as they are together.
std::optional<Refusal> Http2Session::read_grpc_prefix(Http2Stream& stream, std::string_view data) {
  std::array<char, grpc::prefix_bytes> bytes;
  const std::string_view before = stream.body.view();
  const size_t missing = grpc::prefix_bytes - before.size();
  if (data.size() < missing) return std::nullopt;
  std::copy_n(data.begin(), missing, std::copy(before.begin(), before.end(), bytes.begin()));
  stream.has_prefix = true;
  const auto prefix = grpc::read_prefix({bytes.data(), bytes.size()});
  if (!prefix) return Refusal::unreadable;
  return expect(stream, uint64_t{grpc::prefix_bytes} + prefix->size_bytes);
}

void Http2Session::on_end(Http2Stream& stream) {
  if (stream.state != Http2Stream::State::body) return;
  stream.state = Http2Stream::State::handling;
  forget_promise(stream);
  stream.bytes_handed_over = stream.body.size();
  bytes_handed_over_ += stream.bytes_handed_over;
  context_.handler.on_request(stream.head, stream.body.take(),
                              Exchange(*this, static_cast<uint64_t>(stream.id)));
}

void Http2Session::refuse(Http2Stream& stream, Refusal refusal) {
  stream.body.reset();
  submit(stream, context_.handler.on_refusal(stream.head, refusal));
}

void Http2Session::on_close(Http2Stream& stream) noexcept {
  if (stream.state == Http2Stream::State::handling) {
    abandon_exchange(static_cast<uint64_t>(stream.id));
    bytes_handed_over_ -= stream.bytes_handed_over;
  } else if (stream.state >= Http2Stream::State::answering && faults_ > 0) {
    --faults_;
  }
  forget_promise(stream);
  if (in_head_ == &stream) in_head_ = nullptr;
  nghttp2_session_set_stream_user_data(session_.get(), stream.id, nullptr);
  streams_.close(stream);
  if (streams_.count() == 0) idle_since_ = context_.host.now();
}

/// A peer may reset streams, and may make us reset them; who does little else has to go.
void Http2Session::on_fault() noexcept {
  if (++faults_ > faults_max) terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

/// Lets the peer send on for what it has sent, unless the handler already holds a window's worth.
/// What is held there is answered some day, so this never stalls for good.
bool Http2Session::release_credit() {
  if (bytes_unconsumed_ == 0 || bytes_handed_over_ > stream_window_bytes_) return false;
  nghttp2_session_consume_connection(session_.get(), std::exchange(bytes_unconsumed_, 0));
  return true;
}

}  // namespace telemill::transport
