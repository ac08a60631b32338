#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "transport/http2_callbacks.h"
#include "transport/http2_session.h"

// How answers leave an HTTP/2 session.
namespace telemill::transport {
namespace {

/// How long the rest of an answered request is read over, at most a stream's window of it.
constexpr Duration stop_wait = std::chrono::seconds(5);
/// gRPC clients stop by themselves; who does not is told so after this.
constexpr size_t grpc_unread_bytes_max = 512 * 1024;

bool sends_too_much(const Http2Stream& stream) noexcept {
  return stream.is_grpc && stream.bytes_unread > grpc_unread_bytes_max;
}

}  // namespace

void Http2Session::respond(uint64_t id, Response&& response) {
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

void Http2Session::submit(Http2Stream& stream, Response&& response) {
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
  const bool is_answer = frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA;
  if (is_answer) {
    last_ping_ = {};
    needless_pings_ = 0;
  }
  if (!is_answer || (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  Http2Stream* const stream = find(id);
  if (stream == nullptr || !stream->is_remote_open) return;
  // Answered before the request was read to its end.
  stream->state = Http2Stream::State::answered;
  if (sends_too_much(*stream)) return stop_unread_request(*stream);
  stream->stop_due = context_.host.now() + stop_wait;
  stop_due_ = std::min(stop_due_, stream->stop_due);
}

/// Reads over the rest of an answered request for a while: clients that still send when a reset
/// comes tend to lose the answer.
void Http2Session::on_unread_data(Http2Stream& stream, size_t bytes) {
  stream.bytes_unread += bytes;
  if (sends_too_much(stream) && stream.state == Http2Stream::State::answered) {
    stop_unread_request(stream);
  }
}

/// Tells the peer to stop, without blame.
void Http2Session::stop_unread_request(Http2Stream& stream) {
  stream.state = Http2Stream::State::stopped;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR);
  context_.host.wake();
}

}  // namespace telemill::transport
