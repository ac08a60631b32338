#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "otlp/signal.h"
#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::load {

/// Files of received requests, one per signal: FOLDER/traces.otlp and so on, each request behind
/// its length in 4 big-endian bytes; `gen --replay` reads them. Writes block.
class SaveFiles {
 public:
  /// The folder must exist. `truncate`: the files start empty.
  static Result<std::unique_ptr<SaveFiles>, Failure> open(const std::string& folder, bool truncate);
  void add(otlp::Signal signal, std::string_view request) noexcept;
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  SaveFiles() = default;
  std::array<runtime::Descriptor, otlp::signal_count> files_;
  bool has_failed_ = false;
};

}  // namespace telemill::load
