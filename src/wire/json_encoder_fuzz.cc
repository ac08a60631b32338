#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"

namespace telemill {

// Any bytes as protobuf: what the encoder accepts must decode, and encode to the same JSON again.
// The first byte chooses the message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wire::JsonDecoder decoder;
  const wire::Schema* const roots[] = {
      &wire::schema::traces_request,   &wire::schema::metrics_request, &wire::schema::logs_request,
      &wire::schema::profiles_request, &wire::schema::any_value,       &wire::schema::span,
      &wire::schema::metric,           &wire::schema::rpc_status};
  if (size == 0) return 0;
  const wire::Schema& root = *roots[data[0] % std::size(roots)];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  base::Buffer encoded;
  const auto done = wire::encode_json(root, bytes, encoded);
  if (!done) {
    TELEMILL_CHECK(done.error().offset <= bytes.size());
    return 0;
  }
  const auto decoded = decoder.decode(root, encoded.view());
  TELEMILL_CHECK(decoded.has_value());
  base::Buffer again;
  TELEMILL_CHECK(wire::encode_json(root, decoded->view(), again).has_value());
  TELEMILL_CHECK(encoded.view() == again.view());
  return 0;
}

}  // namespace telemill
