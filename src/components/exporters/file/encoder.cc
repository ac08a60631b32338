#include "components/exporters/file/encoder.h"

#include <utility>

#include "base/limits.h"
#include "otlp/schema.h"
#include "wire/json_encoder.h"

namespace telemill::components::exporters::file {
namespace {

constexpr size_t length_bytes = 4;

base::Buffer behind_its_length(std::string_view message) {
  base::Buffer record(message.size() + length_bytes);
  for (size_t i = length_bytes; i-- > 0;) {
    record.push_back(static_cast<char>(message.size() >> (8 * i)));
  }
  record.append(message);
  return record;
}

}  // namespace

Result<base::Buffer> Encoder::encode(const otlp::Payload& payload) {
  if (payload.byte_count() > limits::request_bytes_max) {
    return fail("payload is too large for a record", 0, ErrorCode::over_limit);
  }
  return encode(payload.signal(), payload.bytes().flatten().view());
}

Result<base::Buffer> Encoder::encode(otlp::Signal signal, std::string_view request) {
  base::Buffer json;
  if (format_ == Format::json) {
    TELEMILL_TRY(wire::encode_json(otlp::request_schema(signal), request, json));
    if (compression_ == Compression::none) {
      json.push_back('\n');
      return json;
    }
    request = json.view();
  }
  if (compression_ == Compression::none) return behind_its_length(request);
  const base::Rope message(base::Slice::of_static(request));
  TELEMILL_ASSIGN(const base::Buffer compressed,
                  compressor_.compress(codec::Coding::zstd, message));
  return behind_its_length(compressed.view());
}

}  // namespace telemill::components::exporters::file
