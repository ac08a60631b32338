#include "transport/grpc.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "transport/base64.h"

namespace telemill::transport::grpc {
namespace {

constexpr std::string_view empty_message{"\0\0\0\0\0", prefix_bytes};

struct TimeoutUnit {
  char letter;
  Duration size;
};
/// From fine to coarse.
constexpr std::array<TimeoutUnit, 6> timeout_units{{{'n', std::chrono::nanoseconds(1)},
                                                    {'u', std::chrono::microseconds(1)},
                                                    {'m', std::chrono::milliseconds(1)},
                                                    {'S', std::chrono::seconds(1)},
                                                    {'M', std::chrono::minutes(1)},
                                                    {'H', std::chrono::hours(1)}}};
constexpr size_t timeout_digits_max = 8;
constexpr int64_t timeout_value_max = 99'999'999;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
Code code_of_http_status(int status) noexcept {
  switch (status) {
    case 400:
      return Code::internal;
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::permission_denied;
    case 404:
      return Code::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::unavailable;
    default:
      return Code::unknown;
  }
}

Code parse_code(std::string_view text) noexcept {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return Code::unknown;
  return value <= static_cast<unsigned>(Code::unauthenticated) ? static_cast<Code>(value)
                                                               : Code::unknown;
}

Reply broken(const char* why) {
  Reply reply;
  reply.status = {Code::internal, why, {}};
  return reply;
}

/// The one message of a unary answer that says it went well.
Reply read_message(const ClientResponse& response) {
  const std::string_view body = response.body.view();
  if (body.size() < prefix_bytes) return broken("the response carries no message");
  const auto prefix = read_prefix(body);
  if (!prefix) return broken("the response's message flag is neither 0 nor 1");
  if (body.size() - prefix_bytes != prefix->size_bytes) {
    return broken("the response is not one whole message");
  }
  Reply reply;
  reply.encoding = response.field("grpc-encoding");
  reply.is_compressed = prefix->is_compressed;
  if (reply.is_compressed && (reply.encoding.empty() || reply.encoding == "identity")) {
    return broken("the response is compressed but names no encoding");
  }
  reply.message = response.body.sub(prefix_bytes, prefix->size_bytes);
  return reply;
}

}  // namespace

Result<Prefix> read_prefix(std::string_view bytes) noexcept {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  if (bytes.size() < prefix_bytes) return fail("gRPC prefix is cut short", bytes.size());
  if (byte(0) > 1) return fail("gRPC compression flag is neither 0 nor 1");
  return Prefix{.is_compressed = byte(0) == 1,
                .size_bytes = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4)};
}

void write_prefix(Prefix prefix, char* into) noexcept {
  into[0] = prefix.is_compressed ? 1 : 0;
  for (int i = 0; i < 4; ++i) into[1 + i] = static_cast<char>(prefix.size_bytes >> (24 - 8 * i));
}

std::optional<Duration> parse_timeout(std::string_view text) noexcept {
  if (text.size() < 2 || text.size() > timeout_digits_max + 1) return std::nullopt;
  int64_t value = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  for (const TimeoutUnit& unit : timeout_units) {
    if (unit.letter != text.back()) continue;
    // Eight digits of hours are eleven thousand years: more than a Duration holds.
    if (value > Duration::max() / unit.size) return Duration::max();
    return value * unit.size;
  }
  return std::nullopt;
}

std::string format_timeout(Duration timeout) {
  timeout = std::max(timeout, Duration(1));
  for (const TimeoutUnit& unit : timeout_units) {
    const int64_t value = timeout / unit.size + (timeout % unit.size != Duration{} ? 1 : 0);
    if (value <= timeout_value_max) return std::to_string(value) + unit.letter;
  }
  return std::to_string(timeout_value_max) + 'H';
}

std::string encode_message(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c <= 0x7e && c != '%') {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4]);
    encoded.push_back(digits[byte & 15]);
  }
  return encoded;
}

std::string decode_message(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded.push_back(static_cast<char>(high << 4 | low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(text[i]);  // a broken escape is shown as it came
  }
  return decoded;
}

bool is_grpc_content_type(std::string_view type) noexcept {
  if (type.size() < content_type.size()) return false;
  if (!std::equal(content_type.begin(), content_type.end(), type.begin(),
                  [](char wanted, char given) { return wanted == lower(given); })) {
    return false;
  }
  return type.size() == content_type.size() || type[content_type.size()] == '+' ||
         type[content_type.size()] == ';';
}

Response make_response(const Status& status, base::Rope message) {
  Response response;
  response.content_type = content_type;
  response.trailers.push_back({"grpc-status", std::to_string(static_cast<unsigned>(status.code))});
  if (status.code == Code::ok) {
    if (message.empty()) {
      response.body.append(base::Slice::of_static(empty_message));
      return response;
    }
    base::Buffer prefix(prefix_bytes);
    write_prefix({.is_compressed = false, .size_bytes = static_cast<uint32_t>(message.size())},
                 prefix.extend(prefix_bytes));
    response.body.append(std::move(prefix).freeze());
    response.body.append(message);
    return response;
  }
  if (!status.message.empty()) {
    response.trailers.push_back({"grpc-message", encode_message(status.message)});
  }
  if (!status.details.empty()) {
    response.trailers.push_back({"grpc-status-details-bin", encode_base64(status.details)});
  }
  return response;
}

Reply read_reply(const ClientResponse& response) {
  const std::string_view code = response.field("grpc-status");
  Reply reply;
  if (code.empty()) {
    reply.status.code = code_of_http_status(response.status);
    reply.status.message =
        "the server answered HTTP " + std::to_string(response.status) + " without a gRPC status";
    return reply;
  }
  reply.status.code = parse_code(code);
  if (reply.status.code == Code::ok) return read_message(response);
  reply.status.message = decode_message(response.field("grpc-message"));
  if (auto details = decode_base64(response.field("grpc-status-details-bin"))) {
    reply.status.details = *std::move(details);
  }
  return reply;
}

}  // namespace telemill::transport::grpc
