#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"
#include "telemill/result.h"

namespace telemill::load {

/// How a sink treats its clients; the default is well. Counts are per lane: exact with one.
struct Behaviour {
  int refuse_code = 0;  // gRPC code (1 to 16) or HTTP status (400 to 599); zero: accept
  std::optional<uint64_t> refuse_requests;  // only the first so many; nothing: all
  std::optional<Duration> retry_after;      // told with refusals
  Duration delay{};                         // before each answer
  uint64_t stall_after = 0;                 // requests, then no answers ...
  Duration stall_for{};                     // ... for so long; zero: never
  uint64_t reset_every = 0;                 // drop all connections at every so manieth request
  uint64_t partial_success = 0;             // items that accepted requests report as rejected

  friend bool operator==(const Behaviour&, const Behaviour&) = default;
};

/// Reads a query such as "refuse=14:3&retry_after=2s&delay=50ms". Names: refuse, retry_after,
/// delay, stall_after, stall_for, reset_every, partial_success. What is not named is as usual.
Result<Behaviour, Failure> parse_behaviour(std::string_view query);
/// "CODE" or "CODE:N".
Result<void, Failure> parse_refuse(std::string_view text, Behaviour& behaviour);
/// "250ms", "3s", "2m", "1h"; also us and ns, and fractions such as "1.5s".
Result<Duration, Failure> parse_duration(std::string_view text);

}  // namespace telemill::load
