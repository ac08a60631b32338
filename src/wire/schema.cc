#include "wire/schema.h"

#include <cstring>

namespace telemill::wire {
namespace {

/// Whether `key` is `name`; both are known to be of one size.
bool same_text(const char* key, const Name& name) noexcept {
  size_t at = 0;
  for (; at + 8 <= name.size; at += 8) {
    uint64_t ours = 0;
    uint64_t theirs = 0;
    std::memcpy(&ours, name.text.data() + at, 8);
    std::memcpy(&theirs, key + at, 8);
    if (ours != theirs) return false;
  }
  if (at == name.size) return true;
  if (name.size >= 8) {  // the last eight bytes overlap what is compared already
    uint64_t ours = 0;
    uint64_t theirs = 0;
    std::memcpy(&ours, name.text.data() + name.size - 8, 8);
    std::memcpy(&theirs, key + name.size - 8, 8);
    return ours == theirs;
  }
  for (; at < name.size; ++at) {
    if (key[at] != name.text[at]) return false;
  }
  return true;
}

bool same(std::string_view key, const Name& name) noexcept {
  return key.size() == name.size && same_text(key.data(), name);
}

}  // namespace

size_t Schema::row_of(std::string_view key, size_t guess) const noexcept {
  if (guess < fields.size() && same(key, fields[guess].json_name)) return guess;
  if (key.empty()) return no_row;
  for (size_t slot = hash(key) % row_by_hash.size(); row_by_hash[slot] != no_row;
       slot = (slot + 1) % row_by_hash.size()) {
    const Field& field = fields[row_by_hash[slot]];
    if (same(key, field.json_name) || same(key, field.proto_name)) return row_by_hash[slot];
  }
  return no_row;
}

}  // namespace telemill::wire
