// Whatever a server answers is read the same way in one piece and byte by byte, within the limits.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "transport/http1_response_parser.h"

namespace {

using telemill::transport::ClientResponse;
using telemill::transport::Http1ResponseParser;

constexpr Http1ResponseParser::Limits limits{
    .body_bytes_max = 1000, .head_bytes_max = 2000, .header_count_max = 16};

struct Reading {
  bool is_broken = false;
  bool is_done = false;
  size_t taken = 0;
  ClientResponse response;
};

Reading read(std::string_view input, bool is_head, size_t step) {
  Http1ResponseParser parser(limits);
  parser.begin(is_head);
  Reading reading;
  while (reading.taken < input.size() && !parser.is_done()) {
    const auto taken = parser.feed(input.substr(reading.taken, step));
    if (!taken) {
      reading.is_broken = true;
      return reading;
    }
    TELEMILL_CHECK(*taken > 0);
    reading.taken += *taken;
  }
  reading.is_done = parser.is_done() || parser.on_input_end();
  if (reading.is_done) reading.response = parser.take();
  return reading;
}

void check_same(const telemill::transport::Headers& a, const telemill::transport::Headers& b) {
  TELEMILL_CHECK(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    TELEMILL_CHECK(a[i].name == b[i].name && a[i].value == b[i].value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool is_head = (data[0] & 1) != 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading whole = read(input, is_head, SIZE_MAX);
  const Reading pieces = read(input, is_head, 1);
  TELEMILL_CHECK(whole.is_broken == pieces.is_broken && whole.is_done == pieces.is_done);
  if (whole.is_broken) return 0;
  TELEMILL_CHECK(whole.taken == pieces.taken);
  TELEMILL_CHECK(whole.response.status == pieces.response.status);
  TELEMILL_CHECK(whole.response.body.view() == pieces.response.body.view());
  TELEMILL_CHECK(whole.response.body.size() <= limits.body_bytes_max);
  check_same(whole.response.headers, pieces.response.headers);
  check_same(whole.response.trailers, pieces.response.trailers);
  TELEMILL_CHECK(!whole.is_done || (whole.response.status >= 200 && whole.response.status <= 599));
  return 0;
}
