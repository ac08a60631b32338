#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/small_vector.h"
#include "base/units.h"
#include "runtime/socket.h"

/// What HTTP/1.1 and HTTP/2 share: heads and answers. RFC 9110.
namespace telemill::transport {

/// A header that borrows its text. Names are lower case.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

/// A header that owns its text.
struct Header {
  std::string name;
  std::string value;
};
using Headers = base::SmallVector<Header, 4>;

enum class HttpVersion : uint8_t { http1_0, http1_1, http2 };

/// A request's head. Borrows from the connection: valid during the call that hands it over.
struct RequestHead {
  std::string_view method;
  std::string_view path;  // without the query, still percent-encoded
  std::string_view query;
  std::string_view authority;
  std::span<const HeaderView> headers;
  std::optional<uint64_t> content_length;
  HttpVersion version = HttpVersion::http1_1;
  bool is_secure = false;
  const runtime::Address* peer = nullptr;

  /// The first header called `name` (lower case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (const HeaderView& field : headers) {
      if (field.name == name) return field.value;
    }
    return {};
  }
};

/// A server's answer. `trailers` are sent by HTTP/2 only; with an empty body and trailers the
/// answer is one HEADERS frame (gRPC's "trailers-only").
struct Response {
  int status = 200;
  std::string_view content_type{};  // a literal; empty: none
  Headers headers{};
  base::Rope body{};
  Headers trailers{};
  bool close_connection = false;  // HTTP/1: after this answer
};

/// What a client asks. `path` includes the query.
struct ClientRequest {
  std::string_view method = "POST";
  std::string path;
  Headers headers;
  base::Rope body;
  Duration timeout{};  // zero: none; over the whole exchange
};

struct ClientResponse {
  int status = 0;
  HttpVersion version = HttpVersion::http1_1;
  Headers headers;
  Headers trailers;
  base::Slice body;

  /// The first header or trailer called `name` (lower case), or empty.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept {
    for (const Headers* list : {&trailers, &headers}) {
      for (const Header& header : *list) {
        if (header.name == name) return header.value;
      }
    }
    return {};
  }
};

}  // namespace telemill::transport
