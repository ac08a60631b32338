#include "runtime/clock.h"

#include <chrono>

namespace telemill::runtime {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] UnixNanos unix_now() const noexcept override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<UnixNanos>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
  }
};

constexpr SystemClock instance;

}  // namespace

const Clock& system_clock() noexcept { return instance; }

}  // namespace telemill::runtime
