#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "components/shared/file_follow/line_splitter.h"

/// The first byte is the limit, the second how fast the window grows. Nothing may be lost, doubled
/// or longer than the limit, and a line break may only stand where a line ends.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace shared = telemill::components::shared;
  if (size < 2) return 0;
  const size_t line_bytes_max = size_t{data[0]} + 1;
  const size_t step = size_t{data[1]} + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  shared::LineSplitter splitter(line_bytes_max);
  size_t begin = 0;
  size_t end = 0;
  while (begin < text.size()) {
    const std::string_view window = text.substr(begin, end - begin);
    const auto line = splitter.next(window);
    if (!line) {
      if (end == text.size()) break;
      TELEMILL_CHECK(window.size() <= line_bytes_max);
      end = std::min(end + step, text.size());
      continue;
    }
    TELEMILL_CHECK(line->consumed > 0 && line->consumed <= window.size());
    TELEMILL_CHECK(line->bytes.size() <= line_bytes_max);
    TELEMILL_CHECK(line->bytes.find('\n') == std::string_view::npos);
    TELEMILL_CHECK(line->kind == shared::LineKind::piece || window[line->consumed - 1] == '\n');
    begin += line->consumed;
  }
  TELEMILL_CHECK(splitter.rest(text.substr(begin)).consumed == text.size() - begin);
  return 0;
}
