// Compression in and out, a whole request at a time.
#include "base/check.h"
#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "stages/stage.h"

namespace telemill::bench {
namespace {

constexpr size_t request_bytes_max = 4 * 1024 * 1024;

void gzip_out(Meter& meter, size_t rounds, size_t spans) {
  codec::Compressor compressor;
  const std::vector<base::Slice> requests = house_requests(spans);
  for (size_t round = 0; round <= rounds; ++round) {  // the first one only warms up
    for (const base::Slice& request : requests) {
      const base::Rope message(request);
      if (round > 0) meter.resume();
      const auto coded = compressor.compress(codec::Coding::gzip, message);
      if (round > 0) meter.pause();
      TELEMILL_CHECK(coded.has_value() && coded->size() < request.size() / 2);
      if (round > 0) meter.add(1, spans);
    }
  }
}

void gzip_in(Meter& meter, size_t rounds, size_t spans) {
  codec::Compressor compressor;
  codec::Decompressor decompressor;
  for (size_t round = 0; round <= rounds; ++round) {
    for (const base::Slice& request : house_requests(spans)) {
      const auto coded = compressor.compress(codec::Coding::gzip, base::Rope(request)).value();
      if (round > 0) meter.resume();
      const auto plain =
          decompressor.decompress(codec::Coding::gzip, coded.view(), request_bytes_max);
      if (round > 0) meter.pause();
      TELEMILL_CHECK(plain.has_value() && plain->view() == request.view());
      if (round > 0) meter.add(1, spans);
    }
  }
}

}  // namespace

std::vector<Stage> codec_stages() {
  return {{"gzip_in_1000", [](Meter& meter, size_t rounds) { gzip_in(meter, rounds, 1000); }, 1},
          {"gzip_in_100", [](Meter& meter, size_t rounds) { gzip_in(meter, rounds, 100); }, 4},
          {"gzip_out_1000", [](Meter& meter, size_t rounds) { gzip_out(meter, rounds, 1000); }, 1},
          {"gzip_out_100", [](Meter& meter, size_t rounds) { gzip_out(meter, rounds, 100); }, 4}};
}

}  // namespace telemill::bench
