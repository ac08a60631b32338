#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "otlp/item_table.h"
#include "otlp/value_view.h"

namespace telemill::otlp {

/// Bytes `old` of a part (or of another message) that become `text`. A size of zero inserts.
struct TextEdit {
  Range old;
  std::string_view text;  // borrowed
};

/// The attributes of one item as they lie on the wire, and what shall become of them. Edits are
/// made here one after the other, each sees what those before it did, and come out as ranges of
/// bytes: untouched attributes, other fields and the order of all stay as they are.
///
/// What cannot be read is left alone: an item that is broken has no attributes, an attribute that
/// is broken inside has no key. Of equal keys the first one is found, as the reference's maps do.
/// Everything it is given is borrowed until `take_edits`'s result has been used. Reusable; one
/// lane.
class AttributeList {
 public:
  static constexpr size_t npos = SIZE_MAX;

  enum class State : uint8_t {
    kept,
    changed,
    added,
    removed,
    broken,  // unreadable: stays as it is, and nobody finds it
  };
  struct Attribute {
    std::string_view key;
    std::string_view value;  // the content of an AnyValue
    std::string_view field;  // of one that was added: all of it, encoded, or empty
    Range content;           // of one that was read: its KeyValue
    uint32_t begin = 0;      // of one that was read: where its field begins
    State state = State::kept;
    bool is_plain = true;  // a key, then a value, and nothing else

    [[nodiscard]] bool is_present() const noexcept {
      return state != State::removed && state != State::broken;
    }
  };

  /// Forgets everything, the texts made for edits included. `strings` is the dictionary that
  /// attributes of profiles refer to.
  void begin_part(std::span<const std::string_view> strings = {}) noexcept;
  /// Starts on another item of the same part.
  void begin_item() noexcept;
  /// Adds the attributes that are `message`'s fields number `field` (1 to 15). `message` begins at
  /// `offset` of what edits refer to; several messages are read in ascending order and count as
  /// one. False when a field of the message is broken: then leave the item alone.
  [[nodiscard]] bool read(std::string_view message, uint32_t offset, uint32_t field);

  /// The number that attributes have as a field.
  [[nodiscard]] uint32_t field() const noexcept { return field_; }
  [[nodiscard]] size_t size() const noexcept { return attributes_.size(); }
  [[nodiscard]] const Attribute& operator[](size_t i) const noexcept { return attributes_[i]; }
  /// The first attribute with this key at or behind `from`, or `npos`.
  [[nodiscard]] size_t find(std::string_view key, size_t from = 0) const noexcept;
  /// A string's text, or the text of the dictionary that it refers to.
  [[nodiscard]] std::string_view text_of(const AnyValueView& value) const noexcept;
  /// Whether the value is a string in either form.
  [[nodiscard]] static bool is_text(const AnyValueView& value) noexcept {
    return value.kind() == ValueKind::string || value.kind() == ValueKind::string_index;
  }

  /// `value` is the content of an AnyValue. The same bytes again are no change.
  void set(size_t i, std::string_view value) noexcept;
  void remove(size_t i) noexcept;
  /// Behind the others. `field`, when the caller has it, is the whole field as it will be written.
  void add(std::string_view key, std::string_view value, std::string_view field = {});

  [[nodiscard]] bool is_changed() const noexcept { return is_changed_; }
  /// Appends the edits that make it so, in ascending order; then the item is done with.
  void take_edits(std::vector<TextEdit>& out);
  /// Memory that lives until `begin_part`, for values and edits.
  [[nodiscard]] base::Arena& texts() noexcept { return texts_; }

 private:
  void read_key_and_value(std::string_view content, Attribute& attribute) const noexcept;
  [[nodiscard]] std::string_view encode(const Attribute& attribute);

  std::vector<Attribute> attributes_;
  std::span<const std::string_view> strings_;
  const char* origin_ = nullptr;  // the address of offset zero
  uint32_t field_ = 0;
  uint32_t insert_at_ = 0;
  bool is_changed_ = false;
  base::Arena texts_;
};

/// Edits deep inside a message change the lengths of all that surround them: this rewrites the tag
/// and length of a message whose edits are those from `first` on. `header` is where these two
/// stand, `field` its number (1 to 15).
void resize_message(Range header, uint32_t field, size_t content_size, size_t first,
                    base::Arena& texts, std::vector<TextEdit>& edits);

/// `message` with the edits made, appended to `out`.
void append_edited(std::string_view message, std::span<const TextEdit> edits, base::Buffer& out);

}  // namespace telemill::otlp
