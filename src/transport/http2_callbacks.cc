#include "transport/http2_callbacks.h"

#include "base/check.h"
#include "transport/http2_memory.h"
#include "transport/http2_session.h"

namespace telemill::transport {
namespace {

// What nghttp2 is to bear before it ends a connection. The first is its own default, stated.
constexpr uint64_t resets_burst = 1000;
constexpr uint64_t resets_per_second = 33;
constexpr size_t continuations_max = 8;
constexpr size_t outbound_acks_max = 1000;
constexpr size_t settings_entries_max = 32;

std::string_view view(const uint8_t* bytes, size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

/// nghttp2's callbacks; `user_data` is the session.
struct Http2Callbacks {
  static Http2Session& self(void* user_data) noexcept {
    return *static_cast<Http2Session*>(user_data);
  }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    self(user_data).on_begin(frame->hd.stream_id);
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                       size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                       void* user_data) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers are dropped
    Http2Session& session = self(user_data);
    // A store over its limit remembers that; the answer follows when the block has ended.
    if (session.in_head_ != nullptr && session.in_head_->id == frame->hd.stream_id) {
      static_cast<void>(session.in_head_->store.add(view(name, name_size), view(value, value_size),
                                                    session.context_.settings.header_bytes_max,
                                                    limits::header_count_max));
    }
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    self(user_data).on_frame(*frame);
    return 0;
  }
  static int on_data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size,
                     void* user_data) {
    self(user_data).on_data(id, view(data, size));
    return 0;
  }
  static int on_close(nghttp2_session*, int32_t id, uint32_t, void* user_data) {
    Http2Session& session = self(user_data);
    if (Http2Stream* const stream = session.find(id)) session.on_close(*stream);
    return 0;
  }
  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    self(user_data).on_frame_sent(*frame);
    return 0;
  }
  static ssize_t next_data(nghttp2_session*, int32_t, uint8_t*, size_t size, uint32_t* flags,
                           nghttp2_data_source* source, void* user_data) {
    Http2Stream& stream = *static_cast<Http2Stream*>(source->ptr);
    return static_cast<ssize_t>(self(user_data).next_data(stream, size, *flags));
  }
  static int send_data(nghttp2_session*, nghttp2_frame* frame, const uint8_t* frame_head,
                       size_t size, nghttp2_data_source* source, void* user_data) {
    TELEMILL_CHECK(frame->data.padlen == 0);  // we ask for none
    constexpr size_t frame_head_bytes = 9;
    self(user_data).queue_data(*static_cast<Http2Stream*>(source->ptr),
                               view(frame_head, frame_head_bytes), size);
    return 0;
  }
};

nghttp2_session* create_http2_server(Http2Session& session) {
  nghttp2_session_callbacks* callbacks = nullptr;
  TELEMILL_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks,
                                                          Http2Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2Callbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Http2Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2Callbacks::on_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Http2Callbacks::on_frame_sent);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, Http2Callbacks::send_data);

  nghttp2_option* option = nullptr;
  TELEMILL_CHECK(nghttp2_option_new(&option) == 0);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_stream_reset_rate_limit(option, resets_burst, resets_per_second);
  nghttp2_option_set_max_continuations(option, continuations_max);
  nghttp2_option_set_max_outbound_ack(option, outbound_acks_max);
  nghttp2_option_set_max_settings(option, settings_entries_max);

  nghttp2_session* created = nullptr;
  TELEMILL_CHECK(
      nghttp2_session_server_new3(&created, callbacks, &session, option, http2_memory()) == 0);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  return created;
}

nghttp2_data_provider http2_data_provider(Http2Stream& stream) noexcept {
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = Http2Callbacks::next_data;
  return provider;
}

}  // namespace telemill::transport
