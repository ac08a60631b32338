#include "load/request_pool.h"

#include <cstring>

#include "base/check.h"

namespace telemill::load {

RequestPool::RequestPool(const std::vector<Template>& templates, Order order, size_t in_flight_max,
                         size_t front_bytes)
    : templates_(templates),
      order_(order),
      copies_max_(templates.size() + (order == Order::any ? in_flight_max : 0)),
      front_bytes_(front_bytes) {
  TELEMILL_CHECK(!templates.empty());
  copies_.reserve(copies_max_);
}

std::optional<uint32_t> RequestPool::acquire() {
  const auto copy = order_ == Order::any ? acquire_any() : acquire_captured();
  if (copy) copies_[*copy].is_in_use = true;
  return copy;
}

void RequestPool::release(uint32_t copy) {
  copies_[copy].is_in_use = false;
  if (order_ == Order::any) resting_.push_back(copy);
}

std::optional<uint32_t> RequestPool::acquire_any() {
  // Every template gets its first copy before one is used again.
  if (copies_.size() >= templates_.size()) {
    for (size_t i = resting_.size(); i > 0; --i) {
      const uint32_t copy = resting_.front();
      resting_.pop_front();
      // A request that timed out may still stand in a connection's output.
      if (!copies_[copy].slab->is_shared()) return copy;
      resting_.push_back(copy);
    }
  }
  if (copies_.size() == copies_max_) return std::nullopt;
  const uint32_t source = next_source_;
  next_source_ = static_cast<uint32_t>((next_source_ + 1) % templates_.size());
  return make_copy(source);
}

std::optional<uint32_t> RequestPool::acquire_captured() {
  const uint32_t copy = next_source_;
  if (copy == copies_.size()) {
    make_copy(copy);
  } else if (copies_[copy].is_in_use || copies_[copy].slab->is_shared()) {
    return std::nullopt;
  }
  copies_[copy].round = round_;
  next_source_ = copy + 1;
  if (next_source_ == templates_.size()) {
    next_source_ = 0;
    ++round_;
  }
  return copy;
}

uint32_t RequestPool::make_copy(uint32_t source) {
  const std::string_view bytes = templates_[source].bytes();
  base::SlabRef slab(base::Slab::allocate(front_bytes_ + bytes.size()));
  std::memcpy(slab->data() + front_bytes_, bytes.data(), bytes.size());
  copies_.push_back({.source = source, .slab = std::move(slab)});
  return static_cast<uint32_t>(copies_.size() - 1);
}

base::Slice RequestPool::framed(uint32_t copy) const noexcept {
  const Copy& wanted = copies_[copy];
  return {wanted.slab,
          {wanted.slab->data(), front_bytes_ + templates_[wanted.source].bytes().size()}};
}

}  // namespace telemill::load
