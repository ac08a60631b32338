#include "components/shared/otlp_exporter/body_coder.h"

#include <utility>

namespace telemill::components::shared {
namespace {

/// Below this, coding costs more than it saves.
constexpr size_t compress_bytes_min = 1024;

}  // namespace

std::string_view BodyCoder::code(base::Rope& body) {
  if (coding_.coding == codec::Coding::identity || body.size() < compress_bytes_min) return {};
  auto coded = compressor_.compress(coding_.coding, body, level_);
  if (!coded) return {};
  body = base::Rope(std::move(*coded).freeze());
  return coding_.name;
}

}  // namespace telemill::components::shared
