#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

/// Requests as no tidy library would write them, and any peer may: fields scattered, repeated or
/// empty, lengths and tags longer than need be, unknown fields and groups at each level.
namespace telemill::roundtrip {

/// Serialised messages to put requests together from.
struct Pool {
  struct Piece {
    std::string bytes;
    /// Holds a string that is not UTF-8: the official library refuses the request it is in.
    bool is_dirty = false;
  };
  std::vector<Piece> resources;  // Resource
  std::vector<Piece> scopes;     // InstrumentationScope
  std::vector<Piece> records;    // Span, LogRecord or Metric
};

struct Assembled {
  std::string bytes;
  bool is_dirty = false;
};

/// A varint of `value`, now and then longer than need be.
void append_varint(uint64_t value, base::Random& random, std::string& out);
/// A length-delimited field.
void append_field(uint32_t field, std::string_view content, base::Random& random, std::string& out);
/// A field that OTLP does not know, of any wire type.
void append_unknown(base::Random& random, std::string& out, int depth = 0);

Assembled assemble(const Pool& pool, base::Random& random);

}  // namespace telemill::roundtrip
