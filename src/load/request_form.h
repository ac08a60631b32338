#pragma once

#include <string>

#include "base/buffer.h"
#include "codec/compressor.h"
#include "load/gen_settings.h"
#include "transport/client.h"

namespace telemill::load {

/// How messages become requests of the chosen protocol, and responses answers. One per lane.
class RequestForm {
 public:
  explicit RequestForm(const GenSettings& settings);

  /// Bytes to leave free before a message, so that it can be framed without a copy.
  [[nodiscard]] size_t front_bytes() const noexcept;
  /// The request for a message that stands in `framed` behind `front_bytes()` free bytes, which
  /// `front` points to.
  Result<base::Rope> encode(const base::Slice& framed, char* front);
  [[nodiscard]] transport::ClientRequest request(base::Rope body) const;

 private:
  Result<base::Rope> encode_http(const base::Slice& message);

  const GenSettings& settings_;
  codec::Compressor compressor_;
  std::string path_;
  transport::Headers headers_;
};

/// What a server's response says.
struct Answer {
  enum class Kind : uint8_t { acknowledged, refused };
  Kind kind = Kind::refused;
  int code = 0;                   // gRPC code or HTTP status of a refusal
  bool is_retryable = false;      // by the OTLP specification
  std::optional<Duration> delay;  // the server's wish
  std::string message;
  uint64_t rejected_items = 0;  // by partial success
};
Answer read_answer(Protocol protocol, const transport::ClientResponse& response);

}  // namespace telemill::load
