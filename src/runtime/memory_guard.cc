#include "runtime/memory_guard.h"

#include <malloc.h>

#include "base/slab.h"
#include "runtime/process.h"

namespace telemill::runtime {

size_t resident_bytes_now() { return process_stats().resident_bytes; }

void MemoryGuard::give_back(TimePoint now) noexcept {
  next_trim_ = now + trim_interval;
  trim_round_.fetch_add(1, std::memory_order_relaxed);
  base::slab_pool_trim();
  ::malloc_trim(0);
}

MemoryGuard::Change MemoryGuard::check(TimePoint now) noexcept {
  size_t used = read_used_();
  if (used >= thresholds_.soft_bytes && now >= next_trim_) {
    give_back(now);
    used = read_used_();
  }
  used_bytes_.store(used, std::memory_order_relaxed);
  budget_.shut(used >= thresholds_.hard_bytes);
  const bool refuses = used >= thresholds_.soft_bytes;
  if (is_refusing_.exchange(refuses, std::memory_order_relaxed) == refuses) return Change::none;
  return refuses ? Change::now_refuses : Change::now_accepts;
}

}  // namespace telemill::runtime
