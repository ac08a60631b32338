#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace telemill::components::shared {

enum class LineKind : uint8_t {
  whole,       // up to a line break
  unfinished,  // up to the end of a file that has no line break there
  piece,       // of a line that is longer than the limit; with its end the last one
};

/// What stands next in a text, without its line break.
struct SplitLine {
  std::string_view bytes;  // borrows from the window
  size_t consumed = 0;     // the line break included
  LineKind kind = LineKind::whole;
};

/// Cuts text into lines at \n, taking a \r before it away, in a window that the caller moves. Lines
/// that are longer than the limit come in pieces of the limit, so a window need not be larger.
/// Remembers between calls only whether it stands inside such a line.
class LineSplitter {
 public:
  explicit LineSplitter(size_t line_bytes_max) noexcept : line_bytes_max_(line_bytes_max) {}

  /// The next line of `window`; nothing when more bytes are needed to know its end.
  [[nodiscard]] std::optional<SplitLine> next(std::string_view window) noexcept;
  /// The whole of `window`, of which `next` knew no end.
  [[nodiscard]] SplitLine rest(std::string_view window) const noexcept;
  [[nodiscard]] bool is_inside_long_line() const noexcept { return is_inside_long_line_; }
  void start_over() noexcept { is_inside_long_line_ = false; }

 private:
  size_t line_bytes_max_;
  bool is_inside_long_line_ = false;
};

}  // namespace telemill::components::shared
