#pragma once

#include <string_view>

#include "base/buffer.h"
#include "telemill/result.h"
#include "wire/json_limits.h"
#include "wire/json_tokens.h"
#include "wire/schema.h"

namespace telemill::wire {

/// Turns OTLP JSON into protobuf bytes in one pass. One per lane: it keeps scratch memory.
///
/// Accepts what the OTLP specification and the reference collector accept: lowerCamelCase and
/// snake_case keys, numbers as numbers or strings, enums by number or name, null for "absent",
/// unknown keys with any well-formed value. Of a key that comes twice the last scalar counts,
/// messages are merged and lists joined, as protobuf does with repeated occurrences. A null in a
/// list is that list's default element, so that positions keep their meaning.
class JsonDecoder {
 public:
  /// Decodes one `root` message. `json` needs no padding. Errors carry the offset in `json`; limits
  /// answer with `over_limit`.
  Result<base::Buffer> decode(const Schema& root, std::string_view json,
                              const JsonLimits& limits = {});

 private:
  Result<base::Buffer> decode_tokens(const Schema& root, std::string_view json,
                                     const JsonLimits& limits);

  JsonTokens tokens_;
  base::Buffer scratch_;  // one unescaped string at a time
};

}  // namespace telemill::wire
