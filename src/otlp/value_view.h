#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "otlp/field_view.h"
#include "wire/fields.h"

namespace telemill::otlp {

enum class ValueKind : uint8_t {
  none,
  string,
  boolean,
  integer,
  real,
  array,
  map,
  bytes,
  string_index,  // into the dictionary of profiles
};

class AttributesView;

/// An AnyValue. Unlike other views it is read when it is made, once: of the oneof's members the
/// last one counts. Accessors of another kind answer the default.
class AnyValueView {
 public:
  AnyValueView() noexcept = default;
  explicit AnyValueView(std::string_view content) noexcept;

  [[nodiscard]] ValueKind kind() const noexcept { return kind_; }
  [[nodiscard]] std::string_view string() const noexcept { return bytes_of(ValueKind::string); }
  [[nodiscard]] bool boolean() const noexcept { return bits_of(ValueKind::boolean) != 0; }
  [[nodiscard]] int64_t integer() const noexcept {
    return static_cast<int64_t>(bits_of(ValueKind::integer));
  }
  [[nodiscard]] double real() const noexcept {
    return std::bit_cast<double>(bits_of(ValueKind::real));
  }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_of(ValueKind::bytes); }
  [[nodiscard]] int32_t string_index() const noexcept {
    return static_cast<int32_t>(bits_of(ValueKind::string_index));
  }
  [[nodiscard]] RepeatedView<AnyValueView> array() const noexcept {
    return {bytes_of(ValueKind::array), wire::field::list::values};
  }
  [[nodiscard]] AttributesView map() const noexcept;
  /// Whether the message's fields stop being readable; what came before was read.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

 private:
  [[nodiscard]] uint64_t bits_of(ValueKind kind) const noexcept {
    return kind == kind_ ? bits_ : 0;
  }
  [[nodiscard]] std::string_view bytes_of(ValueKind kind) const noexcept {
    return kind == kind_ ? bytes_ : std::string_view{};
  }

  std::string_view bytes_;
  uint64_t bits_ = 0;
  ValueKind kind_ = ValueKind::none;
  bool is_broken_ = false;
};

/// A KeyValue.
class KeyValueView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view key() const noexcept;
  [[nodiscard]] AnyValueView value() const noexcept;
  /// `key() == key`, and quick to say no: the length is compared first, then the first bytes.
  [[nodiscard]] bool has_key(std::string_view key) const noexcept;
  /// Index of the key in the dictionary of profiles, which leave `key` empty.
  [[nodiscard]] int32_t key_index() const noexcept {
    return int32(wire::field::key_value::key_strindex);
  }
};

/// Attributes of something, or the content of a map value: a repeated KeyValue.
class AttributesView : public RepeatedView<KeyValueView> {
 public:
  using RepeatedView::RepeatedView;
  /// The first attribute with this key, as the reference's maps look up.
  [[nodiscard]] std::optional<KeyValueView> find(std::string_view key) const noexcept;
};

inline AttributesView AnyValueView::map() const noexcept {
  return {bytes_of(ValueKind::map), wire::field::list::values};
}

}  // namespace telemill::otlp
