#include "load/histogram.h"

#include <algorithm>
#include <cmath>

namespace telemill::load {

uint64_t Histogram::quantile(double quantile) const noexcept {
  if (total_ == 0) return 0;
  const double share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(total_);
  const uint64_t wanted = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share)));
  uint64_t seen = 0;
  for (size_t i = 0; i < bucket_count; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(end_of(i), max_);
  }
  return max_;
}

}  // namespace telemill::load
