#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "load/template.h"

namespace telemill::load {

/// Copies of templates that may be changed in place: one for every request in flight and one for
/// every template, so that bodies rotate. One lane; nothing is allocated once it is warm.
class RequestPool {
 public:
  /// In what order templates are used.
  enum class Order : uint8_t {
    any,       // whichever copy has rested longest
    captured,  // one after the other; waits when the next is still in flight
  };
  /// `templates` outlive the pool. `front_bytes` are left free before each message.
  RequestPool(const std::vector<Template>& templates, Order order, size_t in_flight_max,
              size_t front_bytes);

  /// A copy that nobody reads; nothing when all are in flight.
  std::optional<uint32_t> acquire();
  void release(uint32_t copy);

  [[nodiscard]] const Template& source(uint32_t copy) const noexcept {
    return templates_[copies_[copy].source];
  }
  /// How often the whole list of templates had been used before this copy's turn.
  [[nodiscard]] uint64_t round(uint32_t copy) const noexcept { return copies_[copy].round; }
  /// The message, writable.
  [[nodiscard]] char* message(uint32_t copy) noexcept {
    return copies_[copy].slab->data() + front_bytes_;
  }
  /// The bytes before the message and the message.
  [[nodiscard]] base::Slice framed(uint32_t copy) const noexcept;

 private:
  struct Copy {
    uint32_t source;
    base::SlabRef slab;
    uint64_t round = 0;
    bool is_in_use = false;
  };

  std::optional<uint32_t> acquire_any();
  std::optional<uint32_t> acquire_captured();
  uint32_t make_copy(uint32_t source);

  const std::vector<Template>& templates_;
  const Order order_;
  const size_t copies_max_;
  const size_t front_bytes_;
  std::vector<Copy> copies_;
  std::deque<uint32_t> resting_;
  uint32_t next_source_ = 0;
  uint64_t round_ = 0;
};

}  // namespace telemill::load
