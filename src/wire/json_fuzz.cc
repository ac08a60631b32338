#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"

namespace telemill {

// Any text, as each signal's request: what is accepted must encode, and the result must decode to
// the same JSON again. The first byte chooses the signal.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wire::JsonDecoder decoder;
  const wire::Schema* const roots[] = {
      &wire::schema::traces_request,   &wire::schema::metrics_request, &wire::schema::logs_request,
      &wire::schema::profiles_request, &wire::schema::any_value,       &wire::schema::span};
  if (size == 0) return 0;
  const wire::Schema& root = *roots[data[0] % std::size(roots)];
  const std::string_view json(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = decoder.decode(root, json);
  if (!bytes) {
    TELEMILL_CHECK(bytes.error().offset <= json.size());
    return 0;
  }
  base::Buffer encoded;
  TELEMILL_CHECK(wire::encode_json(root, bytes->view(), encoded).has_value());
  const auto again = decoder.decode(root, encoded.view());
  TELEMILL_CHECK(again.has_value());
  base::Buffer encoded_again;
  TELEMILL_CHECK(wire::encode_json(root, again->view(), encoded_again).has_value());
  TELEMILL_CHECK(encoded.view() == encoded_again.view());
  return 0;
}

}  // namespace telemill
