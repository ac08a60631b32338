#include "otlp/attribute_list.h"

#include "base/buffer.h"
#include "base/check.h"
#include "wire/fields.h"
#include "wire/varint.h"
#include "wire/writer.h"

namespace telemill::otlp {

using wire::WireType;

namespace {

namespace key_value = wire::field::key_value;

constexpr char key_tag = static_cast<char>(wire::message_tag(key_value::key));
constexpr char value_tag = static_cast<char>(wire::message_tag(key_value::value));

/// A length of one or two bytes at `at`, and where it ends; zero when it is longer or cut.
struct ShortLength {
  size_t value = 0;
  size_t end = 0;
};
ShortLength short_length(std::string_view bytes, size_t at) noexcept {
  if (at >= bytes.size()) return {};
  const size_t first = static_cast<uint8_t>(bytes[at]);
  if (first < 0x80) return {first, at + 1};
  if (at + 1 >= bytes.size()) return {};
  const size_t second = static_cast<uint8_t>(bytes[at + 1]);
  return second < 0x80 ? ShortLength{(first & 0x7f) | second << 7, at + 2} : ShortLength{};
}

/// What every encoder writes: a key shorter than 128 bytes, then the value, and nothing else.
bool read_plain(std::string_view content, AttributeList::Attribute& attribute) noexcept {
  if (content.size() < 4 || content[0] != key_tag) return false;
  const size_t key_bytes = static_cast<uint8_t>(content[1]);
  if (key_bytes >= 0x80 || key_bytes + 4 > content.size()) return false;
  if (content[key_bytes + 2] != value_tag) return false;
  const ShortLength value = short_length(content, key_bytes + 3);
  if (value.end == 0 || value.end + value.value != content.size()) return false;
  attribute.key = content.substr(2, key_bytes);
  attribute.value = content.substr(value.end);
  return true;
}

/// Reads an attribute as nearly all are: its field, its key and its value shorter than 128 bytes,
/// and nothing else. Answers its end, or zero for any other form.
size_t read_short_attribute(std::string_view message, size_t at,
                            AttributeList::Attribute& attribute) noexcept {
  const char* const field = message.data() + at;
  const size_t left = message.size() - at;
  if (left < 6) return 0;
  const size_t size = static_cast<uint8_t>(field[1]);
  if (size >= 0x80 || size < 4 || size > left - 2) return 0;
  const char* const content = field + 2;
  const size_t key_bytes = static_cast<uint8_t>(content[1]);
  if (content[0] != key_tag || key_bytes + 4 > size || content[key_bytes + 2] != value_tag ||
      static_cast<uint8_t>(content[key_bytes + 3]) != size - key_bytes - 4) {
    return 0;
  }
  attribute.key = {content + 2, key_bytes};
  attribute.value = {content + key_bytes + 4, size - key_bytes - 4};
  return at + 2 + size;
}

/// Moves past the field at `at`. Answers its end, or zero where the general code must look.
size_t skip_simple_field(std::string_view message, size_t at) noexcept {
  const auto tag = static_cast<uint8_t>(message[at]);
  if (tag >= 0x80 || tag < 8) return 0;
  size_t end = 0;
  switch (static_cast<WireType>(tag & 7)) {
    case WireType::length_delimited: {
      const ShortLength length = short_length(message, at + 1);
      if (length.end == 0) return 0;
      end = length.end + length.value;
      break;
    }
    case WireType::fixed64:
      end = at + 9;
      break;
    case WireType::fixed32:
      end = at + 5;
      break;
    case WireType::varint:
      if (at + 1 >= message.size() || static_cast<uint8_t>(message[at + 1]) >= 0x80) return 0;
      end = at + 2;
      break;
    default:
      return 0;
  }
  return end <= message.size() ? end : 0;
}

constexpr size_t header_size(size_t content_size) noexcept {
  return 1 + wire::varint_size(content_size);
}
char* write_header(uint32_t field, size_t content_size, char* out) noexcept {
  *out++ = static_cast<char>(wire::message_tag(field));
  return wire::write_varint(content_size, out);
}
char* copy(std::string_view bytes, char* out) noexcept {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

}  // namespace

void AttributeList::begin_part(std::span<const std::string_view> strings) noexcept {
  texts_.clear();
  strings_ = strings;
  begin_item();
}

void AttributeList::begin_item() noexcept {
  attributes_.clear();
  is_changed_ = false;
}

bool AttributeList::read(std::string_view message, uint32_t offset, uint32_t field) {
  TELEMILL_CHECK(field > 0 && field < 16);
  field_ = field;
  origin_ = message.data() - offset;
  const auto wanted = static_cast<char>(wire::message_tag(field));
  size_t last_end = message.size();
  for (size_t at = 0; at < message.size();) {
    if (message[at] == wanted) {
      Attribute attribute;
      if (const size_t short_end = read_short_attribute(message, at, attribute)) {
        attribute.begin = offset + static_cast<uint32_t>(at);
        attribute.content = {attribute.begin + 2, static_cast<uint32_t>(short_end - at - 2)};
        attributes_.push_back(attribute);
        at = last_end = short_end;
        continue;
      }
    }
    size_t end = skip_simple_field(message, at);
    std::string_view content;
    bool is_attribute = false;
    if (end > 0) [[likely]] {
      is_attribute = message[at] == wanted;
      if (is_attribute) {
        content = message.substr(at + (static_cast<uint8_t>(message[at + 1]) < 0x80 ? 2 : 3));
        content = content.substr(0, end - static_cast<size_t>(content.data() - message.data()));
      }
    } else {
      FieldCursor rest(message.substr(at));
      FieldView found;
      if (!rest.next(found)) return false;
      end = at + rest.offset();
      is_attribute = found.is_message(field);
      content = found.bytes;
    }
    if (is_attribute) {
      Attribute& attribute = attributes_.emplace_back();
      attribute.begin = offset + static_cast<uint32_t>(at);
      attribute.content = {offset + static_cast<uint32_t>(content.data() - message.data()),
                           static_cast<uint32_t>(content.size())};
      if (!read_plain(content, attribute)) read_key_and_value(content, attribute);
      last_end = end;
    }
    at = end;
  }
  insert_at_ = offset + static_cast<uint32_t>(last_end);
  return true;
}

void AttributeList::read_key_and_value(std::string_view content,
                                       Attribute& attribute) const noexcept {
  attribute.is_plain = false;
  uint64_t key_index = 0;
  FieldCursor fields(content);
  for (FieldView found; fields.next(found);) {
    if (found.is_message(key_value::key)) attribute.key = found.bytes;
    if (found.is_message(key_value::value)) attribute.value = found.bytes;
    if (found.is(key_value::key_strindex, WireType::varint)) key_index = found.bits;
  }
  if (fields.is_broken()) {
    attribute.state = State::broken;
  } else if (attribute.key.empty() && key_index < strings_.size()) {
    attribute.key = strings_[key_index];
  }
}

size_t AttributeList::find(std::string_view key, size_t from) const noexcept {
  for (size_t i = from; i < attributes_.size(); ++i) {
    const Attribute& attribute = attributes_[i];
    // Lengths differ more often than not, so most attributes cost one comparison.
    if (attribute.key.size() != key.size() || !attribute.is_present()) continue;
    if (attribute.key == key) return i;
  }
  return npos;
}

std::string_view AttributeList::text_of(const AnyValueView& value) const noexcept {
  if (value.kind() != ValueKind::string_index) return value.string();
  const auto index = static_cast<uint32_t>(value.string_index());
  return index < strings_.size() ? strings_[index] : std::string_view{};
}

void AttributeList::set(size_t i, std::string_view value) noexcept {
  Attribute& attribute = attributes_[i];
  if (attribute.value == value) return;
  attribute.value = value;
  attribute.field = {};
  if (attribute.state == State::kept) attribute.state = State::changed;
  is_changed_ = true;
}

void AttributeList::remove(size_t i) noexcept {
  // What was added and is taken away again leaves an edit without bytes.
  if (attributes_[i].state == State::added) attributes_[i].content = {};
  attributes_[i].state = State::removed;
  is_changed_ = true;
}

void AttributeList::add(std::string_view key, std::string_view value, std::string_view field) {
  attributes_.push_back(
      {.key = key, .value = value, .field = field, .begin = insert_at_, .state = State::added});
  is_changed_ = true;
}

/// The attribute's whole field. What its KeyValue has beside key and value stays.
std::string_view AttributeList::encode(const Attribute& attribute) {
  if (!attribute.field.empty()) return attribute.field;
  const size_t value_bytes = header_size(attribute.value.size()) + attribute.value.size();
  std::string_view others;  // the key too, when it is not plain
  if (!attribute.is_plain && attribute.state == State::changed) {
    const std::string_view content(origin_ + attribute.content.offset, attribute.content.size);
    char* const kept = texts_.allocate(content.size());
    char* end = kept;
    FieldCursor fields(content);
    size_t begin = 0;
    for (FieldView found; fields.next(found); begin = fields.offset()) {
      if (found.is_message(key_value::value)) continue;
      end = copy(content.substr(begin, fields.offset() - begin), end);
    }
    others = {kept, static_cast<size_t>(end - kept)};
  }
  const bool has_key = others.data() == nullptr;
  const size_t key_bytes =
      has_key ? header_size(attribute.key.size()) + attribute.key.size() : others.size();
  const size_t content_bytes = key_bytes + value_bytes;
  char* const field = texts_.allocate(header_size(content_bytes) + content_bytes);
  char* end = write_header(field_, content_bytes, field);
  if (has_key) end = write_header(key_value::key, attribute.key.size(), end);
  end = copy(has_key ? attribute.key : others, end);
  end = write_header(key_value::value, attribute.value.size(), end);
  end = copy(attribute.value, end);
  return {field, static_cast<size_t>(end - field)};
}

void AttributeList::take_edits(std::vector<TextEdit>& out) {
  for (const Attribute& attribute : attributes_) {
    const Range old{attribute.begin, attribute.content.end() - attribute.begin};
    switch (attribute.state) {
      case State::kept:
      case State::broken:
        break;
      case State::changed:
        out.push_back({old, encode(attribute)});
        break;
      case State::added:
        out.push_back({{insert_at_, 0}, encode(attribute)});
        break;
      case State::removed:
        if (attribute.content.offset > 0) out.push_back({old, {}});
        break;
    }
  }
}

void resize_message(Range header, uint32_t field, size_t content_size, size_t first,
                    base::Arena& texts, std::vector<TextEdit>& edits) {
  if (first == edits.size()) return;
  for (size_t i = first; i < edits.size(); ++i) {
    content_size += edits[i].text.size();
    content_size -= edits[i].old.size;
  }
  char* const text = texts.allocate(header_size(content_size));
  const char* const end = write_header(field, content_size, text);
  edits.insert(edits.begin() + static_cast<std::ptrdiff_t>(first),
               {header, {text, static_cast<size_t>(end - text)}});
}

void append_edited(std::string_view message, std::span<const TextEdit> edits, base::Buffer& out) {
  size_t at = 0;
  for (const TextEdit& edit : edits) {
    out.append(message.substr(at, edit.old.offset - at));
    out.append(edit.text);
    at = edit.old.end();
  }
  out.append(message.substr(at));
}

}  // namespace telemill::otlp
