#pragma once

#include <google/protobuf/message.h>

#include "base/random.h"

/// Random OTLP messages of any oracle type, the same for the same seed.
namespace telemill::oracle {

struct GenerateOptions {
  /// Messages below this depth stay without submessages.
  int depth_max = 7;
  /// Elements of a repeated field: mostly few, at most this many.
  int list_max = 4;
  /// How likely a singular field is set.
  double fill = 0.6;
  /// Adds fields with numbers that OTLP does not use, of every wire type, groups among them.
  bool with_unknown_fields = false;
};

/// Fills `message` through reflection. Fields named `..._id` get 16 or 8 bytes, or none. Strings
/// are UTF-8 of any kind: empty, long, with quotes, controls and characters beyond ASCII.
void generate(google::protobuf::Message& message, base::Random& random,
              const GenerateOptions& options = {});

/// Serialised so that equal messages give equal bytes.
std::string canonical_bytes(const google::protobuf::Message& message);

}  // namespace telemill::oracle
