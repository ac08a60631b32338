#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace telemill {

using Duration = std::chrono::nanoseconds;
/// Monotonic, from the runtime's clock; comparable only within one process.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// Nanoseconds since the Unix epoch, as OTLP carries time.
using UnixNanos = uint64_t;

inline namespace literals {
consteval size_t operator""_KiB(unsigned long long n) { return static_cast<size_t>(n) << 10; }
consteval size_t operator""_MiB(unsigned long long n) { return static_cast<size_t>(n) << 20; }
using namespace std::chrono_literals;
}  // namespace literals

}  // namespace telemill
