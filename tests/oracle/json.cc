#include "oracle/json.h"

#include <google/protobuf/util/json_util.h>

#include <functional>

#include "base/check.h"

namespace telemill::oracle {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

/// Regroups the digits of `text`, of `from` bits each, into digits of `to` bits.
std::string regroup(std::string_view text, std::string_view from, unsigned from_bits,
                    std::string_view to, unsigned to_bits) {
  std::string result;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const size_t digit = from.find(c);
    if (digit == std::string_view::npos) break;  // base64 padding
    held = held << from_bits | static_cast<unsigned>(digit);
    bits += from_bits;
    while (bits >= to_bits) {
      bits -= to_bits;
      result.push_back(to[held >> bits & ((1U << to_bits) - 1)]);
    }
    held &= (1U << bits) - 1;
  }
  if (to_bits == 6 && bits > 0) result.push_back(to[held << (to_bits - bits) & 63]);
  while (to_bits == 6 && result.size() % 4 != 0) result.push_back('=');
  if (to_bits == 4 && result.size() % 2 != 0) result.pop_back();  // base64's spare bits
  return result;
}

/// Applies `change` to the value of each id. A key with its raw quotes cannot occur inside a JSON
/// string, so searching for it is exact as long as the text is compact.
std::string with_ids(std::string_view json,
                     const std::function<std::string(std::string_view)>& change) {
  std::string result;
  while (!json.empty()) {
    size_t found = std::string_view::npos;
    size_t size = 0;
    for (const std::string_view key :
         {"\"traceId\":\"", "\"spanId\":\"", "\"parentSpanId\":\"", "\"profileId\":\"",
          "\"trace_id\":\"", "\"span_id\":\"", "\"parent_span_id\":\"", "\"profile_id\":\""}) {
      const size_t at = json.substr(0, found).find(key);
      if (at == std::string_view::npos) continue;
      found = at;
      size = key.size();
    }
    if (found == std::string_view::npos) break;
    result.append(json.substr(0, found + size));
    json.remove_prefix(found + size);
    const size_t end = json.find('"');
    result.append(change(json.substr(0, end)));
    json.remove_prefix(end);
  }
  return result.append(json);
}

}  // namespace

std::string to_json(const google::protobuf::Message& message, JsonStyle style) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_enums_as_ints = !style.enum_names;
  options.preserve_proto_field_names = style.snake_case;
  options.always_print_primitive_fields = style.with_defaults;
  std::string json;
  TELEMILL_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return with_ids(json, [](std::string_view text) {
    return regroup(text, base64_alphabet, 6, hex_alphabet, 4);
  });
}

bool from_json(std::string_view json, google::protobuf::Message& message) {
  const std::string official = with_ids(json, [](std::string_view text) {
    return regroup(text, hex_alphabet, 4, base64_alphabet, 6);
  });
  message.Clear();
  return google::protobuf::util::JsonStringToMessage(official, &message).ok();
}

}  // namespace telemill::oracle
