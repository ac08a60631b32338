#include "components/shared/file_follow/line_splitter.h"

namespace telemill::components::shared {
namespace {

std::string_view without_carriage_return(std::string_view line) noexcept {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<SplitLine> LineSplitter::next(std::string_view window) noexcept {
  // One byte more than a line may have: its break.
  const size_t end = window.substr(0, line_bytes_max_ + 1).find('\n');
  if (end != std::string_view::npos) {
    const LineKind kind = is_inside_long_line_ ? LineKind::piece : LineKind::whole;
    is_inside_long_line_ = false;
    return SplitLine{without_carriage_return(window.substr(0, end)), end + 1, kind};
  }
  if (window.size() <= line_bytes_max_) return std::nullopt;
  is_inside_long_line_ = true;
  return SplitLine{window.substr(0, line_bytes_max_), line_bytes_max_, LineKind::piece};
}

SplitLine LineSplitter::rest(std::string_view window) const noexcept {
  return {window, window.size(), is_inside_long_line_ ? LineKind::piece : LineKind::unfinished};
}

}  // namespace telemill::components::shared
