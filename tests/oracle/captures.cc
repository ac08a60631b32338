#include "oracle/captures.h"

#include <zstd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/check.h"

namespace telemill::oracle {
namespace {

std::string inflate(std::string_view compressed) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  std::string result;
  std::string block(ZSTD_DStreamOutSize(), '\0');
  while (in.pos < in.size) {
    ZSTD_outBuffer out{block.data(), block.size(), 0};
    const size_t status = ZSTD_decompressStream(context, &out, &in);
    TELEMILL_CHECK(ZSTD_isError(status) == 0);
    result.append(block.data(), out.pos);
  }
  for (;;) {  // what the context still holds
    ZSTD_outBuffer out{block.data(), block.size(), 0};
    const size_t status = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(status) != 0 || out.pos == 0) break;
    result.append(block.data(), out.pos);
  }
  ZSTD_freeDCtx(context);
  return result;
}

}  // namespace

Capture read_capture(std::string_view name) {
  const char* const folder = std::getenv("TELEMILL_CAPTURES");
  std::string path = folder != nullptr ? folder : TELEMILL_SOURCE_ROOT "/../shared/data";
  path.append("/").append(name).append(".zst");
  std::ifstream file(path, std::ios::binary);
  if (!file) return {{}, "no capture at " + path + "; set TELEMILL_CAPTURES to its folder"};
  const std::string compressed{std::istreambuf_iterator<char>(file), {}};
  const std::string bytes = inflate(compressed);
  Capture capture;
  for (size_t at = 0; at + 4 <= bytes.size();) {
    size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(bytes[at++]);
    TELEMILL_CHECK(size <= bytes.size() - at);
    capture.requests.push_back(bytes.substr(at, size));
    at += size;
  }
  return capture;
}

}  // namespace telemill::oracle
