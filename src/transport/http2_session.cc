#include "transport/http2_session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "transport/grpc.h"
#include "transport/http2_callbacks.h"

namespace telemill::transport {
namespace {

constexpr uint32_t streams_default = 1024;
constexpr size_t window_bytes_max = (size_t{1} << 31) - 1;
constexpr size_t window_bytes_default = 65535;  // what RFC 9113 starts with
constexpr int faults_max = 1000;
constexpr Duration drain_wait = std::chrono::seconds(1);
constexpr std::array<uint8_t, 8> drain_ping{'d', 'r', 'a', 'i', 'n', 'i', 'n', 'g'};

uint32_t window_of(size_t bytes) noexcept {
  return static_cast<uint32_t>(std::clamp(bytes, window_bytes_default, window_bytes_max));
}

TimePoint after(TimePoint start, Duration delay) noexcept {
  return delay == Duration{} ? TimePoint::max() : start + delay;
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
  is_in_head_ = true;
  nghttp2_session_set_stream_user_data(session_.get(), id, &stream);
  read_due_ = std::min(read_due_, after(stream.began, context_.settings.read_timeout));
}

void Http2Session::on_frame(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA: {
      is_in_head_ = false;
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
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && drain_ == Drain::announced &&
          std::memcmp(frame.ping.opaque_data, drain_ping.data(), drain_ping.size()) == 0) {
        drain_began_ = context_.host.now() - drain_wait;  // the peer knows: no need to wait on
        run_timers();
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
  if (stream == nullptr || stream->state != Http2Stream::State::body) return;
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
  std::memcpy(bytes.data(), before.data(), before.size());
  std::memcpy(bytes.data() + before.size(), data.data(), missing);
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
  } else if (stream.state == Http2Stream::State::answering && faults_ > 0) {
    --faults_;
  }
  forget_promise(stream);
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

// Answers.

void Http2Session::respond(uint64_t id, Response response) {
  Http2Stream* const stream = find(static_cast<int32_t>(id));
  if (stream == nullptr || stream->state != Http2Stream::State::handling) return;
  bytes_handed_over_ -= std::exchange(stream->bytes_handed_over, 0);
  submit(*stream, std::move(response));
  release_credit();
  context_.host.wake();
}

void Http2Session::give_up(uint64_t id) {
  Http2Stream* const stream = find(static_cast<int32_t>(id));
  if (stream == nullptr || stream->state != Http2Stream::State::handling) return;
  if (!stream->is_grpc) return respond(id, plain_response(500, "the request was not answered"));
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
  context_.host.wake();
}

namespace {

/// Borrows the text: it has to live as long as the stream.
nghttp2_nv borrow(std::string_view name, std::string_view value, bool is_value_lasting) noexcept {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(),
          static_cast<uint8_t>(NGHTTP2_NV_FLAG_NO_COPY_NAME |
                               (is_value_lasting ? NGHTTP2_NV_FLAG_NO_COPY_VALUE : 0))};
}

using FieldList = base::SmallVector<nghttp2_nv, 16>;

void add_all(const Headers& headers, FieldList& fields) {
  for (const Header& header : headers) fields.push_back(borrow(header.name, header.value, true));
}

/// Decimal digits of a small number, without a heap.
class Digits {
 public:
  explicit Digits(uint64_t number) noexcept {
    do {
      text_[--begin_] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
  }
  [[nodiscard]] std::string_view view() const noexcept {
    return {text_.data() + begin_, text_.size() - begin_};
  }

 private:
  std::array<char, 20> text_;
  size_t begin_ = text_.size();
};

}  // namespace

void Http2Session::submit(Http2Stream& stream, Response response) {
  forget_promise(stream);
  stream.state = Http2Stream::State::answering;
  stream.response = std::move(response);
  Response& answer = stream.response;
  clean_values(answer.headers);
  clean_values(answer.trailers);
  const bool is_head_only = stream.head.method == "HEAD" || answer.body.empty();

  const Digits status(static_cast<uint64_t>(answer.status));
  const Digits length(answer.body.size());
  FieldList fields;
  fields.push_back(borrow(":status", status.view(), false));
  if (!answer.content_type.empty()) {
    fields.push_back(borrow("content-type", answer.content_type, true));
  }
  add_all(answer.headers, fields);
  if (!stream.is_grpc) {
    const bool may_have_body = answer.status != 204 && answer.status != 304;
    if (may_have_body) fields.push_back(borrow("content-length", length.view(), false));
    fields.push_back(borrow("date", date_.text(context_.host.unix_now()), false));
  }
  if (is_head_only) add_all(answer.trailers, fields);

  stream.cursor = {.slice = 0, .offset = 0, .left = answer.body.size()};
  const nghttp2_data_provider provider = http2_data_provider(stream);
  nghttp2_submit_response(session_.get(), stream.id, fields.data(), fields.size(),
                          is_head_only ? nullptr : &provider);
}

/// How many bytes the next DATA frame carries; nghttp2 asks before it sends.
size_t Http2Session::next_data(Http2Stream& stream, size_t bytes_max, uint32_t& flags) {
  const size_t bytes = std::min(bytes_max, stream.cursor.left);
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (bytes == stream.cursor.left) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream.response.trailers.empty()) {
      flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      submit_trailers(stream);
    }
  }
  return bytes;
}

void Http2Session::submit_trailers(Http2Stream& stream) {
  FieldList fields;
  add_all(stream.response.trailers, fields);
  nghttp2_submit_trailer(session_.get(), stream.id, fields.data(), fields.size());
}

void Http2Session::queue_data(Http2Stream& stream, std::string_view frame_head, size_t bytes) {
  output_.append_copy(frame_head);
  BodyCursor& cursor = stream.cursor;
  TELEMILL_CHECK(bytes <= cursor.left);
  cursor.left -= bytes;
  while (bytes > 0) {
    const base::Slice& slice = stream.response.body.slices()[cursor.slice];
    const size_t count = std::min(bytes, slice.size() - cursor.offset);
    output_.append(slice.sub(cursor.offset, count));
    bytes -= count;
    cursor.offset += count;
    if (cursor.offset < slice.size()) continue;
    ++cursor.slice;
    cursor.offset = 0;
  }
}

void Http2Session::on_frame_sent(const nghttp2_frame& frame) {
  const int32_t id = frame.hd.stream_id;
  if (frame.hd.type == NGHTTP2_RST_STREAM && frame.rst_stream.error_code != NGHTTP2_NO_ERROR) {
    on_fault();
  }
  const bool may_end = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
  if (!may_end || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  Http2Stream* const stream = find(id);
  // Answered before the request was read to its end: tell the peer to stop, without blame.
  if (stream != nullptr && stream->is_remote_open) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }
}

// Time.

/// First a notice, so that requests on their way still count; the last word follows after a round
/// trip (RFC 9113 6.8).
void Http2Session::drain() {
  if (drain_ != Drain::none || phase_ != Phase::running) return;
  drain_ = Drain::announced;
  drain_began_ = context_.host.now();
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, drain_ping.data());
  context_.host.wake();
}

