#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telemill::transport {

/// An HTTP/2 client in memory for the server's tests: nghttp2's other side. Feed it what the
/// server sends, send the server what it says.
class Http2TestClient {
 public:
  struct Reply {
    std::map<std::string, std::string> fields;  // headers and trailers
    std::string body;
    size_t header_frames = 0;
    bool is_ended = false;
    std::optional<uint32_t> closed;  // the error code
  };
  struct Options {
    uint32_t initial_window_bytes = 1 << 20;
    bool auto_window_update = true;
  };

  explicit Http2TestClient(Options options) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, options.auto_window_update ? 0 : 1);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                                       options.initial_window_bytes};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &entry, 1);
  }
  Http2TestClient() : Http2TestClient(Options{}) {}
  Http2TestClient(const Http2TestClient&) = delete;
  Http2TestClient& operator=(const Http2TestClient&) = delete;
  ~Http2TestClient() { nghttp2_session_del(session_); }

  using Fields = std::vector<std::pair<std::string, std::string>>;

  /// Sends a request; without `ends` its side stays open after `body`.
  int32_t request(const std::string& path, std::string body, const Fields& extra = {},
                  bool ends = true, const std::string& method = "POST") {
    Fields all{{":method", method}, {":scheme", "http"}, {":authority", "host"}, {":path", path}};
    all.insert(all.end(), extra.begin(), extra.end());
    std::vector<nghttp2_nv> values;
    for (const auto& [name, value] : all) {
      values.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                        value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    auto upload = std::make_unique<Upload>(Upload{std::move(body), 0, ends});
    nghttp2_data_provider provider{};
    provider.source.ptr = upload.get();
    provider.read_callback = read_upload;
    const bool has_body = !upload->bytes.empty() || !ends;
    const int32_t id = nghttp2_submit_request(session_, nullptr, values.data(), values.size(),
                                              has_body ? &provider : nullptr, nullptr);
    uploads_[id] = std::move(upload);
    return id;
  }
  int32_t grpc_request(const std::string& path, std::string body) {
    return request(path, std::move(body),
                   {{"content-type", "application/grpc"}, {"te", "trailers"}});
  }
  void end_upload(int32_t id) {
    uploads_[id]->ends = true;
    nghttp2_session_resume_data(session_, id);
  }
  void add_upload(int32_t id, std::string_view bytes) {
    uploads_[id]->bytes.append(bytes);
    nghttp2_session_resume_data(session_, id);
  }
  void reset(int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  void ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

  [[nodiscard]] std::string take_output(size_t bytes_max = SIZE_MAX) {
    std::string text = std::move(left_);
    left_.clear();
    while (text.size() < bytes_max) {
      const uint8_t* bytes = nullptr;
      const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
      if (count <= 0) break;
      text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(count));
    }
    if (text.size() > bytes_max) {
      left_ = text.substr(bytes_max);
      text.resize(bytes_max);
    }
    return text;
  }
  /// False when the server breaks the protocol.
  [[nodiscard]] bool receive(std::string_view bytes) {
    return nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()),
                                    bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  Reply& operator[](int32_t id) { return replies_[id]; }
  [[nodiscard]] nghttp2_session* session() noexcept { return session_; }

  std::vector<uint32_t> goaways;  // error codes
  int32_t goaway_last_stream = -1;
  size_t pings_seen = 0;
  size_t ping_answers = 0;

 private:
  struct Upload {
    std::string bytes;
    size_t sent;
    bool ends;
  };
  static Http2TestClient& self(void* user_data) {
    return *static_cast<Http2TestClient*>(user_data);
  }
  static ssize_t read_upload(nghttp2_session*, int32_t, uint8_t* into, size_t size, uint32_t* flags,
                             nghttp2_data_source* source, void*) {
    Upload& upload = *static_cast<Upload*>(source->ptr);
    const size_t count = std::min(size, upload.bytes.size() - upload.sent);
    if (count > 0) std::memcpy(into, upload.bytes.data() + upload.sent, count);
    upload.sent += count;
    if (upload.sent == upload.bytes.size()) {
      if (upload.ends) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
      } else if (count == 0) {
        return NGHTTP2_ERR_DEFERRED;
      }
    }
    return static_cast<ssize_t>(count);
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                       size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                       void* user_data) {
    self(user_data)
        .replies_[frame->hd.stream_id]
        .fields[std::string(reinterpret_cast<const char*>(name), name_size)] =
        std::string(reinterpret_cast<const char*>(value), value_size);
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    Http2TestClient& client = self(user_data);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      client.goaways.push_back(frame->goaway.error_code);
      client.goaway_last_stream = frame->goaway.last_stream_id;
    }
    if (frame->hd.type == NGHTTP2_PING) {
      ++((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 ? client.ping_answers : client.pings_seen);
    }
    if (frame->hd.type == NGHTTP2_HEADERS) ++client.replies_[frame->hd.stream_id].header_frames;
    if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      client.replies_[frame->hd.stream_id].is_ended = true;
    }
    return 0;
  }
  static int on_data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size,
                     void* user_data) {
    self(user_data).replies_[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, int32_t id, uint32_t error_code, void* user_data) {
    self(user_data).replies_[id].closed = error_code;
    return 0;
  }

  nghttp2_session* session_ = nullptr;
  std::string left_;
  std::map<int32_t, Reply> replies_;
  std::map<int32_t, std::unique_ptr<Upload>> uploads_;
};

/// A frame by hand, for what no client would send.
inline std::string raw_frame(uint8_t type, uint8_t flags, uint32_t stream,
                             std::string_view payload) {
  std::string frame;
  frame.push_back(static_cast<char>(payload.size() >> 16));
  frame.push_back(static_cast<char>(payload.size() >> 8));
  frame.push_back(static_cast<char>(payload.size()));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(stream >> shift));
  return frame.append(payload);
}
inline constexpr std::string_view http2_client_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// `message` with gRPC's five bytes before it.
inline std::string grpc_frame(std::string_view message) {
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>(message.size() >> shift));
  }
  return frame.append(message);
}

}  // namespace telemill::transport
