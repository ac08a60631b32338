#pragma once

#include "base/units.h"

namespace telemill::transport {

/// When `delay` will be over; never for zero, which turns a timeout off.
inline TimePoint deadline_after(TimePoint start, Duration delay) noexcept {
  return delay == Duration{} ? TimePoint::max() : start + delay;
}

}  // namespace telemill::transport
