#include "transport/body_builder.h"

#include "base/check.h"

namespace telemill::transport {
namespace {
/// The first room for a body of unknown size.
constexpr size_t first_step_bytes = 4096;
}  // namespace

std::optional<Refusal> BodyBuilder::expect(uint64_t bytes, size_t trusted) {
  if (bytes > bytes_max_) return Refusal::too_large;
  declared_bytes_ = static_cast<size_t>(bytes);
  return reserve(std::min(declared_bytes_, std::max(trusted, bytes_.size())));
}

std::optional<Refusal> BodyBuilder::append(std::string_view bytes) {
  const size_t needed = bytes_.size() + bytes.size();
  if (needed > bytes_max_) return Refusal::too_large;
  if (needed > admission_.bytes()) {
    const size_t wanted = std::max({needed, 2 * admission_.bytes(), first_step_bytes});
    const size_t end = needed <= declared_bytes_ ? declared_bytes_ : bytes_max_;
    if (const auto refusal = reserve(std::min(wanted, end))) return refusal;
  }
  bytes_.append(bytes);
  return std::nullopt;
}

std::span<char> BodyBuilder::space(size_t bytes_max) noexcept {
  const size_t room = admission_.bytes() - bytes_.size();
  if (room == 0) return {};
  return {bytes_.data() + bytes_.size(), std::min(room, bytes_max)};
}

void BodyBuilder::commit(size_t bytes) noexcept {
  TELEMILL_CHECK(bytes <= admission_.bytes() - bytes_.size());
  bytes_.extend(bytes);
}

std::optional<Refusal> BodyBuilder::make_space() {
  return reserve(std::min(std::max(2 * admission_.bytes(), first_step_bytes), declared_bytes_));
}

std::optional<Refusal> BodyBuilder::reserve(size_t bytes) {
  const bool is_paid =
      admission_.bytes() == 0 ? budget_->try_admit(bytes, admission_) : admission_.resize(bytes);
  if (!is_paid) return Refusal::overloaded;
  bytes_.reserve(bytes);
  return std::nullopt;
}

}  // namespace telemill::transport
