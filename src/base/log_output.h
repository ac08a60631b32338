#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "telemill/result.h"

namespace telemill::log {

/// A place for lines: a standard stream or a file. Any thread. A reader that takes nothing holds a
/// writer up for some milliseconds once; from then on lines are dropped and counted until it reads
/// again. Files may block as long as the disk does.
class Output {
 public:
  /// `stdout`, `stderr`, or the path of a file (also as `file:///path`) that is appended to and
  /// made when missing. Fails with the path named.
  static Result<std::unique_ptr<Output>, Failure> open(std::string_view path);
  /// Where lines go before anything else is known.
  static Output& standard_error() noexcept;

  /// Does not take over the descriptor.
  explicit Output(int descriptor) noexcept;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  void write(std::string_view line) noexcept;

  /// Of all outputs: lines that found no room.
  [[nodiscard]] static uint64_t dropped_lines() noexcept;

 private:
  [[nodiscard]] bool has_room() noexcept;
  bool write_all(std::string_view text) noexcept;
  void write_note() noexcept;

  std::mutex mutex_;
  const int descriptor_;
  bool owns_descriptor_ = false;
  bool is_waited_for_ = false;  // a pipe, a terminal: not a file
  bool is_stalled_ = false;
  bool is_cut_ = false;   // the last line lacks its end
  uint64_t dropped_ = 0;  // since the last line that was written
};

}  // namespace telemill::log
