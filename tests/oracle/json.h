#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

/// OTLP JSON through the official library. Ids are hex in OTLP and base64 in protobuf's JSON, so
/// they are rewritten on the way.
namespace telemill::oracle {

struct JsonStyle {
  bool snake_case = false;
  bool enum_names = false;
  bool with_defaults = false;
};

/// The message as OTLP JSON.
std::string to_json(const google::protobuf::Message& message, JsonStyle style = {});

/// Reads OTLP JSON; false when the official library refuses it.
[[nodiscard]] bool from_json(std::string_view json, google::protobuf::Message& message);

}  // namespace telemill::oracle
