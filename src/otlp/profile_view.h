#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"
#include "otlp/field_view.h"
#include "wire/fields.h"

namespace telemill::otlp {

/// The fields of a Profile that mean something without the dictionary of its request; see views.h.
class ProfileView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view profile_id() const noexcept {
    return bytes(wire::field::profile::profile_id);
  }
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::profile::time_unix_nano);
  }
  [[nodiscard]] uint64_t duration_nanos() const noexcept {
    return varint(wire::field::profile::duration_nano);
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::profile::dropped_attributes_count);
  }
  [[nodiscard]] size_t sample_count() const noexcept {
    return RepeatedView<std::string_view>(content(), wire::field::profile::samples).count();
  }
};

}  // namespace telemill::otlp