TimePoint Http2Session::deadline() const noexcept {
  if (phase_ != Phase::running) return TimePoint::max();
  const ServerSettings& settings = context_.settings;
  TimePoint due = read_due_;
  if (!has_settings_) due = std::min(due, after(began_, settings.header_timeout));
  if (is_in_head_) due = std::min(due, after(head_began_, settings.header_timeout));
  if (drain_ == Drain::announced) due = std::min(due, drain_began_ + drain_wait);
  if (drain_ == Drain::none && streams_.count() == 0) {
    due = std::min(due, after(idle_since_, settings.idle_timeout));
  }
  if (ping_sent_ != TimePoint{}) {
    due = std::min(due, after(ping_sent_, settings.ping_timeout));
  } else {
    due = std::min(due, after(last_received_, settings.ping_interval));
  }
  return due;
}

void Http2Session::run_timers() {
  const TimePoint now = context_.host.now();
  const ServerSettings& settings = context_.settings;
  if (phase_ != Phase::running) return;
  if ((!has_settings_ && now >= after(began_, settings.header_timeout)) ||
      (is_in_head_ && now >= after(head_began_, settings.header_timeout))) {
    phase_ = Phase::broken;
    return;
  }
  if (now >= read_due_) expire_slow_requests();
  if (drain_ == Drain::announced && now >= drain_began_ + drain_wait) {
    drain_ = Drain::final;
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    context_.host.wake();
  }
  if (drain_ == Drain::none && streams_.count() == 0 &&
      now >= after(idle_since_, settings.idle_timeout)) {
    drain();
  }
  run_ping_timers();
}

void Http2Session::expire_slow_requests() {
  const TimePoint now = context_.host.now();
  const Duration timeout = context_.settings.read_timeout;
  read_due_ = TimePoint::max();
  for (Http2Stream* stream = streams_.oldest(); stream != nullptr; stream = stream->next) {
    if (stream->state != Http2Stream::State::body) continue;
    if (now >= stream->began + timeout) {
      refuse(*stream, Refusal::unreadable);
      context_.host.wake();
    } else {
      read_due_ = std::min(read_due_, stream->began + timeout);
    }
  }
}

void Http2Session::run_ping_timers() {
  const TimePoint now = context_.host.now();
  const ServerSettings& settings = context_.settings;
  if (ping_sent_ != TimePoint{}) {
    if (now >= after(ping_sent_, settings.ping_timeout)) phase_ = Phase::broken;
    return;
  }
  if (now < after(last_received_, settings.ping_interval)) return;
  ping_sent_ = now;
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
  context_.host.wake();
}

}  // namespace telemill::transport
