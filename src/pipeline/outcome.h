#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/units.h"

namespace telemill::pipeline {

enum class OutcomeClass : uint8_t {
  ok,
  retryable,  // the same request may be accepted later
  permanent,  // it never will be
};

/// How a batch ended. Codes and details are those of gRPC (google.rpc.Status) and survive the way
/// from an exporter's peer to a receiver's client.
struct Outcome {
  OutcomeClass cls = OutcomeClass::ok;
  std::optional<uint8_t> grpc_code{};  // when a peer or a component named one
  std::optional<Duration> delay{};     // the least time to wait before a retry
  std::string message{};
  std::string details{};  // a serialised google.rpc.Status, or empty

  static Outcome ok() noexcept { return {}; }
  static Outcome retryable(std::string message) {
    return {.cls = OutcomeClass::retryable, .message = std::move(message)};
  }
  static Outcome permanent(std::string message) {
    return {.cls = OutcomeClass::permanent, .message = std::move(message)};
  }
  [[nodiscard]] bool is_ok() const noexcept { return cls == OutcomeClass::ok; }
};

}  // namespace telemill::pipeline
