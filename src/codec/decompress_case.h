#pragma once

#include <cstddef>
#include <string_view>

#include "base/check.h"
#include "codec/compressor.h"
#include "codec/decompressor.h"

/// What must hold for any bytes whatever. The fuzz target and the plain test of its corpus share
/// it.
namespace telemill::codec {

inline constexpr size_t fuzz_output_bytes_max = 1_MiB;

/// Decodes `input` behind its first byte, which chooses the coding.
inline void run_decompress_case(std::string_view input) {
  if (input.empty()) return;
  const auto coding = static_cast<Coding>(static_cast<unsigned char>(input[0]) % coding_count);
  const std::string_view body = input.substr(1);
  static Decompressor used;  // whatever came before must not matter
  const auto output = used.decompress(coding, body, fuzz_output_bytes_max);
  Decompressor fresh;
  const auto again = fresh.decompress(coding, body, fuzz_output_bytes_max);
  TELEMILL_CHECK(output.has_value() == again.has_value());
  if (!output) {
    TELEMILL_CHECK(output.error().code == again.error().code);
    return;
  }
  TELEMILL_CHECK(output->view() == again->view());
  TELEMILL_CHECK(output->size() <= fuzz_output_bytes_max);

  if (!output->empty()) {  // the limit is exact
    const auto refused = used.decompress(coding, body, output->size() - 1);
    TELEMILL_CHECK(!refused && refused.error().code == ErrorCode::over_limit);
  }
  const auto exact = used.decompress(coding, body, output->size());
  TELEMILL_CHECK(exact && exact->view() == output->view());

  static Compressor compressor;
  const auto coded = compressor.compress(coding, base::Rope(base::Slice::copy_of(output->view())));
  TELEMILL_CHECK(coded.has_value());
  const auto back = used.decompress(coding, coded->view(), output->size());
  TELEMILL_CHECK(back && back->view() == output->view());
}

}  // namespace telemill::codec
