#include "pipeline/status.h"

#include <array>

namespace telemill::pipeline {

std::string_view name_of(Status status) noexcept {
  static constexpr std::array<std::string_view, 7> names = {
      "StatusStarting",   "StatusOK",       "StatusRecoverableError", "StatusPermanentError",
      "StatusFatalError", "StatusStopping", "StatusStopped"};
  return names[static_cast<size_t>(status)];
}

}  // namespace telemill::pipeline
