#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "wire/cursor.h"
#include "wire/varint.h"

/// What the views are made of: reading one message's fields where they lie. Nothing here copies,
/// allocates or fails: unknown fields are passed over, and so is a known field of another wire type
/// (to protobuf it is an unknown one). Where the bytes are broken, reading ends; `is_broken()`
/// tells.
namespace telemill::otlp {

/// One field as it stands on the wire.
struct FieldView {
  uint32_t number = 0;
  wire::WireType type = wire::WireType::varint;
  uint64_t bits = 0;       // of a varint or fixed-width value
  std::string_view bytes;  // of a length-delimited value; borrowed

  [[nodiscard]] bool is(uint32_t field, wire::WireType wire_type) const noexcept {
    return number == field && type == wire_type;
  }
  [[nodiscard]] bool is_message(uint32_t field) const noexcept {
    return is(field, wire::WireType::length_delimited);
  }
};

/// Goes through a message's fields in wire order. Groups come as fields without a value.
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view message) noexcept : in_(message) {}

  /// The next field. False at the end and, for ever after, at a place that is broken.
  bool next(FieldView& field) noexcept;
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }
  /// Bytes of the message that were read.
  [[nodiscard]] size_t offset() const noexcept { return in_.offset(); }

 private:
  bool read(FieldView& field) noexcept;

  wire::Cursor in_;
  bool is_broken_ = false;
};

/// The base of all message views: borrowed content without its own tag and length. Accessors scan
/// the message anew and answer the default when the field is absent; of a singular field that
/// comes more than once the last one counts. (Protobuf would merge messages that come twice; no
/// encoder writes that.)
class MessageView {
 public:
  MessageView() noexcept = default;
  explicit MessageView(std::string_view content) noexcept : content_(content) {}

  [[nodiscard]] std::string_view content() const noexcept { return content_; }
  /// Whether the fields of this message (not what is nested in them) stop being readable before its
  /// end. One pass.
  [[nodiscard]] bool is_broken() const noexcept;

 protected:
  [[nodiscard]] uint64_t varint(uint32_t field) const noexcept;
  [[nodiscard]] int32_t int32(uint32_t field) const noexcept {
    return static_cast<int32_t>(varint(field));
  }
  [[nodiscard]] uint32_t uint32(uint32_t field) const noexcept {
    return static_cast<uint32_t>(varint(field));
  }
  [[nodiscard]] uint64_t fixed64(uint32_t field) const noexcept;
  [[nodiscard]] uint32_t fixed32(uint32_t field) const noexcept;
  [[nodiscard]] std::optional<double> optional_real(uint32_t field) const noexcept;
  [[nodiscard]] double real(uint32_t field) const noexcept {
    return optional_real(field).value_or(0);
  }
  /// A string, bytes or a message's content.
  [[nodiscard]] std::string_view bytes(uint32_t field) const noexcept;

 private:
  [[nodiscard]] FieldView last(uint32_t field, wire::WireType type) const noexcept;

  std::string_view content_;
};

/// A repeated message (or string) field, in order. `Element` is built from the content's bytes.
template <class Element>
class RepeatedView {
 public:
  class Iterator {
   public:
    using value_type = Element;
    using difference_type = std::ptrdiff_t;

    Iterator(std::string_view message, uint32_t field) noexcept : fields_(message), field_(field) {
      ++*this;
    }
    [[nodiscard]] const Element& operator*() const noexcept { return *current_; }
    [[nodiscard]] const Element* operator->() const noexcept { return &*current_; }
    Iterator& operator++() noexcept {
      current_.reset();
      for (FieldView found; fields_.next(found);) {
        if (!found.is_message(field_)) continue;
        current_.emplace(found.bytes);
        break;
      }
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    [[nodiscard]] bool operator==(std::default_sentinel_t /*end*/) const noexcept {
      return !current_.has_value();
    }

   private:
    FieldCursor fields_;
    uint32_t field_;
    std::optional<Element> current_;
  };

  RepeatedView() noexcept = default;
  RepeatedView(std::string_view message, uint32_t field) noexcept
      : message_(message), field_(field) {}

  [[nodiscard]] Iterator begin() const noexcept { return {message_, field_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
  [[nodiscard]] bool empty() const noexcept { return begin() == end(); }
  /// How many there are. One pass.
  [[nodiscard]] size_t count() const noexcept {
    size_t count = 0;
    FieldCursor fields(message_);
    for (FieldView found; fields.next(found);) count += found.is_message(field_) ? 1 : 0;
    return count;
  }
  /// Whether going through the elements ends early, at a broken field. One pass.
  [[nodiscard]] bool is_broken() const noexcept { return MessageView(message_).is_broken(); }

 protected:
  [[nodiscard]] std::string_view message() const noexcept { return message_; }
  [[nodiscard]] uint32_t field() const noexcept { return field_; }

 private:
  std::string_view message_;
  uint32_t field_ = 0;
};

/// A repeated number, packed or not; protobuf readers accept both. `T` is double or uint64_t.
template <class T, wire::WireType Type>
class NumbersView {
 public:
  static_assert(sizeof(T) == 8);
  static_assert(Type == wire::WireType::varint || Type == wire::WireType::fixed64);

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator(std::string_view message, uint32_t field) noexcept
        : fields_(message), pack_(std::string_view{}), field_(field) {
      ++*this;
    }
    [[nodiscard]] T operator*() const noexcept { return std::bit_cast<T>(*current_); }
    Iterator& operator++() noexcept {
      current_.reset();
      while (pack_.at_end()) {
        FieldView found;
        if (!fields_.next(found)) return *this;
        if (found.is(field_, Type)) {
          current_ = found.bits;
          return *this;
        }
        if (found.is_message(field_)) pack_ = wire::Cursor(found.bytes);
      }
      take_packed();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    [[nodiscard]] bool operator==(std::default_sentinel_t /*end*/) const noexcept {
      return !current_.has_value();
    }
    [[nodiscard]] bool is_broken() const noexcept { return is_broken_ || fields_.is_broken(); }

   private:
    void take_packed() noexcept {
      if constexpr (Type == wire::WireType::varint) {
        const auto value = wire::read_varint(pack_);
        if (value) current_ = *value;
      } else if (pack_.left() >= sizeof(T)) {
        current_ = pack_.template take_fixed<uint64_t>();
      }
      is_broken_ = !current_.has_value();
    }

    FieldCursor fields_;
    wire::Cursor pack_;
    uint32_t field_;
    bool is_broken_ = false;
    std::optional<uint64_t> current_;
  };

  NumbersView(std::string_view message, uint32_t field) noexcept
      : message_(message), field_(field) {}

  [[nodiscard]] Iterator begin() const noexcept { return {message_, field_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
  [[nodiscard]] bool is_broken() const noexcept {
    Iterator at = begin();
    while (!(at == end())) ++at;
    return at.is_broken();
  }

 private:
  std::string_view message_;
  uint32_t field_;
};

}  // namespace telemill::otlp
