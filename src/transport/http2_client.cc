#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "transport/client_session.h"
#include "transport/http2_memory.h"

namespace telemill::transport {
namespace {

/// A response fits the window as a rule, so that servers need not wait for us; what is kept is
/// bounded by `response_bytes_max` anyway.
constexpr uint32_t stream_window_bytes = 1024 * 1024;
constexpr int32_t connection_window_bytes = 16 * 1024 * 1024;
/// Memory taken on a server's mere promise of a body.
constexpr size_t promised_bytes_max = 64_KiB;
constexpr uint32_t interim_count_max = 16;
constexpr uint32_t field_bytes_overhead = 32;  // RFC 9113 counts each field so
constexpr size_t frame_header_bytes = 9;
constexpr int32_t stream_id_last = 0x7fffffff;

struct SessionDeleter {
  void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
};
struct CallbacksDeleter {
  void operator()(nghttp2_session_callbacks* callbacks) const noexcept {
    nghttp2_session_callbacks_del(callbacks);
  }
};
using CallbacksPointer = std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter>;

std::string_view text_of(const uint8_t* data, size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

/// The header list of a request, borrowed from it.
class FieldList {
 public:
  void add(std::string_view name, std::string_view value) {
    // nghttp2 takes pointers to mutable bytes and only reads them.
    fields_.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                       reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                       value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  [[nodiscard]] const nghttp2_nv* data() const noexcept { return fields_.data(); }
  [[nodiscard]] size_t size() const noexcept { return fields_.size(); }

 private:
  base::SmallVector<nghttp2_nv, 16> fields_;
};

/// HTTP/2 towards a server, RFC 9113. Frames and header compression are nghttp2's; bodies go out
/// as links to their slices, so that the kernel's copy is the only one.
class Http2ClientSession final : public ClientSession {
 public:
  Http2ClientSession(Observer& observer, const ClientSessionSettings& settings)
      : ClientSession(observer), settings_(settings) {
    nghttp2_session* session = nullptr;
    TELEMILL_CHECK(nghttp2_session_client_new3(&session, make_callbacks().get(), this, nullptr,
                                               http2_memory()) == 0);
    session_.reset(session);
    const std::array<nghttp2_settings_entry, 3> entries{
        {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window_bytes},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits::header_bytes_max}}};
    TELEMILL_CHECK(
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries.data(), entries.size()) == 0);
    TELEMILL_CHECK(nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                                         connection_window_bytes) == 0);
  }

