#pragma once

#include <string>
#include <string_view>

#include "base/buffer.h"
#include "codec/coding.h"
#include "codec/compressor.h"

namespace telemill::components::shared {

/// A coding under the name that the user gave it: one coding may have several.
struct NamedCoding {
  codec::Coding coding = codec::Coding::identity;
  std::string_view name;  // a literal: what peers are told
};

/// Compresses the bodies of requests where that pays. One per lane and exporter.
class BodyCoder {
 public:
  explicit BodyCoder(NamedCoding coding, int level = codec::level_default) noexcept
      : coding_(coding), level_(level) {}

  /// Replaces `body` by its coded form and says how it is coded; empty: it stays as it is, for it
  /// is small, too large for the coder or not to be coded.
  std::string_view code(base::Rope& body);

 private:
  const NamedCoding coding_;
  const int level_;
  codec::Compressor compressor_;
};

}  // namespace telemill::components::shared
