#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telemill::pipeline {

/// How a component is doing, in the words of the reference.
enum class Status : uint8_t {
  starting,
  ok,
  recoverable_error,  // it expects to be well again by itself
  permanent_error,    // it needs a human; never ok again
  fatal_error,        // the collector stops
  stopping,
  stopped,
};

/// "StatusOK", "StatusRecoverableError", ...
[[nodiscard]] std::string_view name_of(Status status) noexcept;

/// Hears of a component's state. Called on the component's lane; reports that change nothing are
/// cheap. Outlives the component.
class StatusReporter {
 public:
  /// `message` says what is wrong and is empty when nothing is.
  virtual void report(Status status, std::string_view message) = 0;

 protected:
  ~StatusReporter() = default;
};

}  // namespace telemill::pipeline
