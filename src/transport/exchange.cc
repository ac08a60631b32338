#include "base/check.h"
#include "transport/server.h"

namespace telemill::transport {

Exchange::Exchange(Target& target, uint64_t stream) noexcept : stream_(stream) { link(&target); }

Exchange::Exchange(Exchange&& other) noexcept : stream_(other.stream_) {
  Target* const target = other.target_;
  other.unlink();
  link(target);
}

Exchange& Exchange::operator=(Exchange&& other) noexcept {
  if (this == &other) return *this;
  Exchange former(std::move(*this));  // ends unanswered, after the assignment
  stream_ = other.stream_;
  Target* const target = other.target_;
  other.unlink();
  link(target);
  return *this;
}

Exchange::~Exchange() {
  if (target_ == nullptr) return;
  Target* const target = target_;
  unlink();
  target->give_up(stream_);
}

void Exchange::respond(Response&& response) {
  if (target_ == nullptr) return;
  Target* const target = target_;
  unlink();
  target->respond(stream_, std::move(response));
}

void Exchange::link(Target* target) noexcept {
  target_ = target;
  if (target == nullptr) return;
  previous_ = nullptr;
  next_ = target->first_;
  if (next_ != nullptr) next_->previous_ = this;
  target->first_ = this;
}

void Exchange::unlink() noexcept {
  if (target_ == nullptr) return;
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : target_->first_) = next_;
  next_ = previous_ = nullptr;
  target_ = nullptr;
}

Exchange::Target::~Target() { abandon_exchanges(); }

void Exchange::Target::abandon_exchanges() noexcept {
  while (first_ != nullptr) first_->unlink();
}

void Exchange::Target::abandon_exchange(uint64_t stream) noexcept {
  for (Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next_) {
    if (exchange->stream_ != stream) continue;
    exchange->unlink();
    return;
  }
}

}  // namespace telemill::transport
