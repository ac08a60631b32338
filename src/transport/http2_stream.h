#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/body_builder.h"
#include "transport/http.h"

namespace telemill::transport {

/// A request's header fields in one buffer, kept until the request is handed over.
class HeaderStore {
 public:
  void clear() noexcept;
  /// Adds a field, pseudo-headers included; false when the limits are exceeded (and from then on).
  [[nodiscard]] bool add(std::string_view name, std::string_view value, size_t bytes_max,
                         size_t count_max);
  [[nodiscard]] bool is_over_limit() const noexcept { return is_over_limit_; }
  /// The finished head. It borrows from this store.
  [[nodiscard]] RequestHead head();

 private:
  struct Field {
    uint32_t name_size, value_size;
  };
  std::string text_;  // names and values, one behind the other
  std::vector<Field> fields_;
  std::vector<HeaderView> views_;
  bool is_over_limit_ = false;
};

/// Where the sending of an answer's body stands.
struct BodyCursor {
  size_t slice = 0;
  size_t offset = 0;  // in that slice
  size_t left = 0;    // in all
};

/// One HTTP/2 stream of a server. Its session owns it and uses it again.
struct Http2Stream {
  enum class State : uint8_t {
    head,       // headers are coming
    body,       // reading a body for the handler
    handling,   // the handler has it
    answering,  // the answer is queued
    answered,   // and sent, but the peer still sends its request
    stopped,    // and has been told not to
  };

  explicit Http2Stream(runtime::LaneBudget& budget) : body(budget) {}

  int32_t id = 0;
  State state = State::head;
  bool is_grpc = false;
  bool is_remote_open = true;  // the peer has not ended its side
  bool has_prefix = false;     // a gRPC body's length is known
  HeaderStore store;
  RequestHead head;
  BodyBuilder body;
  size_t bytes_unconsumed = 0;  // of the stream's window
  size_t bytes_handed_over = 0;
  size_t bytes_promised = 0;  // reserved beyond what has come
  size_t bytes_unread = 0;    // came after the answer
  TimePoint began;
  TimePoint stop_due;
  Response response;
  BodyCursor cursor;
  Http2Stream* next = nullptr;  // in the list of live or of free streams
  Http2Stream* previous = nullptr;

  /// Makes it as new, keeping its buffers.
  void reset() noexcept;
};

/// Streams of one connection: a list of live ones, oldest first, and some idle ones to use again.
class Http2Streams {
 public:
  explicit Http2Streams(runtime::LaneBudget& budget) noexcept : budget_(budget) {}
  Http2Streams(const Http2Streams&) = delete;
  Http2Streams& operator=(const Http2Streams&) = delete;
  ~Http2Streams();

  Http2Stream& open(int32_t id);
  void close(Http2Stream& stream) noexcept;
  [[nodiscard]] Http2Stream* oldest() const noexcept { return oldest_; }
  [[nodiscard]] size_t count() const noexcept { return count_; }

 private:
  static constexpr size_t idle_max = 32;

  runtime::LaneBudget& budget_;
  Http2Stream* oldest_ = nullptr;
  Http2Stream* newest_ = nullptr;
  Http2Stream* idle_ = nullptr;
  size_t count_ = 0;
  size_t idle_count_ = 0;
};

}  // namespace telemill::transport
