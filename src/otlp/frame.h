#pragma once

#include <string_view>

#include "base/buffer.h"
#include "otlp/walk.h"

/// What surrounds the records: the fields of a request, a resource or a scope entry other than its
/// nested list. Splitting and splicing rewrite these and copy the rest.
namespace telemill::otlp {

/// The other fields of one entry, as they stand on the wire.
struct Frame {
  base::Slice storage;     // where they were put together; empty when they are borrowed
  std::string_view bytes;  // borrows from the part, or from `storage`
};

/// The fields of a scope entry other than its records.
Frame frame_of(const Part& part, const ScopeRow& scope);
/// The fields of a resource entry other than its scope entries.
Frame frame_of(const Part& part, const ResourceRow& resource);
/// The fields of a request other than its resource entries: the dictionary of profiles, and what
/// newer versions may add.
Frame frame_of(const Part& part);

/// Appends the fields of a scope entry other than its records.
void append_frame(const Part& part, const ScopeRow& scope, base::Buffer& out);
/// Appends the fields of a resource entry other than its scope entries.
void append_frame(const Part& part, const ResourceRow& resource, base::Buffer& out);

}  // namespace telemill::otlp
