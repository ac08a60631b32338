#pragma once

#include "base/buffer.h"
#include "otlp/walk.h"

/// What surrounds the records: the fields of a scope or resource entry other than its nested list,
/// and the headers of nested messages. Splitting and splicing rewrite these and copy the rest.
namespace telemill::otlp {

/// Where the field begins whose content starts at `content`: its tag and length stand before it.
/// A varint's bytes but the last have the top bit set, so it reads backwards without doubt.
[[nodiscard]] inline const char* field_begin(const char* content) noexcept {
  const char* at = content - 1;
  while (static_cast<unsigned char>(at[-1]) >= 0x80) --at;  // the length
  --at;
  while (static_cast<unsigned char>(at[-1]) >= 0x80) --at;  // the tag
  return at;
}

/// Calls `visit(std::string_view gap)` for every run of bytes of `content` that lies outside the
/// nested fields whose contents are `nested`, in order.
template <class Rows, class ContentOf, class Visit>
void for_each_gap(const char* base, Range content, const Rows& nested, ContentOf content_of,
                  Visit visit) {
  const char* at = base + content.offset;
  for (const auto& row : nested) {
    const Range inner = content_of(row);
    // A nested field opens its parent's content or follows other bytes of it, so the byte before
    // its header is readable in both cases: at worst it is the parent's own length.
    const char* const begin = field_begin(base + inner.offset);
    if (begin > at) visit(std::string_view(at, static_cast<size_t>(begin - at)));
    at = base + inner.end();
  }
  const char* const end = base + content.end();
  if (end > at) visit(std::string_view(at, static_cast<size_t>(end - at)));
}

/// Appends the fields of a scope entry other than its records.
void append_frame(const Part& part, const ScopeRow& scope, base::Buffer& out);
/// Appends the fields of a resource entry other than its scope entries.
void append_frame(const Part& part, const ResourceRow& resource, base::Buffer& out);

}  // namespace telemill::otlp
