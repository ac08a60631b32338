#pragma once

#include <nghttp2/nghttp2.h>

namespace telemill::transport {

class Http2Session;
struct Http2Stream;

/// A server session of nghttp2 with our limits, reporting to `session`.
nghttp2_session* create_http2_server(Http2Session& session);
/// Sends the body of the stream's answer from where it lies.
nghttp2_data_provider http2_data_provider(Http2Stream& stream) noexcept;

}  // namespace telemill::transport