  void start(std::unique_ptr<Call> owned) override {
    Call& call = adopt(std::move(owned));
    const ClientRequest& request = call.request;
    const auto value_or = [&](std::string_view name, const std::string& otherwise) {
      for (const Header& header : request.headers) {
        if (header.name == name) return std::string_view(header.value);
      }
      return std::string_view(otherwise);
    };
    FieldList fields;
    fields.add(":method", request.method);
    fields.add(":scheme", settings_.is_secure ? "https" : "http");
    fields.add(":authority", value_or("host", settings_.authority));
    fields.add(":path", request.path);
    const std::string_view user_agent = value_or("user-agent", settings_.user_agent);
    if (!user_agent.empty()) fields.add("user-agent", user_agent);
    std::array<char, 20> digits{};
    const char* const digits_end =
        std::to_chars(digits.data(), digits.data() + digits.size(), request.body.size()).ptr;
    const bool has_body = !request.body.empty();
    if (has_body || request.method == "POST" || request.method == "PUT") {
      fields.add("content-length",
                 {digits.data(), static_cast<size_t>(digits_end - digits.data())});
    }
    for (const Header& header : request.headers) {
      if (!is_managed_header(header.name)) fields.add(header.name, header.value);
    }
    nghttp2_data_provider body{};
    body.read_callback = &read_body;
    call.stream = nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                         has_body ? &body : nullptr, &call);
    if (call.stream < 0) {  // stream numbers have run out, or the server has said GOAWAY
      is_draining_ = true;
      observer_.on_unprocessed(release(call),
                               {ErrorCode::unavailable, "the connection takes no more requests"});
      return;
    }
    if (call.stream > stream_id_last - 4) is_draining_ = true;
  }

  std::unique_ptr<Call> cancel(Call& call) override {
    forget(call, NGHTTP2_CANCEL);
    return release(call);
  }

  void abandon(const Failure& why) override {
    while (call_count() > 0) {
      Call& call = first_call();
      // Its body dies with it, and a farewell may still be written.
      forget(call, NGHTTP2_CANCEL);
      finish(call, fail(why));
    }
  }

  [[nodiscard]] size_t room() const noexcept override {
    // Until the server has stated its limits, nothing is entrusted to it.
    if (!is_confirmed_ || phase() != Phase::running) return 0;
    const size_t most = nghttp2_session_get_remote_settings(
        session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    return most > call_count() ? most - call_count() : 0;
  }

  void receive(std::string_view bytes) override {
    const ssize_t taken = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    if (taken < 0) break_off(static_cast<int>(taken));
  }

  void on_input_end() override {
    if (failure_.empty()) failure_ = "the server closed the connection";
    is_ended_ = true;
  }

  void prepare_output() override {
    if (is_ended_) return;
    const int error = nghttp2_session_send(session_.get());
    if (error != 0) break_off(error);
  }

  [[nodiscard]] Phase phase() const noexcept override {
    if (is_ended_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                      nghttp2_session_want_write(session_.get()) == 0 && output_.empty())) {
      return Phase::ended;
    }
    if (!is_draining_) return Phase::running;
    return call_count() == 0 && output_.empty() ? Phase::ended : Phase::draining;
  }
  [[nodiscard]] bool is_confirmed() const noexcept override { return is_confirmed_; }
  bool ping() override {
    return nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr) == 0;
  }
  void say_goodbye() override {
    is_draining_ = true;
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_NO_ERROR);
  }

 private:
  static Http2ClientSession& self(void* user_data) noexcept {
    return *static_cast<Http2ClientSession*>(user_data);
  }
  static Call* find_call(nghttp2_session* session, int32_t stream) noexcept {
    return static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream));
  }

  static CallbacksPointer make_callbacks() {
    nghttp2_session_callbacks* raw = nullptr;
    TELEMILL_CHECK(nghttp2_session_callbacks_new(&raw) == 0);
    nghttp2_session_callbacks_set_send_callback(raw, &send_bytes);
    nghttp2_session_callbacks_set_send_data_callback(raw, &send_data_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(raw, &on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(raw, &on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, &on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(raw, &on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(raw, &on_stream_close);
    nghttp2_session_callbacks_set_error_callback2(raw, &on_error);
    return CallbacksPointer(raw);
  }

  // What nghttp2 wants to send.

  static ssize_t send_bytes(nghttp2_session* /*session*/, const uint8_t* data, size_t size,
                            int /*flags*/, void* user_data) {
    OutputQueue& output = self(user_data).output_;
    if (output.size() >= client_output_bytes_max) return NGHTTP2_ERR_WOULDBLOCK;
    output.append_copy(text_of(data, size));
    return static_cast<ssize_t>(size);
  }

  static ssize_t read_body(nghttp2_session* session, int32_t stream, uint8_t* /*buffer*/,
                           size_t bytes_max, uint32_t* flags, nghttp2_data_source* /*source*/,
                           void* /*user_data*/) {
    const Call* const call = find_call(session, stream);
    if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const size_t left = call->request.body.size() - call->body_sent_bytes;
    const size_t count = std::min(left, bytes_max);
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (count == left) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  static int send_data_frame(nghttp2_session* session, nghttp2_frame* frame,
                             const uint8_t* frame_header, size_t size,
                             nghttp2_data_source* /*source*/, void* user_data) {
    OutputQueue& output = self(user_data).output_;
    if (output.size() >= client_output_bytes_max) return NGHTTP2_ERR_WOULDBLOCK;
    // A call may have been cancelled between the making of its frame and now.
    Call* const call = find_call(session, frame->hd.stream_id);
    if (call == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    output.append_copy(text_of(frame_header, frame_header_bytes));
    call->send_body(size, output);
    return 0;
  }

  // What the server has sent.

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void*) {
    Call* const call = find_call(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    call->has_final_head = call->response.status >= 200;  // then these are trailers
    if (call->has_final_head) return 0;
    call->response.status = 0;  // the first head, or the one that follows an interim answer
    call->response.headers.clear();
    return 0;
  }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                       size_t name_size, const uint8_t* value, size_t value_size, uint8_t /*flags*/,
                       void* user_data) {
    Call* const call = find_call(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    const std::string_view key = text_of(name, name_size);
    const std::string_view content = text_of(value, value_size);
    call->field_bytes += name_size + value_size + field_bytes_overhead;
    if (call->field_bytes > limits::header_bytes_max ||
        ++call->field_count > limits::header_count_max) {
      self(user_data).refuse(*call, "the response's headers exceed the limit");
      return 0;
    }
    if (call->has_final_head) {
      call->response.trailers.push_back({std::string(key), std::string(content)});
    } else if (key == ":status") {
      std::from_chars(content.data(), content.data() + content.size(), call->response.status);
    } else {
      if (key == "content-length") {
        std::from_chars(content.data(), content.data() + content.size(), call->promised_bytes);
        call->promised_bytes = std::min(call->promised_bytes, promised_bytes_max);
      }
      call->response.headers.push_back({std::string(key), std::string(content)});
    }
    return 0;
  }

  static int on_data(nghttp2_session* session, uint8_t /*flags*/, int32_t stream,
                     const uint8_t* data, size_t size, void* user_data) {
    Call* const call = find_call(session, stream);
    if (call == nullptr) return 0;
    const size_t bytes_max = self(user_data).settings_.response_bytes_max;
    if (size > bytes_max - call->body.size()) {
      self(user_data).refuse(*call, "the response exceeds the limit");
      return 0;
    }
    if (call->body.empty()) call->body.reserve(std::min(bytes_max, call->promised_bytes));
    call->body.append(text_of(data, size));
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    Http2ClientSession& own = self(user_data);
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        own.is_confirmed_ = true;
        return 0;
      case NGHTTP2_GOAWAY:
        own.is_draining_ = true;
        return 0;
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    Call* const call = find_call(session, frame->hd.stream_id);
    if (call == nullptr) return 0;
    const bool is_interim = frame->hd.type == NGHTTP2_HEADERS && call->response.status < 200;
    if (is_interim && ++call->interim_count > interim_count_max) {
      own.refuse(*call, "the server sends interim answers without end");
    } else if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      own.complete(*call);
    }
    return 0;
  }

  static int on_stream_close(nghttp2_session* session, int32_t stream, uint32_t error,
                             void* user_data) {
    Call* const call = find_call(session, stream);
    if (call == nullptr) return 0;
    Http2ClientSession& own = self(user_data);
    std::string why = std::string("the HTTP/2 stream was reset: ") + nghttp2_http2_strerror(error);
    nghttp2_session_set_stream_user_data(session, stream, nullptr);
    if (error == NGHTTP2_REFUSED_STREAM) {
      own.observer_.on_unprocessed(own.release(*call), {ErrorCode::unavailable, std::move(why)});
    } else {
      own.finish(*call, fail(ErrorCode::unavailable, std::move(why)));
    }
    return 0;
  }

  static int on_error(nghttp2_session* /*session*/, int /*code*/, const char* text, size_t size,
                      void* user_data) {
    self(user_data).last_complaint_.assign(text, size);
    return 0;
  }

  /// The response is whole, whether or not the server has read all of the request.
  void complete(Call& call) {
    if (call.body_sent_bytes < call.request.body.size()) {
      forget(call, NGHTTP2_CANCEL);
    } else {
      nghttp2_session_set_stream_user_data(session_.get(), call.stream, nullptr);
    }
    call.response.body = std::move(call.body).freeze();
    call.response.version = HttpVersion::http2;
    ClientResponse response = std::move(call.response);
    finish(call, std::move(response));
  }

  void refuse(Call& call, const char* why) {
    forget(call, NGHTTP2_CANCEL);
    finish(call, fail(ErrorCode::over_limit, why));
  }

  /// From here on the stream is nobody's: callbacks for it find no call.
  void forget(Call& call, uint32_t error) {
    nghttp2_session_set_stream_user_data(session_.get(), call.stream, nullptr);
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, call.stream, error);
  }

  void break_off(int error) {
    is_ended_ = true;
    failure_ = std::string("HTTP/2 error: ") + nghttp2_strerror(error);
    if (!last_complaint_.empty()) failure_ += " (" + last_complaint_ + ")";
  }

  const ClientSessionSettings& settings_;
  std::unique_ptr<nghttp2_session, SessionDeleter> session_;
  std::string last_complaint_;
  bool is_confirmed_ = false;
  bool is_draining_ = false;
  bool is_ended_ = false;
};

}  // namespace

std::unique_ptr<ClientSession> make_http2_client_session(ClientSession::Observer& observer,
                                                         const ClientSessionSettings& settings) {
  return std::make_unique<Http2ClientSession>(observer, settings);
}

}  // namespace telemill::transport
