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
  base::Slice message = payload.bytes().flatten();
  if (format_ == Format::json) {
    base::Buffer json;
    TELEMILL_TRY(wire::encode_json(otlp::request_schema(payload.signal()), message.view(), json));
    if (compression_ == Compression::none) {
      json.push_back('\n');
      return json;
    }
    message = std::move(json).freeze();
  }
  if (compression_ == Compression::none) return behind_its_length(message.view());
  TELEMILL_ASSIGN(const base::Buffer compressed,
                  compressor_.compress(codec::Coding::zstd, base::Rope(message)));
  return behind_its_length(compressed.view());
}

}  // namespace telemill::components::exporters::file
