#pragma once

namespace telemill::base {
/// Prints the broken invariant and stops the process.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace telemill::base

/// A broken invariant is our bug, never bad input: it stops the process in every build.
#define TELEMILL_CHECK(condition)                                     \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::telemill::base::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

/// The result borrows from the object it is called on; clang warns when it outlives it.
#if defined(__clang__)
#define TELEMILL_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define TELEMILL_LIFETIMEBOUND
#endif
