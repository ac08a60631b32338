// google.rpc.Status and RetryInfo, read and written as protobuf bytes by hand: four fields do not
// justify a generated parser.
#include <algorithm>
#include <utility>

#include "transport/grpc.h"

namespace telemill::transport::grpc {
namespace {

constexpr std::string_view retry_info_name = "google.rpc.RetryInfo";
constexpr std::string_view retry_info_type = "type.googleapis.com/google.rpc.RetryInfo";
constexpr int varint_bytes_max = 10;
constexpr int64_t nanos_per_second = 1'000'000'000;
/// Longer delays are cut to this: nobody waits so long, and sums of times stay in range.
constexpr int64_t delay_seconds_max = int64_t{366} * 24 * 3600;

enum class WireType : uint8_t { varint = 0, fixed64 = 1, text = 2, fixed32 = 5 };

/// One field of a message: a number or a text, by its wire type.
struct Field {
  uint64_t number = 0;
  uint64_t value = 0;
  std::string_view text;
};

bool take_varint(std::string_view& in, uint64_t& value) noexcept {
  value = 0;
  for (int i = 0; i < varint_bytes_max && !in.empty(); ++i) {
    const auto byte = static_cast<uint8_t>(in.front());
    in.remove_prefix(1);
    value |= uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

/// Takes the next field off `in`; false at the end and at the first broken byte.
bool take_field(std::string_view& in, Field& field) noexcept {
  uint64_t tag = 0;
  if (!take_varint(in, tag)) return false;
  field = {tag >> 3, 0, {}};
  switch (static_cast<WireType>(tag & 7)) {
    case WireType::varint:
      return take_varint(in, field.value);
    case WireType::text: {
      uint64_t size = 0;
      if (!take_varint(in, size) || size > in.size()) return false;
      field.text = in.substr(0, size);
      in.remove_prefix(size);
      return true;
    }
    case WireType::fixed64:
    case WireType::fixed32: {
      const size_t size = static_cast<WireType>(tag & 7) == WireType::fixed64 ? 8 : 4;
      if (size > in.size()) return false;
      in.remove_prefix(size);
      return true;
    }
  }
  return false;  // groups do not occur in these messages
}

Duration read_duration(std::string_view bytes) noexcept {
  int64_t seconds = 0;
  int64_t nanos = 0;
  for (Field field; take_field(bytes, field);) {
    if (field.number == 1) seconds = static_cast<int64_t>(field.value);
    if (field.number == 2) nanos = static_cast<int64_t>(field.value);
  }
  seconds = std::clamp<int64_t>(seconds, 0, delay_seconds_max);
  nanos = std::clamp<int64_t>(nanos, 0, nanos_per_second - 1);
  return std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos);
}

/// The delay if `bytes` is a google.protobuf.Any that holds a RetryInfo.
std::optional<Duration> read_detail(std::string_view bytes) noexcept {
  std::string_view type;
  std::string_view value;
  for (Field field; take_field(bytes, field);) {
    if (field.number == 1) type = field.text;
    if (field.number == 2) value = field.text;
  }
  const size_t slash = type.rfind('/');
  if (slash == std::string_view::npos || type.substr(slash + 1) != retry_info_name) {
    return std::nullopt;
  }
  Duration delay{};
  for (Field field; take_field(value, field);) {
    if (field.number == 1) delay = read_duration(field.text);
  }
  return delay;
}

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void put_number(std::string& out, uint64_t number, int64_t value) {
  if (value == 0) return;
  put_varint(out, number << 3 | static_cast<uint64_t>(WireType::varint));
  put_varint(out, static_cast<uint64_t>(value));
}
void put_text(std::string& out, uint64_t number, std::string_view text) {
  put_varint(out, number << 3 | static_cast<uint64_t>(WireType::text));
  put_varint(out, text.size());
  out.append(text);
}

}  // namespace

std::optional<Duration> retry_delay(std::string_view status_details) noexcept {
  for (Field field; take_field(status_details, field);) {
    if (field.number != 3) continue;
    if (const auto delay = read_detail(field.text)) return delay;
  }
  return std::nullopt;
}

std::string encode_status(Code code, std::string_view message, std::optional<Duration> delay) {
  std::string status;
  put_number(status, 1, static_cast<int64_t>(code));
  if (!message.empty()) put_text(status, 2, message);
  if (!delay) return status;
  const int64_t nanos = std::max<int64_t>(delay->count(), 0);
  std::string duration;
  put_number(duration, 1, nanos / nanos_per_second);
  put_number(duration, 2, nanos % nanos_per_second);
  std::string retry_info;
  put_text(retry_info, 1, duration);
  std::string detail;
  put_text(detail, 1, retry_info_type);
  put_text(detail, 2, retry_info);
  put_text(status, 3, detail);
  return status;
}

}  // namespace telemill::transport::grpc
